"""Walking backward through all that happened in a home, a page at a time: two ranges, of what did happen and of what
was hidden or held back, and a short look at most, however rare what somebody looks for is.
"""  # noqa: D205 -- one sentence

import heapq
import sqlite3
from collections.abc import Iterator
from typing import Final

from bridge.events import NotOffered
from bridge.timeline.history import Walk

LOOKED_AT: Final = 1500
"""So many entries are looked at for one page: that takes some milliseconds. Whoever wants more asks on."""

_HAPPENED_ALL_THE_SAME: Final = f"reason IN ('{NotOffered.LATE}', '{NotOffered.CHANGED_WHILE_AWAY}')"
DID_HAPPEN: Final = f"(offered = 1 OR {_HAPPENED_ALL_THE_SAME})"
"""What happened, though no trigger may be offered it: history without that would have holes. In the very words of the
partial indexes: SQLite compares them."""

_KEPT_BACK: Final = f"offered = 0 AND {_HAPPENED_ALL_THE_SAME.replace('reason IN', 'reason NOT IN')}"
_NEWEST: Final = (1 << 63) - 1

Row = tuple[int, str, str, int]
"""Sequence number, kind, entity, and when it was recorded."""


def walked(connection: sqlite3.Connection, walk: Walk) -> tuple[list[int], int | None]:
    """Return the sequence numbers of a page, newest first, and before which to go on, None where nothing is left."""
    seqs: list[int] = []
    for looked_at, (seq, kind, entity, recorded_at_ms) in enumerate(_backward(connection, walk), 1):
        if walk.wants(kind, entity, recorded_at_ms):
            seqs.append(seq)
        if len(seqs) >= walk.limit or looked_at >= LOOKED_AT:
            return seqs, seq
    return seqs, None


def _backward(connection: sqlite3.Connection, walk: Walk) -> Iterator[Row]:
    before, after = walk.before_seq if walk.before_seq is not None else _NEWEST, 0
    if walk.until_ms is not None:
        before = min(before, _first_since(connection, walk.until_ms + 1))
    if walk.from_ms is not None:
        after = _first_since(connection, walk.from_ms) - 1
    scope, of_device = ("home", "") if walk.device is None else ("device", "device = ? AND ")
    values = (*(() if walk.device is None else (walk.device,)), walk.home, before, after)
    ranges = [
        connection.execute(
            f"SELECT seq, kind, entity, recorded_at_ms FROM events INDEXED BY events_{scope}{index} "  # noqa: S608 -- constants only
            f"WHERE {of_device}home = ? AND seq < ? AND seq > ? AND {condition} ORDER BY seq DESC",
            values,
        )
        for index, condition in (("", DID_HAPPEN), ("_kept_back", _KEPT_BACK))
    ]
    return heapq.merge(*ranges, reverse=True)


def _first_since(connection: sqlite3.Connection, at_ms: int) -> int:
    """Return the first sequence number of that time or later, one behind the newest if there is none.

    The order is the sequence: the time of an event is looked up a few times, and never in all of them.
    """
    low, high = 1, connection.execute("SELECT coalesce(max(seq), 0) + 1 FROM events").fetchone()[0]
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(
            "SELECT seq, recorded_at_ms FROM events WHERE seq >= ? ORDER BY seq LIMIT 1", (middle,)
        ).fetchone()
        if row is None or row[1] >= at_ms:
            high = middle
        else:
            low = row[0] + 1
    return int(low)
