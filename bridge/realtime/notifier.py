"""Who is told when: at once while no request is under way, gathered while one is; again until it succeeds.

Never awaited on the path of an event. Knows neither HTTP nor SQL.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, Protocol, assert_never

import structlog

from bridge.backoff import Backoff
from bridge.ifttt.identities import IdentityKey
from bridge.realtime.bucket import Bucket
from bridge.realtime.client import MAX_ENTRIES, Reply, Verdict
from bridge.realtime.owed import Owed
from bridge.realtime.recipients import Recipient, recipients_of
from bridge.timeline.batch import ToldMove

WRONG_KEY_PAUSE_S: Final = 15 * 60.0
REFUSED_PAUSE_S: Final = 15 * 60.0
"""Until a refused identity is tried again: finding it costs a dozen requests each time."""

MANY_REFUSED: Final = 3
"""So many refused without one taken: it is not single identities, the notifications as such are refused."""

TIDY_INTERVAL_S: Final = 60.0

log = structlog.get_logger("bridge.realtime")

Told = Callable[[Sequence[tuple[IdentityKey, float]], float], None]
"""Hears who has been told, for how long it was owed, and when the request was begun (seconds, monotonic)."""

Replied = Callable[[Sequence[tuple[IdentityKey, int]], str], None]
"""Hears what came of a request: who was meant, up to which event, and the status or what came instead of one."""


class Client(Protocol):
    """One request to IFTTT."""

    async def notify(self, recipients: Sequence[Recipient]) -> Reply:
        """Tell of identities and users."""
        ...


class Notifier:
    """Tells IFTTT, with one client (one service key), what identities wait for.

    `sleep` waits out the pauses after failures; `on_told` measures; `on_reply` notes it; `always_by_user` is a setting.
    """

    def __init__(
        self,
        client: Client,
        *,
        always_by_user: Callable[[], bool] = lambda: False,
        backoff: Backoff | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_told: Told = lambda _owed, _began_s: None,
        on_reply: Replied = lambda _covered, _outcome: None,
    ) -> None:
        self._client = client
        self._always_by_user = always_by_user
        self._owed = Owed()
        self._whole_users: dict[str, None] = {}
        self._something = asyncio.Event()
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self._pausing: asyncio.Task[None] | None = None
        self._backoff = backoff or Backoff()
        self._chance = random.Random()  # noqa: S311 -- spreads attempts, guards nothing
        self._sleep = sleep
        self._on_told = on_told
        self._on_reply = on_reply
        self._attempt = 0
        self._refused_in_a_row = 0
        self._tidy_at_s = 0.0
        self.told = 0
        self.refused = 0
        self._refused_keys: set[IdentityKey] = set()
        self._refused_users: set[str] = set()
        self._user_buckets: dict[str, Bucket] = {}
        self.replies: Counter[str] = Counter()
        self.trouble = ""

    @property
    def owing(self) -> int:
        """How many identities wait to be told."""
        return len(self._owed)

    @property
    def held_back(self) -> int:
        """How often an identity had to wait because it had been told of so often."""
        return self._owed.times_held_back

    def owe(self, debts: Iterable[tuple[IdentityKey, int]], *, age_s: float = 0.0) -> None:
        """Take note of identities and the events, by sequence number, that concern them; on disk for `age_s`."""
        now_s = _now_s()
        for key, seq in debts:
            self._owed.add(key, seq, now_s, age_s=age_s)
        self._wake()

    def owe_users(self, users: Iterable[str]) -> None:
        """Tell of users as such: which identities of theirs are concerned is not known."""
        self._whole_users.update(dict.fromkeys(users))
        self._wake()

    def forget(self, key: IdentityKey) -> None:
        """Nobody waits there any more."""
        self._owed.drop(key)
        self._refused_keys.discard(key)
        self._wake()

    def take_moves(self) -> tuple[ToldMove, ...]:
        """Return how far identities have been told since the last call."""
        return self._owed.take_moves()

    def told_up_to(self, newest_seq: int) -> int:
        """Return the sequence number up to which nothing is owed to anybody."""
        return self._owed.told_up_to(newest_seq)

    async def run(self) -> None:
        """Tell until cancelled. IFTTT's absence is survived here."""
        while True:
            await self._until_ready()
            users = [user for user, _ in zip(self._whole_users, range(MAX_ENTRIES), strict=False)]
            keys = self._owed.take(MAX_ENTRIES - len(users), _now_s())
            try:
                pause_s = await self._tell([Recipient((), user) for user in users] + self._recipients(keys))
            finally:
                self._owed.not_told(keys)
            if pause_s is not None:
                await self._pause(pause_s)

    def try_again(self) -> None:
        """End a pause: the reason for it may be gone, such as a wrong key."""
        self._attempt = 0
        self._refused_users.clear()
        if self._pausing is not None:
            self._pausing.cancel()

    async def finish(self) -> None:
        """Wait until nothing is owed, or until IFTTT does not take it: then the next run tells.

        The caller limits the time: an identity may have to wait for its next token.
        """
        await self._at_rest.wait()

    @property
    def _owes(self) -> bool:
        return bool(self._owed or self._whole_users)

    def _recipients(self, keys: list[IdentityKey]) -> list[Recipient]:
        """Tell of a user as often as of an identity and not more: IFTTT looks at all that they have each time."""
        if self._always_by_user():
            return recipients_of(keys, most_by_identity=0, never_by_user=self._refused_users)
        now_s = _now_s()
        spent = {user for user, bucket in self._user_buckets.items() if bucket.ready_at_s(now_s) > now_s}
        recipients = recipients_of(keys, never_by_user=self._refused_users | spent)
        for recipient in recipients:
            if recipient.user is not None:
                self._user_buckets.setdefault(recipient.user, Bucket()).take(now_s)
        return recipients

    def _wake(self) -> None:
        if self._owes:
            self._something.set()
        if self._owes and self._pausing is None:
            self._at_rest.clear()
        else:
            self._at_rest.set()

    async def _until_ready(self) -> None:
        """Wait until something may be told: told of it, or when the next token is there."""
        while True:
            now_s = _now_s()
            ready_at_s = now_s if self._whole_users else self._owed.next_ready_at_s(now_s)
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
            full = [user for user, bucket in self._user_buckets.items() if bucket.is_full(now_s)]
            for user in full:
                del self._user_buckets[user]

    async def _pause(self, pause_s: float) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                self._pausing = tasks.create_task(self._wait_out(pause_s), name="pause")
                self._wake()
        finally:
            self._pausing = None
            self._wake()

    async def _wait_out(self, pause_s: float) -> None:
        await self._sleep(pause_s)

    async def _tell(self, recipients: list[Recipient]) -> float | None:
        """Tell of these, halving what is refused down to the bad ones: the others must not suffer for them.

        Returns None when that is done, otherwise how long to pause before the rest.
        """
        batches = [recipients]
        while batches:
            batch = batches.pop()
            began_s = _now_s()
            reply = await self._client.notify(batch)
            self.replies["none" if reply.status is None else f"{reply.status // 100}xx"] += 1
            self._note(batch, reply)
            match reply.verdict:
                case Verdict.TOLD:
                    self._succeeded(batch, reply, began_s)
                case Verdict.REFUSED if len(batch) > 1:
                    half = len(batch) // 2
                    batches += (batch[half:], batch[:half])
                case Verdict.REFUSED if batch[0].user is not None:
                    apart = self._refused_user(batch[0].user, batch[0], reply)
                    batches += [apart] if apart else []
                case Verdict.REFUSED:
                    self._refused(batch[0].keys[0], reply)
                case Verdict.WRONG_KEY:
                    self._complain("IFTTT refuses the service key", reply)
                    return WRONG_KEY_PAUSE_S
                case Verdict.LATER:
                    self._complain("IFTTT takes no notifications now", reply)
                    delay_s = self._backoff.delay_s(self._attempt, self._chance)
                    self._attempt += 1
                    return max(delay_s, reply.retry_after_s or 0.0)
                case _:
                    assert_never(reply.verdict)
        return None

    def _note(self, batch: list[Recipient], reply: Reply) -> None:
        """Let it be known what came of an attempt. A refusal says something only of an entry that was alone in it."""
        if reply.verdict is not Verdict.REFUSED or (len(batch) == 1 and batch[0].user is None):
            covered = self._owed.under_way(key for recipient in batch for key in recipient.keys)
            self._on_reply(covered, reply.outcome)

    def _succeeded(self, recipients: list[Recipient], reply: Reply, began_s: float) -> None:
        keys = [key for recipient in recipients for key in recipient.keys]
        for recipient in recipients:
            if recipient.user is not None:
                self._whole_users.pop(recipient.user, None)
        self._on_told(self._owed.told(keys, _now_s()), began_s)
        self._wake()
        self._attempt = self._refused_in_a_row = 0
        self.told += len(keys)
        for key in self._refused_keys.intersection(keys):
            self._refused_keys.remove(key)
            log.info("realtime.identity_accepted", identity=key.identity)
        if self.trouble:
            log.info("realtime.available", status=reply.status, told=len(keys), owing=self.owing)
        self.trouble = ""

    def _refused_user(self, user: str, recipient: Recipient, reply: Reply) -> list[Recipient]:
        """Tell by identity what IFTTT will not hear of by user, now and until somebody changes something."""
        self._whole_users.pop(user, None)
        self._refused_users.add(user)  # said once: from now on it is told by identity
        log.warning("realtime.user_refused", user=user, status=reply.status)
        self._wake()
        return recipient.apart()

    def _refused(self, key: IdentityKey, reply: Reply) -> None:
        """Drop the bad entry: IFTTT does not know the identity, and will poll if it ever does."""
        if key not in self._refused_keys:
            self._refused_keys.add(key)  # it is tried again and again, and said once
            log.warning("realtime.identity_refused", identity=key.identity, status=reply.status)
        self._owed.refused(key, _now_s(), closed_s=REFUSED_PAUSE_S)
        self._wake()
        self.refused += 1
        self._refused_in_a_row += 1
        if self._refused_in_a_row >= MANY_REFUSED:
            self._complain("IFTTT refuses all notifications", reply)

    def _complain(self, trouble: str, reply: Reply) -> None:
        if self.trouble != trouble:
            log.error(
                "realtime.unavailable", trouble=trouble, status=reply.status, reason=reply.reason, owing=self.owing
            )
        self.trouble = trouble


def _now_s() -> float:
    return asyncio.get_running_loop().time()
