"""The doctor's checks, made by the running daemon about itself: what the command does from outside, without harm here.

Slow ones (the file, the network) run on a thread that nobody waits for at the end. Brings the doctor along when asked.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar, cast
from urllib.parse import urlsplit

from bridge.dashboard.errand import Progress
from bridge.desk.desk import Desk
from bridge.desk.requests import Examine, ListDevices, ListGrants
from bridge.desk.rows import Condition, DeviceRow, GrantRow
from bridge.settings import Settings

if TYPE_CHECKING:
    from bridge.doctor.check import Check

T = TypeVar("T")

PATIENCE_S: Final = 5.0
LOOKED_AT_BYTES: Final = 500_000_000
"""A larger database is not looked at as a whole: on a memory card that takes minutes, in which its log grows."""

IFTTT: Final = ".ifttt.com"


@dataclass(frozen=True, slots=True)
class Examination:
    """Looks at everything. `settings`: those in force."""

    desk: Desk
    settings: Callable[[], Settings]
    clock_ms: Callable[[], int]

    async def __call__(self, _way: str, progress: Progress) -> "AsyncIterator[Check]":
        """Yield each check as it is made."""
        condition = cast("Condition", await self.desk.ask(Examine()))
        devices = cast("list[DeviceRow]", await self.desk.ask(ListDevices(None)))
        grants = cast("list[GrantRow]", await self.desk.ask(ListGrants(None)))
        done = 0
        async for check in from_thread(lambda: self._checks(condition, devices, grants)):
            done += 1
            progress(done, 0)
            yield check

    def _checks(self, condition: Condition, devices: list[DeviceRow], grants: list[GrantRow]) -> "Iterator[Check]":
        from bridge.doctor.broker import check_broker  # noqa: PLC0415 -- nothing of this is needed until somebody asks
        from bridge.doctor.connections import check_connections  # noqa: PLC0415 -- the same
        from bridge.doctor.daemon import check_parts  # noqa: PLC0415 -- the same
        from bridge.doctor.topics import check_topics  # noqa: PLC0415 -- the same

        yield from check_broker(condition.broker, condition, None)
        yield from check_parts(condition)
        yield from self._machine(condition)
        yield from check_connections(grants)
        yield from check_topics(devices, condition)
        yield from self._elsewhere()

    def _machine(self, condition: Condition) -> "Iterator[Check]":
        from bridge.doctor.clock import check_clock, synchronised  # noqa: PLC0415 -- see above
        from bridge.doctor.storage import check_disk, check_storage, look_at  # noqa: PLC0415 -- the same
        from bridge.storage.inspection import inspect  # noqa: PLC0415 -- the same

        path = self.settings().storage.path
        files = look_at(path, owner="the bridge", mine=True)
        inspection = inspect(path, in_use=True, most_bytes=LOOKED_AT_BYTES)
        yield from check_storage(files, inspection, condition)
        yield check_disk(files)
        yield check_clock(self.clock_ms(), kept=synchronised(), newest_ms=inspection.newest_ms)

    def _elsewhere(self) -> "Iterator[Check]":
        """Ask others: our own public address, and IFTTT about our keys unless a stand-in is told in its place."""
        from functools import partial  # noqa: PLC0415 -- see above

        from bridge.doctor.fetching import fetch  # noqa: PLC0415 -- the same
        from bridge.doctor.public import check_public  # noqa: PLC0415 -- the same
        from bridge.doctor.service_key import check_service_keys  # noqa: PLC0415 -- the same

        settings, patient = self.settings(), partial(fetch, timeout_s=PATIENCE_S)
        keys = [key.get_secret_value() for key in settings.ifttt.service_keys]
        yield check_public(settings.public.url, keys[0], patient)
        if (urlsplit(settings.ifttt.realtime_url).hostname or "").endswith(IFTTT):
            yield from check_service_keys(keys, patient)


def cause_and_cure_of(part: str, trouble: str) -> tuple[str, str]:
    """Part a trouble of a part from what helps."""
    from bridge.doctor.broker import cause_and_cure  # noqa: PLC0415 -- only where something does not work
    from bridge.doctor.daemon import cure_of_part  # noqa: PLC0415 -- the same

    return cause_and_cure(trouble) if part == "broker" else (trouble, cure_of_part(part))


_Each = tuple[T | None, Exception | None, bool]
"""Something, or why there is nothing more, or that there is nothing more."""


async def from_thread(things: Callable[[], Iterator[T]]) -> AsyncIterator[T]:
    """Yield what is made on a thread of its own, each as it comes."""
    loop, queue, over = asyncio.get_running_loop(), asyncio.Queue[_Each[T]](), threading.Event()

    def put(thing: T | None, error: Exception | None, *, last: bool) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(queue.put_nowait, (thing, error, last))

    def work() -> None:
        try:
            for thing in things():
                if over.is_set():
                    return
                put(thing, None, last=False)
        except Exception as error:  # noqa: BLE001 -- it is raised where somebody waits
            put(None, error, last=True)
        else:
            put(None, None, last=True)

    threading.Thread(target=work, name="examination", daemon=True).start()
    try:
        while True:
            thing, error, last = await queue.get()
            if error is not None:
                raise error
            if last:
                return
            yield cast("T", thing)
    finally:
        over.set()
