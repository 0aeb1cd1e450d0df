"""Small facts written down now and then: how long the bridge has run, when the broker was last there, who was told, who
polled, which tokens were used.

Losing the last half minute of them costs nothing but a repeated notification.
"""  # noqa: D205 -- one sentence

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from bridge.errors import StorageUnavailable
from bridge.ifttt.identities import Identities
from bridge.mqtt.connection import Connection
from bridge.mqtt.inbound import Inbound
from bridge.oauth.access import Access
from bridge.oauth.grants import Moment
from bridge.realtime.notifiers import Notifiers
from bridge.storage.grants import Grants
from bridge.storage.identities import TriggerIdentities
from bridge.storage.settings import LAST_CONNECTED_MS, RUN_MS, TOLD_UP_TO, KeptSettings
from bridge.web.triggers import TriggerEndpoints

INTERVAL_S: Final = 30.0
REST_INTERVAL_MS: Final = 3600 * 1000
SET_MS: Final = 60_000
"""So much between two writings is no drift: the clock was set, or the computer slept."""

SWEEP_INTERVAL_MS: Final = 3600 * 1000

log = structlog.get_logger("bridge.housekeeping")


@dataclass(slots=True)
class Housekeeping:
    """Writes the small facts. `now`: by the wall clock, and by how long the bridge has run; `recovered`: all that was
    owed is known. `also`: what else is to be written at the same times; each raises StorageUnavailable. Whoever sets
    `soon` has it written without waiting: that the bridge listens again, and by what clock, must survive a crash.
    """  # noqa: D205 -- one paragraph

    settings: KeptSettings
    register: TriggerIdentities
    grants: Grants
    identities: Identities
    connection: Connection
    inbound: Inbound
    notifiers: Notifiers
    triggers: TriggerEndpoints
    access: Access
    now: Callable[[], Moment]
    recovered: asyncio.Event
    also: tuple[Callable[[], Awaitable[None]], ...] = ()
    soon: asyncio.Event = field(default_factory=asyncio.Event)
    told_up_to: int = 0
    postponed: bool = False
    looked_ms: int = -REST_INTERVAL_MS
    seen: Moment | None = None
    sweep_due_ms: int = 0

    async def run(self) -> None:
        """Write until cancelled: now and then, and at once when the absence from the broker is over.

        Killed before that is written down, the next run would take the whole absence for its own, and what was pressed
        in the second between for too late.
        """
        while True:
            self.soon.clear()
            await self.write()
            with suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL_S):
                    await self.soon.wait()
            self.soon.clear()

    async def write(self) -> None:
        """Write what has changed. A database that is not available now is asked again the next time."""
        now = self.now()
        try:
            await self._keep_times(now)
            await self._note_tokens(now)
            await self._note_identities(now)
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

    async def _keep_times(self, now: Moment) -> None:
        times = {RUN_MS: now.run_ms}
        if self.connection.live:  # in the midst of a backlog the absence is not over
            times[LAST_CONNECTED_MS] = now.wall_ms
        await self.settings.keep_all(times)

    async def _note_tokens(self, now: Moment) -> None:
        """Note which tokens were used; let those go, once an hour, that are of no use to anybody."""
        used = self.access.take_used()
        if used:
            await self.grants.note_used(used)
        if now.run_ms >= self.sweep_due_ms:
            await self.grants.sweep(now.run_ms)
            self.sweep_due_ms = now.run_ms + SWEEP_INTERVAL_MS

    async def _note_identities(self, now: Moment) -> None:
        told, polled = self.notifiers.take_moves(), self.triggers.take_polled()
        self._let_rest(now)
        if told or polled:
            await self.register.note(told, polled)
        told_up_to = self.notifiers.told_up_to(self.inbound.newest_seq)
        if self.recovered.is_set() and told_up_to != self.told_up_to:
            await self.settings.keep(TOLD_UP_TO, told_up_to)
            self.told_up_to = told_up_to

    def _let_rest(self, now: Moment) -> None:
        """Look once an hour of running for identities that IFTTT seems to have left behind, by whatever clock."""
        before, self.seen = self.seen, now
        if before is not None:
            set_by_ms = (now.wall_ms - before.wall_ms) - (now.run_ms - before.run_ms)
            if abs(set_by_ms) >= SET_MS:
                self.identities.clock_was_set(set_by_ms)
        if 0 <= now.run_ms - self.looked_ms < REST_INTERVAL_MS:
            return
        self.looked_ms = now.run_ms
        for key in self.identities.let_rest(now.wall_ms):
            self.notifiers.forget(key)
            log.info("identity.rests", user=key.user, identity=key.identity, note="not polled for 30 days")
