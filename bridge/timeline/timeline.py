"""What a trigger shows: the newest entries of one timeline. A pure question and answer; storage fits the Protocol."""

from typing import NamedTuple, Protocol

from bridge.homes.sight import Sight
from bridge.timeline.entry import Entry, TimelineKey

WINDOW = 50
"""How many entries an answer has when the question names no limit (protocol reference, section 4.2)."""

HEAD_START_MS = 60_000
"""A new identity also sees what happened in the minute before: the event that made someone build the Applet."""


class Question(NamedTuple):
    """The newest `limit` offered entries of a timeline, none before `start_seq`.

    `among`, of a home's timeline: only of these things, of each none before its own sequence; None: of all.
    """

    key: TimelineKey
    start_seq: int = 0
    limit: int = WINDOW
    among: tuple[tuple[str, int], ...] | None = None


class Timelines(Protocol):
    """Where committed entries are kept."""

    async def newest(self, question: Question) -> list[Entry]:
        """Return the offered entries that a question asks for, newest first."""
        ...


def question_of(key: TimelineKey, sight: Sight, *, start_seq: int, limit: int = WINDOW) -> Question | None:
    """Return the question that somebody with this sight may ask; None where they see nothing of it."""
    if key.entity is None:
        return Question(key, start_seq, limit, sight.among(start_seq))
    since = sight.since.get(key.entity)
    return None if since is None else Question(key, max(start_seq, since), limit)


def first_sight_seq(recent: list[Entry], now_ms: int, newest_seq: int) -> int:
    """Return where the timeline of an identity starts that is seen for the first time.

    `recent` is the newest window of its timeline, newest first; `newest_seq` the newest of all entries.
    """
    visible = [entry.seq for entry in recent if entry.recorded_at_ms >= now_ms - HEAD_START_MS]
    return min(visible, default=newest_seq + 1)


def shown_seconds(entries: list[Entry]) -> list[int]:
    """Return each entry's second, newest first, none above its newer neighbour's: a clock that stepped back
    must not put the list out of order.
    """  # noqa: D205 -- one sentence
    seconds: list[int] = []
    for entry in entries:
        second = entry.recorded_at_ms // 1000
        seconds.append(min(second, seconds[-1]) if seconds else second)
    return seconds
