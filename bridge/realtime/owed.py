"""What IFTTT is still to be told, by identity. Plain computation: no I/O, time is an argument (monotonic seconds).

Bounded by the number of identities: of each only the newest event counts, for IFTTT fetches the whole window.
"""

import heapq
from collections.abc import Iterable

from bridge.ifttt.identities import IdentityKey
from bridge.realtime.bucket import Bucket
from bridge.timeline.batch import ToldMove


class Owed:
    """Identities with events that IFTTT has not been told of, in the order in which they may be told."""

    def __init__(self) -> None:
        self._newest: dict[IdentityKey, int] = {}
        self._oldest: dict[IdentityKey, int] = {}
        self._ready: dict[IdentityKey, None] = {}
        self._held_back: list[tuple[float, int, IdentityKey]] = []
        self._buckets: dict[IdentityKey, Bucket] = {}
        self._under_way: dict[IdentityKey, int] = {}
        self._moves: dict[IdentityKey, int] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._newest)

    def add(self, key: IdentityKey, seq: int, now_s: float) -> None:
        """An event concerns an identity."""
        if key in self._newest:
            self._newest[key] = max(self._newest[key], seq)
            return
        self._newest[key] = seq
        self._oldest[key] = seq
        self._line_up(key, now_s)

    def drop(self, key: IdentityKey) -> None:
        """Nobody waits there any more."""
        self._newest.pop(key, None)
        self._oldest.pop(key, None)
        self._ready.pop(key, None)
        self._buckets.pop(key, None)
        self._moves.pop(key, None)

    def take(self, most: int, now_s: float) -> list[IdentityKey]:
        """Return up to `most` identities that may be told now, and hold them as under way."""
        self._release(now_s)
        taken = [key for key, _ in zip(self._ready, range(most), strict=False)]
        for key in taken:
            del self._ready[key]
            self._under_way[key] = self._newest[key]
            self._buckets[key].take(now_s)
        return taken

    def told(self, keys: Iterable[IdentityKey], now_s: float) -> None:
        """IFTTT took note. What came in meanwhile is owed anew."""
        for key in keys:
            seq = self._under_way.pop(key)
            newest = self._newest.get(key)
            if newest is None:
                continue
            self._moves[key] = seq
            if newest > seq:
                self._oldest[key] = seq + 1
                self._line_up(key, now_s)
            else:
                del self._newest[key], self._oldest[key]

    def not_told(self, keys: Iterable[IdentityKey]) -> None:
        """Nothing came of it: they stand at the front of the line again."""
        back = {key: None for key in keys if self._under_way.pop(key, None) is not None and key in self._newest}
        self._ready = back | self._ready

    def next_ready_at_s(self, now_s: float) -> float | None:
        """Return when something may be told: now, later, or None if nothing is owed or all of it is under way."""
        self._release(now_s)
        if self._ready:
            return now_s
        return self._held_back[0][0] if self._held_back else None

    def take_moves(self) -> tuple[ToldMove, ...]:
        """Return how far identities have been told since the last call."""
        moves, self._moves = self._moves, {}
        return tuple(ToldMove(key.client, key.user, key.identity, seq) for key, seq in moves.items())

    def told_up_to(self, newest_seq: int) -> int:
        """Return the sequence number up to which nothing is owed to anybody."""
        return min(self._oldest.values(), default=newest_seq + 1) - 1

    def forget_idle(self, now_s: float) -> None:
        """Drop what would be made anew just the same."""
        idle = [key for key, bucket in self._buckets.items() if key not in self._newest and bucket.is_full(now_s)]
        for key in idle:
            del self._buckets[key]

    def _line_up(self, key: IdentityKey, now_s: float) -> None:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(counted_at_s=now_s)
        ready_at_s = bucket.ready_at_s(now_s)
        if ready_at_s <= now_s:
            self._ready[key] = None
        else:
            self._count += 1
            heapq.heappush(self._held_back, (ready_at_s, self._count, key))

    def _release(self, now_s: float) -> None:
        while self._held_back and self._held_back[0][0] <= now_s:
            _, _, key = heapq.heappop(self._held_back)
            if key in self._newest and key not in self._under_way:
                self._ready[key] = None
