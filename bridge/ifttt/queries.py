"""Answering a query: the rows of what a user sees, and in which pages they come. Knows neither HTTP nor SQL.

Rows stand in an order that nothing but their own coming and going changes (ids, or the sequence of events), and a page
is named by the row that it follows: so nothing is left out or told twice when a name changes between two pages.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bridge.devices.entity import Entity, EntityKind
from bridge.devices.habits import is_cut_off
from bridge.devices.last_known import EntityState
from bridge.ifttt.declaring import Query
from bridge.ifttt.fields import ANY, LISTED_KINDS
from bridge.ifttt.household import names_of
from bridge.ifttt.ingredients import iso_time
from bridge.timeline.entry import Entry

Row = dict[str, str]

_VERBATIM: Final = ("button", "custom")
"""Families whose variants are a device's or a person's own words."""

_ONLINE: Final = {"online": "true", "offline": "false"}


class Sight(Protocol):
    """What one user sees of a home."""

    def entities(self) -> list[Entity]:
        """Return the entities that the user sees."""
        ...

    def state_of(self, entity: str) -> EntityState:
        """Return what is known of one of them."""
        ...

    def sees(self, entry: Entry) -> bool:
        """Tell whether the user sees something that happened."""
        ...


@dataclass(frozen=True, slots=True)
class Rows:
    """One page. `behind`: the position of its last row, if more rows follow."""

    rows: list[Row]
    behind: str | None = None


def page_of(rows: Sequence[tuple[str, Row]], *, position: str | None, limit: int) -> Rows:
    """Cut a page out of rows that stand in the order of their positions."""
    rest = [(where, row) for where, row in rows if position is None or where > position]
    shown = rest[:limit]
    return Rows([row for _, row in shown], shown[-1][0] if shown and len(rest) > limit else None)


def device_rows(device: str, sight: Sight) -> list[tuple[str, Row]]:
    """Return a row for each ability of a device, by id. One that the user does not see has none."""
    names = names_of(sight.entities())
    return _by_position(
        [
            (
                _position(entity),
                {
                    "device_name": names[entity.id],
                    "device_id": entity.device.id,
                    "entity": entity.id,
                    "state": _state(entity, sight),
                    "since": _since(entity, sight),
                    "online": online,
                },
            )
            for entity, online in _abilities(sight)
            if entity.device.id == device
        ]
    )


def list_rows(kind: str, sight: Sight) -> list[tuple[str, Row]]:
    """Return a row for each ability of a kind, or of any, by id. A kind that does not exist has none."""
    names = names_of(sight.entities())
    return _by_position(
        [
            (
                _position(entity),
                {
                    "device_name": names[entity.id],
                    "device_id": entity.device.id,
                    "kind": entity.kind.value,
                    "room": entity.device.room,
                    "state": _state(entity, sight),
                    "online": online,
                },
            )
            for entity, online in _abilities(sight)
            if kind in (ANY, entity.kind)
        ]
    )


def history_row(entry: Entry) -> Row:
    """Return the row of something that happened, with the names of that moment."""
    event = entry.event
    kind, _, what = event.kind.partition(".")
    word, _, variant = what.partition(".")
    plain = what if kind in _VERBATIM else f"{word.replace('_', ' ')} {variant}".strip()
    return {
        "created_at": iso_time(entry.recorded_at_ms),
        "device_name": event.ingredients.get("device_name") or event.ingredients.get("name", ""),
        "device_id": event.device,
        "kind": kind,
        "detail": plain,
    }


def only_declared(query: Query, rows: Rows) -> Rows:
    """Let each row have what is declared, in that order, "" for what it lacks: IFTTT compares the two."""
    return Rows([{each.slug: row.get(each.slug, "") for each in query.ingredients} for row in rows.rows], rows.behind)


def _by_position(rows: list[tuple[str, Row]]) -> list[tuple[str, Row]]:
    return sorted(rows, key=_first)


def _first(row: tuple[str, Row]) -> str:
    return row[0]


def _position(entity: Entity) -> str:
    """Return where the row of an entity stands: the abilities of a device side by side."""
    return f"{entity.device.id}\n{entity.id}"


def _abilities(sight: Sight) -> list[tuple[Entity, str]]:
    """Return what a person would call an ability, and whether its device says that it can be reached."""
    entities = sight.entities()
    online = {
        entity.device.id: _ONLINE.get(sight.state_of(entity.id).value or "", "")
        for entity in entities
        if entity.kind is EntityKind.AVAILABILITY
    }
    return [
        (entity, _ONLINE["offline"] if is_cut_off(entity, sight.state_of) else online.get(entity.device.id, ""))
        for entity in entities
        if entity.kind in LISTED_KINDS
    ]


def _state(entity: Entity, sight: Sight) -> str:
    return sight.state_of(entity.id).value or ""


def _since(entity: Entity, sight: Sight) -> str:
    since_ms = sight.state_of(entity.id).since_ms
    return "" if since_ms is None else iso_time(since_ms)


RowsOf = Callable[[str, Sight], list[tuple[str, Row]]]
"""From what was chosen to rows in the order of their positions."""

FROM_STATE: Final[dict[str, tuple[str, RowsOf]]] = {
    "device_state": ("device", device_rows),
    "list_devices": ("kind", list_rows),
}
"""The queries about how things are: the field that chooses, and what gives the rows."""
