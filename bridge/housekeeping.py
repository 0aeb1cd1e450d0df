"""Small facts written down now and then: when the broker was last there, who was told and who polled.

Losing the last half minute of them costs nothing but a repeated notification.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from bridge.errors import StorageUnavailable
from bridge.ifttt.identities import Identities
from bridge.mqtt.connection import Connection
from bridge.mqtt.inbound import Inbound
from bridge.realtime.notifiers import Notifiers
from bridge.storage.identities import TriggerIdentities
from bridge.storage.settings import LAST_CONNECTED_MS, TOLD_UP_TO, KeptSettings
from bridge.web.triggers import TriggerEndpoints

INTERVAL_S: Final = 30.0
REST_INTERVAL_MS: Final = 3600 * 1000

log = structlog.get_logger("bridge.housekeeping")


@dataclass(slots=True)
class Housekeeping:
    """Writes the small facts. `clock_ms` gives epoch milliseconds; `recovered`: all that was owed is known.

    `also` are written at the same times, in order; each raises StorageUnavailable and keeps what it could not write.
    """

    settings: KeptSettings
    register: TriggerIdentities
    identities: Identities
    connection: Connection
    inbound: Inbound
    notifiers: Notifiers
    triggers: TriggerEndpoints
    clock_ms: Callable[[], int]
    recovered: asyncio.Event
    also: tuple[Callable[[], Awaitable[None]], ...] = ()
    told_up_to: int = 0
    postponed: bool = False
    looked_ms: int = -1

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            await self.write()

    async def write(self) -> None:
        """Write what has changed. A database that is not available now is asked again the next time."""
        try:
            if self.connection.live:  # in the midst of a backlog the absence is not over
                await self.settings.keep(LAST_CONNECTED_MS, self.clock_ms())
            told, polled = self.notifiers.take_moves(), self.triggers.take_polled()
            self._let_rest()
            if told or polled:
                await self.register.note(told, polled)
            told_up_to = self.notifiers.told_up_to(self.inbound.newest_seq)
            if self.recovered.is_set() and told_up_to != self.told_up_to:
                await self.settings.keep(TOLD_UP_TO, told_up_to)
                self.told_up_to = told_up_to
            for write in self.also:
                await write()
        except StorageUnavailable as error:
            if not self.postponed:
                log.warning("housekeeping.postponed", reason=str(error))
            self.postponed = True
        else:
            if self.postponed:
                log.info("housekeeping.resumed")
            self.postponed = False

    def _let_rest(self) -> None:
        """Look once an hour for identities that IFTTT seems to have left behind."""
        now_ms = self.clock_ms()
        if 0 <= now_ms - self.looked_ms < REST_INTERVAL_MS:
            return
        self.looked_ms = now_ms
        for key in self.identities.let_rest(now_ms):
            self.notifiers.forget(key)
            log.info("identity.rests", user=key.user, identity=key.identity, note="not polled for 30 days")
