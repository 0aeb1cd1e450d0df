"""Who is told when: at once while no request is under way, gathered while one is; again until it succeeds.

Never awaited on the path of an event. Knows neither HTTP nor SQL.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

import structlog

from bridge.backoff import Backoff
from bridge.devices.last_known import EntityState
from bridge.ifttt.identities import Identities, IdentityKey
from bridge.realtime.client import MAX_ENTRIES, Reply, Verdict
from bridge.realtime.owed import Owed
from bridge.timeline.batch import ToldMove
from bridge.timeline.entry import Entry

WRONG_KEY_PAUSE_S: Final = 15 * 60.0
RECOVERY_CHUNK: Final = 1000
TIDY_INTERVAL_S: Final = 60.0

log = structlog.get_logger("bridge.realtime")

EntriesAfter = Callable[[int, int], Awaitable[list[Entry]]]
"""From a sequence number and a limit to the entries behind it, oldest first."""


class Client(Protocol):
    """One request to IFTTT."""

    async def notify(self, identities: Sequence[str]) -> Reply:
        """Tell of trigger identities."""
        ...


class Notifier:
    """Tells IFTTT, with one client (one service key), what the live identities wait for."""

    def __init__(self, client: Client, identities: Identities, *, backoff: Backoff | None = None) -> None:
        self._client = client
        self._identities = identities
        self._owed = Owed()
        self._something = asyncio.Event()
        self._nothing_owed = asyncio.Event()
        self._nothing_owed.set()
        self._backoff = backoff or Backoff(first_s=0.5, longest_s=60.0)
        self._chance = random.Random()  # noqa: S311 -- spreads attempts, guards nothing
        self._attempt = 0
        self._tidy_at_s = 0.0
        self.told = 0
        self.trouble = ""

    @property
    def owing(self) -> int:
        """How many identities wait to be told."""
        return len(self._owed)

    def committed(self, entries: Sequence[Entry], states: Mapping[str, EntityState]) -> None:  # noqa: ARG002 -- states are nobody's trigger
        """Take note of what has been committed."""
        now_s = _now_s()
        for entry in entries:
            for identity in self._identities.concerned(entry.event):
                self._owed.add(identity.key, entry.seq, now_s)
        self._wake()

    def forget(self, key: IdentityKey) -> None:
        """Nobody waits there any more."""
        self._owed.drop(key)
        self._wake()

    def take_moves(self) -> tuple[ToldMove, ...]:
        """Return how far identities have been told since the last call."""
        return self._owed.take_moves()

    def told_up_to(self, newest_seq: int) -> int:
        """Return the sequence number up to which nothing is owed to anybody."""
        return self._owed.told_up_to(newest_seq)

    async def recover(self, entries_after: EntriesAfter, *, told_up_to: int, newest_seq: int) -> None:
        """Find what was committed before a restart and never told. Telling once too often is harmless."""
        seq = told_up_to
        while seq < newest_seq:
            entries = await entries_after(seq, RECOVERY_CHUNK)
            if not entries:
                return
            for entry in entries:
                if entry.seq > newest_seq:
                    return
                for identity in self._identities.concerned(entry.event):
                    if entry.seq > identity.told_seq and entry.seq >= identity.start_seq:
                        self._owed.add(identity.key, entry.seq, _now_s())
            seq = entries[-1].seq
            self._wake()
            await asyncio.sleep(0)

    async def run(self) -> None:
        """Tell until cancelled. IFTTT's absence is survived here."""
        while True:
            await self._until_ready()
            keys = self._owed.take(MAX_ENTRIES, _now_s())
            if keys:
                await self._tell(keys)

    async def finish(self) -> None:
        """Wait until nothing is owed that may be told soon. The caller limits the time."""
        await self._nothing_owed.wait()

    def _wake(self) -> None:
        if self._owed:
            self._nothing_owed.clear()
            self._something.set()
        else:
            self._nothing_owed.set()

    async def _until_ready(self) -> None:
        """Wait until something may be told: told of it, or when the next token is there."""
        while True:
            now_s = _now_s()
            ready_at_s = self._owed.next_ready_at_s(now_s)
            if ready_at_s is not None and ready_at_s <= now_s:
                return
            self._tidy(now_s)
            self._something.clear()
            try:
                async with asyncio.timeout(None if ready_at_s is None else ready_at_s - now_s):
                    await self._something.wait()
            except TimeoutError:
                continue

    def _tidy(self, now_s: float) -> None:
        if now_s >= self._tidy_at_s:
            self._tidy_at_s = now_s + TIDY_INTERVAL_S
            self._owed.forget_idle(now_s)

    async def _tell(self, keys: list[IdentityKey]) -> None:
        try:
            reply = await self._client.notify([key.identity for key in keys])
        except asyncio.CancelledError:
            self._owed.not_told(keys)
            raise
        match reply.verdict:
            case Verdict.TOLD:
                self._succeeded(keys, reply)
            case Verdict.REFUSED:
                await self._refused(keys, reply)
            case Verdict.WRONG_KEY:
                await self._failed(keys, reply, pause_s=WRONG_KEY_PAUSE_S)
            case Verdict.LATER:
                delay_s = self._backoff.delay_s(self._attempt, self._chance)
                self._attempt += 1
                await self._failed(keys, reply, pause_s=max(delay_s, reply.retry_after_s or 0.0))

    def _succeeded(self, keys: list[IdentityKey], reply: Reply) -> None:
        self._owed.told(keys, _now_s())
        self._wake()
        self._attempt = 0
        self.told += len(keys)
        if self.trouble:
            log.info("realtime.available", status=reply.status, told=len(keys), owing=self.owing)
        self.trouble = ""

    async def _refused(self, keys: list[IdentityKey], reply: Reply) -> None:
        """Find the entry that IFTTT refuses by halving: the others must not suffer for it."""
        if len(keys) > 1:
            half = len(keys) // 2
            for some in (keys[:half], keys[half:]):
                await self._tell(some)
            return
        log.warning("realtime.identity_refused", identity=keys[0].identity, status=reply.status)
        self._owed.told(keys, _now_s())  # IFTTT does not know it; it will poll if it ever does
        self._wake()

    async def _failed(self, keys: list[IdentityKey], reply: Reply, *, pause_s: float) -> None:
        self._owed.not_told(keys)
        trouble = reply.verdict.value
        if self.trouble != trouble:
            log.error(
                "realtime.unavailable", trouble=trouble, status=reply.status, reason=reply.reason, owing=self.owing
            )
        self.trouble = trouble
        await asyncio.sleep(pause_s)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
