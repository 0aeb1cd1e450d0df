"""Can IFTTT reach us? Asks the public address from here, and looks whether the request comes back to this bridge.

Brings what asks with it, so only who looks imports it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from bridge.dashboard.setup_steps import Looked
from bridge.doctor.check import Check
from bridge.doctor.fetching import Fetched, fetch
from bridge.doctor.public import check_certificate, check_public, with_arrival
from bridge.web.echo import FIELD, Echo


@dataclass(frozen=True, slots=True)
class Reaching:
    """Looks. `clock_ms` gives epoch milliseconds."""

    echo: Echo
    clock_ms: Callable[[], int]
    fetch: Callable[[str, dict[str, str]], Fetched] = fetch

    async def look(self, url: str, service_key: str) -> tuple[Looked, ...]:
        """Return what was found at an address, in the order in which a request meets it."""
        nonce = self.echo.expect()
        answers: list[Fetched] = []

        def fetched(address: str, headers: dict[str, str]) -> Fetched:
            answers.append(self.fetch(f"{address}?{urlencode({FIELD: nonce})}", headers))
            return answers[-1]

        check = await asyncio.to_thread(check_public, url, service_key, fetched)
        arrived = self.echo.came(nonce)
        if not answers:
            return (_looked(check),)
        certificate = check_certificate(answers[-1], self.clock_ms() / 1000)
        found = [with_arrival(check, arrived=arrived), *([] if certificate is None else [certificate])]
        return tuple(map(_looked, found))


def _looked(check: Check) -> Looked:
    return Looked(check.name, check.verdict, check.cause, check.cure)
