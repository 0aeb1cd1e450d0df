"""What a timeline holds beside what it must hold: lost, doubled, out of order. Looks at the file, from outside."""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

Expected = Mapping[str, tuple[str, ...]]
"""By device, the kinds of its events in order."""

AROUND = 4


@dataclass(frozen=True, slots=True)
class Events:
    """What is on disk. `kinds`: by device, in order; `by_seq`: the kind of each; `offered`: how many were offered."""

    kinds: Expected
    by_seq: Mapping[int, str]
    ids: tuple[str, ...]
    offered: int

    def only(self, *devices: str) -> "Events":
        """Return the same as far as kinds of these devices are concerned."""
        return replace(self, kinds={device: self.kinds.get(device, ()) for device in devices})


@dataclass(frozen=True, slots=True)
class Account:
    """What came of it, in figures, and in words what was wrong."""

    found: str
    broken: tuple[str, ...]


def events_of(database: Path) -> Events:
    """Read the timeline of all devices."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT device, kind, id, offered, seq FROM events ORDER BY seq").fetchall()
    kinds: dict[str, list[str]] = {}
    for device, kind, *_ in rows:
        kinds.setdefault(device, []).append(kind)
    return Events(
        {device: tuple(found) for device, found in kinds.items()},
        {row[4]: row[1] for row in rows},
        tuple(row[2] for row in rows),
        sum(row[3] for row in rows),
    )


def told_seqs(database: Path) -> dict[str, int]:
    """Return how far each identity is marked as told on disk."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return dict(connection.execute("SELECT identity, told_seq FROM trigger_identities"))


def outcomes_of(database: Path) -> list[str]:
    """Return what became of each command, as it is on disk."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return [row[0] for row in connection.execute("SELECT outcome FROM commands ORDER BY asked_at_ms")]


def accounts(expected: Expected, found: Events, *, late: int = 0) -> Account:
    """Compare. Identical presses cannot be told apart: their number must be right. `late`: so many are not offered."""
    lost = doubled = 0
    broken: list[str] = []
    for device in sorted({*expected, *found.kinds}):
        must, has = expected.get(device, ()), found.kinds.get(device, ())
        missing, extra = Counter(must) - Counter(has), Counter(has) - Counter(must)
        lost += missing.total()
        doubled += extra.total()
        if missing or extra:
            broken.append(
                f"{device}: {missing.total()} lost ({_some(missing)}), {extra.total()} too many ({_some(extra)})"
            )
        elif must != has:
            place = next(n for n, (one, other) in enumerate(zip(must, has, strict=True)) if one != other)
            around = slice(max(0, place - AROUND), place + AROUND)
            broken.append(f"{device}: out of order at {place}: {has[around]} for {must[around]}")
    if len(set(found.ids)) != len(found.ids):
        broken.append("an id was given twice")
    if found.offered != len(found.ids) - late:
        broken.append(f"{len(found.ids) - found.offered} of {len(found.ids)} were not offered to anybody, not {late}")
    total = sum(map(len, expected.values()))
    return Account(f"{lost} lost, {doubled} double of {total:,}", tuple(broken))


def _some(kinds: Counter[str]) -> str:
    return ", ".join(kind for kind, _ in kinds.most_common(AROUND)) or "none"
