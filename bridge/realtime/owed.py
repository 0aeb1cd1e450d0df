"""What IFTTT is still to be told, by identity. Plain computation: no I/O, time is an argument (monotonic seconds).

Bounded by the number of identities: of each only the newest event counts, for IFTTT fetches the whole window.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from bridge.ifttt.identities import IdentityKey
from bridge.realtime.bucket import Bucket
from bridge.timeline.batch import ToldMove


@dataclass(slots=True)
class _Debt:
    """The events from `oldest` to `newest`, owed since `since_s`.

    `under_way`: the newest when the request was made, None without one; what came in since is owed since `later_s`.
    """

    oldest: int
    newest: int
    since_s: float
    under_way: int | None = None
    later_s: float | None = None


class Owed:
    """Identities with events that IFTTT has not been told of, in the order in which they may be told.

    Each of them is in one place: in line, overdue, held back until its next token is there, or under way. Overdue are
    those that were in a request in vain, did not fit into one, or were owed by an earlier run: many, perhaps, behind
    which nobody must wait who has something new. `times_held_back`: how often one had to wait for its token.
    """

    def __init__(self) -> None:
        self._debts: dict[IdentityKey, _Debt] = {}
        self._line: dict[IdentityKey, None] = {}
        self._overdue: dict[IdentityKey, None] = {}
        self._held_back: list[tuple[float, int, IdentityKey]] = []
        self._buckets: dict[IdentityKey, Bucket] = {}
        self._moves: dict[IdentityKey, int] = {}
        self.times_held_back = 0

    def __len__(self) -> int:
        return len(self._debts)

    def add(self, key: IdentityKey, seq: int, now_s: float, *, age_s: float = 0.0) -> None:
        """An event, on disk for `age_s`, concerns an identity. After a restart older ones may come in behind newer."""
        debt = self._debts.get(key)
        if debt is None:
            self._debts[key] = _Debt(seq, seq, now_s - age_s)
            self._line_up(key, now_s, overdue=age_s > 0)
        elif seq > debt.newest:
            debt.newest = seq
            if key in self._overdue and not age_s:
                del self._overdue[key]
                self._line[key] = None
            if debt.under_way is not None and debt.later_s is None:
                debt.later_s = now_s - age_s
        elif seq < debt.oldest:
            debt.oldest = seq
            debt.since_s = min(debt.since_s, now_s - age_s)

    def drop(self, key: IdentityKey) -> None:
        """Nobody waits there any more."""
        self._moves.pop(key, None)
        self._buckets.pop(key, None)
        debt = self._debts.pop(key, None)
        if debt is None or debt.under_way is not None:
            return
        if key in self._line:
            del self._line[key]
        elif key in self._overdue:
            del self._overdue[key]
        else:
            self._held_back = [held for held in self._held_back if held[-1] != key]
            heapq.heapify(self._held_back)

    def take(self, most: int, now_s: float) -> list[IdentityKey]:
        """Return up to `most` identities that may be told now, and hold them as under way.

        Those in line, and at least half as many as fit of those that are overdue: neither keeps the others waiting.
        One request at a time: call again when `told`, `refused` and `not_told` have said what became of these.
        """
        self._release(now_s)
        overdue = list(islice(self._overdue, max(most - len(self._line), most // 2)))
        taken = overdue + list(islice(self._line, most - len(overdue)))
        for key in taken:
            (self._overdue if key in self._overdue else self._line).pop(key)
            debt = self._debts[key]
            debt.under_way = debt.newest
            self._buckets[key].take(now_s)
        self._overdue |= self._line
        self._line = {}
        return taken

    def under_way(self, keys: Iterable[IdentityKey]) -> list[tuple[IdentityKey, int]]:
        """Return up to which event a request covers each of these."""
        debts = [(key, self._debts.get(key)) for key in keys]
        return [(key, debt.under_way) for key, debt in debts if debt is not None and debt.under_way is not None]

    def told(self, keys: Iterable[IdentityKey], now_s: float) -> list[tuple[IdentityKey, float]]:
        """IFTTT took note: return for how long each was owed. What came in meanwhile is owed anew."""
        owed: list[tuple[IdentityKey, float]] = []
        for key in keys:
            debt = self._debts.get(key)
            since_s = now_s if debt is None else debt.since_s
            seq = self._settle(key, now_s)
            if seq is not None:
                self._moves[key] = seq
                owed.append((key, now_s - since_s))
        return owed

    def refused(self, key: IdentityKey, now_s: float, *, closed_s: float) -> None:
        """IFTTT will not hear of it. What came in meanwhile, and what comes, is tried again in `closed_s`."""
        debt = self._debts.get(key)
        if debt is not None and debt.under_way is not None:
            self._buckets[key].close(now_s + closed_s)
            self._settle(key, now_s)

    def not_told(self, keys: Iterable[IdentityKey]) -> None:
        """Nothing came of those that are still under way: they are overdue, in front of those that are already."""
        back: dict[IdentityKey, None] = {}
        for key in keys:
            debt = self._debts.get(key)
            if debt is not None and debt.under_way is not None:
                debt.under_way = debt.later_s = None
                self._buckets[key].give_back()
                back[key] = None
        if back:
            self._overdue = back | self._overdue

    def next_ready_at_s(self, now_s: float) -> float | None:
        """Return when something may be told: now, later, or None if nothing is owed or all of it is under way."""
        self._release(now_s)
        if self._line or self._overdue:
            return now_s
        return self._held_back[0][0] if self._held_back else None

    def take_moves(self) -> tuple[ToldMove, ...]:
        """Return how far identities have been told since the last call."""
        moves, self._moves = self._moves, {}
        return tuple(ToldMove(key.client, key.user, key.identity, seq) for key, seq in moves.items())

    def told_up_to(self, newest_seq: int) -> int:
        """Return the sequence number up to which nothing is owed to anybody."""
        return min((debt.oldest for debt in self._debts.values()), default=newest_seq + 1) - 1

    def forget_idle(self, now_s: float) -> None:
        """Drop what would be made anew just the same."""
        idle = [key for key, bucket in self._buckets.items() if key not in self._debts and bucket.is_full(now_s)]
        for key in idle:
            del self._buckets[key]

    def _settle(self, key: IdentityKey, now_s: float) -> int | None:
        """End what is under way and return its newest event. None: it is not, for it was dropped meanwhile."""
        debt = self._debts.get(key)
        if debt is None or debt.under_way is None:
            return None
        seq, debt.under_way = debt.under_way, None
        if debt.later_s is None:
            del self._debts[key]
        else:
            debt.oldest, debt.since_s, debt.later_s = seq + 1, debt.later_s, None
            self._line_up(key, now_s)
        return seq

    def _line_up(self, key: IdentityKey, now_s: float, *, overdue: bool = False) -> None:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket()
        ready_at_s = bucket.ready_at_s(now_s)
        if ready_at_s <= now_s:
            (self._overdue if overdue else self._line)[key] = None
        else:
            self.times_held_back += 1  # also keeps those that are ready at the same time in the order of their events
            heapq.heappush(self._held_back, (ready_at_s, self.times_held_back, key))

    def _release(self, now_s: float) -> None:
        while self._held_back and self._held_back[0][0] <= now_s:
            _, _, key = heapq.heappop(self._held_back)
            self._line[key] = None
