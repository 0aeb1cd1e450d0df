"""The plain account: what must be in the timeline, by what was sent, and nothing of how the bridge works it out.

Where two outcomes are right (what a crashed broker has lost may or may not have been taken before) both are followed,
and what is on disk decides.
"""

import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tests.model.broker import Copy

DOOR, BELL, LAMP, THERMO, GATE = "door", "bell", "lamp", "thermo", "gate"
LEFT_OPEN = "contact.left_open.10"
ROSE = "value.rose_above.25"
_EDGES = {
    DOOR: {"open": "contact.opened", "closed": "contact.closed"},
    LAMP: {"on": "light.turned_on", "off": "light.turned_off"},
}


@dataclass(frozen=True, slots=True)
class Row:
    """An event as it is on disk."""

    seq: int
    id: str
    entity: str
    kind: str
    recorded_at_ms: int
    offered: int
    reason: str | None
    ingredients: str


@dataclass(frozen=True, slots=True)
class _Line:
    """One way in which it may have gone with an entity: what it is known to be, and how many rows are accounted for."""

    value: str | None = None
    rows: int = 0


class Account:
    """Compares, as often as it is told of something, with what another program would read in the file."""

    def __init__(self, path: Path) -> None:
        self._disk = sqlite3.connect(path, isolation_level=None)
        self.rows: list[Row] = []
        self._of: defaultdict[str, list[Row]] = defaultdict(list)
        self._lines: defaultdict[str, set[_Line]] = defaultdict(lambda: {_Line()})

    def close(self) -> None:
        """Read no more."""
        self._disk.close()

    @property
    def newest(self) -> int:
        """The newest sequence number on disk."""
        self.read()
        return self.rows[-1].seq if self.rows else 0

    def of(self, entity: str) -> list[Row]:
        """Return what is on disk of an entity."""
        self.read()
        return self._of[entity]

    def read(self) -> None:
        """Read what has come to be on disk."""
        after = self.rows[-1].seq if self.rows else 0
        for row in self._select("WHERE seq > ?", after):
            self.rows.append(row)
            self._of[row.entity].append(row)

    def check_nothing_changed(self) -> None:
        """What is on disk stays as it is: order, ids, names, and whether it is offered."""
        self.read()
        assert self._select("") == self.rows, "what had happened is another than before"

    def acknowledged(self, copy: Copy) -> None:
        """The bridge has acknowledged: whatever the message means must be on disk now."""
        self._account_for(copy, perhaps=copy.perhaps)

    def lost(self, copy: Copy) -> None:
        """The broker has lost a message. If it ever was sent it may have been taken."""
        if copy.ways:
            self._account_for(copy, perhaps=True)

    def check_all(self) -> None:
        """Nothing is under way: every row on disk has been accounted for, and no message twice."""
        self.read()
        for entity, lines in self._lines.items():
            rows = self._counted(entity)
            assert any(line.rows == len(rows) for line in lines), (
                f"{entity}: {len(rows)} events on disk, {max(line.rows for line in lines)} accounted for: "
                f"{[(row.kind, row.reason) for row in rows][-6:]}"
            )

    def _account_for(self, copy: Copy, *, perhaps: bool) -> None:
        entity = copy.topic.split("/")[1]
        if entity == GATE:
            return
        self.read()
        rows = self._counted(entity)
        after = {
            follower for line in self._lines[entity] if (follower := _followed(line, entity, copy, rows)) is not None
        }
        if perhaps:
            after |= self._lines[entity]
        expected = {_meaning(line.value, entity, copy) for line in self._lines[entity]}
        assert after, (
            f"{entity}: {copy.payload.decode()!r} ({copy.ways}) was acknowledged and is not on disk as {expected}: "
            f"{[(row.kind, row.reason) for row in rows][-6:]}"
        )
        self._lines[entity] = after

    def _counted(self, entity: str) -> list[Row]:
        """Return the rows that messages make by themselves: what time makes of an open door is looked at elsewhere."""
        return [row for row in self._of[entity] if row.kind != LEFT_OPEN]

    def _select(self, where: str, *values: int) -> list[Row]:
        question = f"SELECT seq, id, entity, kind, recorded_at_ms, offered, reason, ingredients FROM events {where} ORDER BY seq"  # noqa: E501, S608 -- constants only
        return [Row(*row) for row in self._disk.execute(question, values)]


def _followed(line: _Line, entity: str, copy: Copy, rows: list[Row]) -> _Line | None:
    """Return how it goes on after a message; None where what is on disk says otherwise."""
    value, kind = _meaning(line.value, entity, copy)
    if kind is None:
        return _Line(value, line.rows)
    if line.rows >= len(rows):
        return None
    row = rows[line.rows]
    fits = row.kind == kind and row.reason in _reasons(copy) and row.offered == (row.reason is None)
    return _Line(value, line.rows + 1) if fits else None


def _meaning(value: str | None, entity: str, copy: Copy) -> tuple[str | None, str | None]:
    """Return what an entity is known to be after a message, and the kind of the event, if it is one."""
    said = copy.payload.decode().lower()
    if entity == BELL:
        return None, None if copy.retained else f"button.{said}"
    if value is None or said == value:
        return said, None
    if entity == THERMO:
        return said, ROSE if float(value) < 25 <= float(said) else None
    return said, _EDGES[entity][said]


def _reasons(copy: Copy) -> set[str | None]:
    """Return why the event of a message may be kept back: None where it may be offered."""
    found: set[str | None] = set()
    is_press = f"/{BELL}/" in copy.topic
    for way in copy.ways:
        if way.hidden:
            found.add("hidden")
        elif copy.retained:
            found.add("changed while away")
        elif is_press:
            found |= {"late" if late else None for late in way.late}
        else:
            found.add(None)
    return found
