"""Can IFTTT reach us? Asks the public address from here, and looks whether the request comes back to this bridge.

Brings what asks with it, so only who looks imports it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from bridge.current import Current
from bridge.dashboard.setup_steps import Looked
from bridge.doctor.check import Check
from bridge.doctor.fetching import Fetched, fetch
from bridge.doctor.public import check_certificate, check_public, with_arrival
from bridge.web.echo import FIELD, Echo


@dataclass(frozen=True, slots=True)
class Reaching:
    """Looks. `clock_ms` gives epoch milliseconds."""

    current: Current
    echo: Echo
    clock_ms: Callable[[], int]
    fetch: Callable[[str, dict[str, str]], Fetched] = fetch

    async def look(self) -> tuple[Looked, ...]:
        """Return what was found, in the order in which a request meets it."""
        settings, nonce = self.current.now.settings, self.echo.expect()
        answers: list[Fetched] = []

        def fetched(url: str, headers: dict[str, str]) -> Fetched:
            answers.append(self.fetch(f"{url}?{urlencode({FIELD: nonce})}", headers))
            return answers[-1]

        key = settings.ifttt.service_keys[0].get_secret_value()
        check = await asyncio.to_thread(check_public, settings.public.url, key, fetched)
        found = [with_arrival(check, arrived=self.echo.came(nonce)) if answers else check]
        certificate = check_certificate(answers[-1], self.clock_ms() / 1000) if answers else None
        return tuple(_looked(one) for one in (certificate, *found) if one is not None)


def _looked(check: Check) -> Looked:
    return Looked(check.name, check.verdict, check.cause, check.cure)
