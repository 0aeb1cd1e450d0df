"""What Applets wait for, and which events are theirs: the account of timelines as IFTTT must see them."""

from dataclasses import dataclass, field

from tests.model.account import BELL, DOOR, GATE, LAMP, LEFT_OPEN, ROSE, THERMO, Row

HEAD_START_MS = 60_000


@dataclass(frozen=True, slots=True)
class Ask:
    """A trigger with its fields, of a user. `entities` and `kinds`: which events it is about (a kind or its family)."""

    user: str
    trigger: str
    fields: tuple[tuple[str, str], ...]
    entities: tuple[str, ...]
    kind: str

    def concerns(self, row: Row) -> bool:
        """Tell whether an event is one that this waits for, whoever sees it."""
        return row.entity in self.entities and (row.kind == self.kind or row.kind.startswith(f"{self.kind}."))


ALWAYS = (
    Ask("anna", "door_left_open", (("door", DOOR), ("minutes", "10")), (DOOR,), LEFT_OPEN),
    Ask("anna", "value_rose_above", (("sensor", THERMO), ("threshold", "25")), (THERMO,), ROSE),
)
"""What makes events by being asked for: these stay, so that the account knows that the events must come."""

ASKS = (
    Ask("anna", "door_opened", (("door", DOOR),), (DOOR,), "contact.opened"),
    Ask("anna", "door_closed", (("door", "any"),), (DOOR, GATE), "contact.closed"),
    Ask("anna", "button_pressed", (("button", BELL), ("press", "any")), (BELL,), "button"),
    Ask("ben", "door_opened", (("door", "any"),), (DOOR, GATE), "contact.opened"),
    Ask("ben", "button_pressed", (("button", "any"), ("press", "any")), (BELL,), "button"),
    Ask("ben", "light_turned_on", (("light", LAMP),), (LAMP,), "light.turned_on"),
)


@dataclass(slots=True)
class Sights:
    """What each user may see, and since which sequence number."""

    hidden: set[str] = field(default_factory=set)
    exposed_since: dict[str, int] = field(default_factory=dict)
    taken: set[tuple[str, str]] = field(default_factory=set)
    shared_since: dict[tuple[str, str], int] = field(default_factory=dict)

    def hides(self, user: str, entity: str) -> bool:
        """Tell whether a user sees nothing of an entity now."""
        return entity in self.hidden or (user, entity) in self.taken

    def sees(self, user: str, row: Row) -> bool:
        """Tell whether a user may be shown an event now."""
        entity = row.entity
        if self.hides(user, entity):
            return False
        return row.seq >= max(self.exposed_since.get(entity, 0), self.shared_since.get((user, entity), 0))


@dataclass(slots=True)
class Identity:
    """A live identity. `start`: where its timeline begins; `owed_from`: what is newer must be told.

    `told`: the newest event that was on disk when IFTTT took a notification for it.
    """

    ask: Ask
    text: str
    start: int
    owed_from: int
    told: int = 0

    def items(self, rows: list[Row], sights: Sights) -> list[Row]:
        """Return what belongs to its timeline, newest first."""
        return [row for row in reversed(rows) if row.seq >= self.start and shown(self.ask, row, sights)]


def shown(ask: Ask, row: Row, sights: Sights) -> bool:
    """Tell whether an event shows in the timelines of an ask."""
    return row.offered == 1 and ask.concerns(row) and sights.sees(ask.user, row)


def first_sight(ask: Ask, text: str, rows: list[Row], sights: Sights, now_ms: int) -> Identity:
    """Return an identity seen for the first time: it also sees the minute before, of the newest fifty."""
    newest = rows[-1].seq if rows else 0
    recent = [row for row in reversed(rows) if shown(ask, row, sights)][:50]
    start = min((row.seq for row in recent if row.recorded_at_ms >= now_ms - HEAD_START_MS), default=newest + 1)
    return Identity(ask, text, start, newest)
