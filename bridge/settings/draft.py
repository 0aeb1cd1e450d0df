"""The configuration while it is gathered: one table, where each value came from, and what is wrong so far.

Knows how a place is written for a person, and nothing of what a key means.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.settings.words import ID, one_line

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the value at a location."""

    location: Location
    message: str


@dataclass(slots=True)
class Draft:
    """Everything gathered so far.

    `places` names the origin of what does not stand at its own key of `file`: an environment variable, a KEY_file.
    `unread` are the keys whose value is faulty already, so that nobody calls them missing as well.
    """

    file: str
    table: dict[str, object]
    places: dict[Location, str] = field(default_factory=dict)
    unread: set[Location] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    def blame(self, location: Location, message: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(location, message))

    def section(self, name: str) -> dict[str, object] | None:
        """Return a section, empty if there was none; None if something else stands in its place."""
        found = self.table.setdefault(name, {})
        return found if isinstance(found, dict) else None

    def place(self, location: Location) -> str:
        """Return how a person finds a location."""
        for length in range(len(location), 0, -1):
            place = self.places.get(location[:length])
            if place is not None:
                return place + self._path(location, start=length)
        return f"{one_line(self.file)}: {self._path(location).removeprefix('.')}"

    def lines(self) -> list[str]:
        """Return all faults as lines, each once, in the order of the sections."""
        ordered = sorted(self.faults, key=lambda fault: self._rank(fault.location))
        lines = self.strays + [f"{self.place(fault.location)}: {fault.message}" for fault in ordered]
        return list(dict.fromkeys(lines))

    def _rank(self, location: Location) -> tuple[int, int]:
        section = list(self.table).index(str(location[0])) if location[0] in self.table else -1
        index = location[1] if len(location) > 1 else -1
        return section, index if isinstance(index, int) else -1

    def _path(self, location: Location, *, start: int = 0) -> str:
        return "".join(self._step(location[:end]) for end in range(start + 1, len(location) + 1))

    def _step(self, location: Location) -> str:
        last = location[-1]
        return f"[{self._element(location[:-1], last)}]" if isinstance(last, int) else f".{_key(last)}"

    def _element(self, array: Location, index: int) -> str:
        """Name an element by its id where that is unmistakable, else by counting from one."""
        elements = self.table.get(str(array[0])) if len(array) == 1 else None
        ids = [_id(element) for element in elements] if isinstance(elements, list) else []
        own = ids[index] if index < len(ids) else None
        return own if own is not None and ids.count(own) == 1 else f"#{index + 1}"


def _id(element: object) -> str | None:
    found = element.get("id") if isinstance(element, Mapping) else None
    return found if isinstance(found, str) and ID.fullmatch(found) else None


def _key(key: str) -> str:
    return key if key.replace("_", "a").replace("-", "a").isalnum() else f'"{one_line(key)}"'
