"""What was owed to IFTTT before a restart, and after a copy of the database was put back.

Finds whom to tell; knows neither how they are told nor what is told.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from bridge.errors import StorageUnavailable
from bridge.realtime.notifiers import Notifiers
from bridge.registers import Registers
from bridge.storage.events import Events
from bridge.storage.settings import RESTORED
from bridge.timeline.entry import Entry

RECOVERY_RETRY_S: Final = 5.0

log = structlog.get_logger("bridge.app")


@dataclass(frozen=True, slots=True)
class Recovery:
    """Finds what was owed to IFTTT before a restart. `restored` tells users as such, after a copy was put back."""

    notifiers: Notifiers
    events: Events
    restored: Callable[[], Awaitable[None]]
    told_up_to: int
    newest_seq: int
    clock_ms: Callable[[], int]
    done: asyncio.Event
    retry_s: float = RECOVERY_RETRY_S

    async def run(self) -> None:
        """Find it. Without a readable database there is nothing to find it in: wait for one."""
        postponed = False
        while not self.done.is_set():
            try:
                await self.restored()
                await self.notifiers.recover(
                    self.events.after, told_up_to=self.told_up_to, newest_seq=self.newest_seq, age_s=self._age_s
                )
                self.done.set()
            except StorageUnavailable as error:
                if not postponed:
                    log.warning("realtime.recovery_postponed", reason=str(error))
                postponed = True
                await asyncio.sleep(self.retry_s)
        if postponed:
            log.info("realtime.recovered")

    def _age_s(self, entry: Entry) -> float:
        """Return how long an entry has been on disk. Across a restart only the clock knows, and it may have stepped."""
        return max(0.0, (self.clock_ms() - entry.recorded_at_ms) / 1000)


async def tell_restored(registers: Registers, notifiers: Notifiers) -> None:
    """After a copy was put back, let IFTTT ask for everything: whom it was told of since the copy is not known."""
    if not await registers.settings.number(RESTORED):
        return
    users = await registers.accounts.connected()
    notifiers.tell_users(users)
    await registers.settings.keep(RESTORED, 0)
    log.info("realtime.restored", users=len(users), note="IFTTT is asked to look at everything")
