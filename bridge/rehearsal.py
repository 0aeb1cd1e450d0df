"""IFTTT's endpoint tests, run by the daemon against itself: from here, or all the way through the public address.

They ask as the test user, for whom nothing is stored and nothing moves. Brings the tests along when asked.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridge.dashboard.errand import Progress
from bridge.errors import BridgeError
from bridge.settings import Settings

if TYPE_CHECKING:
    from bridge.conformance.finding import Result
    from bridge.conformance.run import Plan

FROM_HERE: Final = "here"
THROUGH_THE_ADDRESS: Final = "public"
ANSWER_S: Final = 20.0
WHOLE_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Runs them. `here`: where our own public listener is; `settings`: those in force."""

    settings: Callable[[], Settings]
    here: str

    async def __call__(self, way: str, progress: Progress) -> "AsyncIterator[Result]":
        """Yield each result as it comes. Raises BridgeError where there is nothing to try."""
        settings = self.settings()
        address = settings.public.url if way == THROUGH_THE_ADDRESS else self.here
        if not address:
            raise BridgeError("[public] url is not set, so there is no public address to try")
        plan = await asyncio.to_thread(_plan, settings)  # some tenths of a second on a small computer
        async for result in _results(address, plan, progress):
            yield result
            await asyncio.sleep(0)  # whatever came in meanwhile goes first


def _plan(settings: Settings) -> "Plan":
    """Say what is tried: everything that the sheet declares."""
    from bridge.conformance import service  # noqa: F401, PLC0415 -- loaded here, on a thread
    from bridge.conformance.run import Plan  # noqa: PLC0415 -- the same
    from bridge.conformance.sheet import read_sheet  # noqa: PLC0415 -- the same
    from bridge.ifttt.sheet import service_settings, sheet_of, sheet_to_json  # noqa: PLC0415 -- the same

    declared = sheet_to_json(sheet_of(service_settings(settings.public.url, (), first_key="")))
    return Plan(settings.ifttt.service_keys[0].get_secret_value(), read_sheet(declared.encode()))


async def _results(address: str, plan: "Plan", progress: Progress) -> "AsyncIterator[Result]":
    from bridge.conformance.run import run_checks  # noqa: PLC0415 -- see above
    from bridge.conformance.service import Limits, reaching  # noqa: PLC0415 -- the same

    async with reaching(address.rstrip("/"), Limits(ANSWER_S, WHOLE_S)) as service:
        async for result in run_checks(service, plan, progress):
            yield result
