"""What an Applet is, and which events are news to it. Plain decisions; knows nothing of HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bridge.simulator.protocol import Item


@dataclass(frozen=True, slots=True)
class Query:
    """A question that an Applet asks the service between its trigger and its action."""

    slug: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Applet:
    """If this trigger, then that action. The name is unique among the Applets of one user."""

    name: str
    trigger: str
    action: str
    trigger_fields: Mapping[str, str] = field(default_factory=dict)
    action_fields: Mapping[str, str] = field(default_factory=dict)
    queries: tuple[Query, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """The ids an Applet has met. All are kept: the service decides how far back it lists."""

    ids: frozenset[str] = frozenset()
    checked_before: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What one answer means: what has now been seen, and the events to run the action for, in order."""

    seen: Seen
    to_run: tuple[Item, ...]


class Outcome(StrEnum):
    """How running an action for one event ended."""

    DONE = "done"
    SKIPPED = "skipped"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Run:
    """An action that was run for one event; `statuses` has one status a try, None where nobody answered.

    `found_s` and `ended_s`: when the event was found and the last try was over (readings of the loop's clock).
    """

    applet: str
    item: Item
    outcome: Outcome
    statuses: tuple[int | None, ...]
    found_s: float
    ended_s: float


def decide(seen: Seen, listed: Sequence[Item], *, first_check_marks: bool) -> Decision:
    """Return what to run after a successful check: each id once in a lifetime, oldest first.

    With `first_check_marks` the first check runs nothing: what happened before the Applet existed is not its business.
    """
    news = new_items(seen.ids, listed)
    ids = seen.ids.union(item.id for item in news) if news else seen.ids
    marks_only = first_check_marks and not seen.checked_before
    return Decision(Seen(ids, checked_before=True), () if marks_only else news)


def new_items(known: frozenset[str], listed: Sequence[Item]) -> tuple[Item, ...]:
    """Return the events whose ids are not known, each once, oldest first.

    An answer lists newest first, so that among equal timestamps the later listed is the older.
    """
    unknown = {item.id: item for item in reversed(listed) if item.id not in known}
    return tuple(sorted(unknown.values(), key=lambda item: item.timestamp))
