"""The configuration while it is gathered: one table, where each value came from, and what is wrong so far.

Knows how a place is written for a person, and nothing of what a key means.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bridge.settings.values import SourceFile
from bridge.settings.words import CLIENT, ID, one_line

Location = tuple[str | int, ...]

IDENTITIES: Final = {"id": ID, "slug": ID, "client_id": CLIENT}
"""The keys by which an element of a list of tables is known, and their forms."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the value at a location, or worth a remark."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class InToml:
    """Stands in a TOML file, at a location of that file's own."""

    file: str
    location: Location = ()


@dataclass(frozen=True, slots=True)
class InVariable:
    """Stands in an environment variable."""

    name: str


@dataclass(frozen=True, slots=True)
class InSecretFile:
    """Is what a file holds; a list has the line of each element."""

    file: str
    lines: tuple[int, ...]


Origin = InToml | InVariable | InSecretFile


@dataclass(slots=True)
class Draft:
    """Everything gathered so far.

    `origins` says where the value of a location, and all below it, comes from; what is not named stands in `file`.
    `texts` are the TOML files as they were read, by name.
    `unread` are the keys whose value is faulty already, so that nobody calls them missing as well.
    `sources` are the files of secrets that were read.
    """

    file: str
    table: dict[str, object] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    origins: dict[Location, Origin] = field(default_factory=dict)
    unread: set[Location] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)
    sources: list[SourceFile] = field(default_factory=list)
    _lines: dict[str, Mapping[Location, int]] = field(default_factory=dict)
    _around: set[Location] = field(default_factory=set)  # what may have an origin of its own below
    _names: dict[Location, "_Names"] = field(default_factory=dict)

    def blame(self, location: Location, message: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(location, message))

    def remark(self, location: Location, message: str) -> None:
        """Note what is no fault, and should still be said."""
        self.remarks.append(Fault(location, message))

    def comes_from(self, location: Location, origin: Origin) -> None:
        """Note where the value at a location, and everything below it, comes from now."""
        if location in self._around:
            for known in [known for known in self.origins if known[: len(location)] == location]:
                del self.origins[known]
        self.origins[location] = origin
        self._around.update(location[:length] for length in range(1, len(location)))
        self._names.clear()

    def section(self, name: str) -> dict[str, object] | None:
        """Return a section, empty if there was none; None if something else stands in its place."""
        found = self.table.setdefault(name, {})
        return found if isinstance(found, dict) else None

    def at(self, location: Location) -> object:
        """Return what stands at a location; None if nothing does."""
        found: object = self.table
        for step in location:
            if isinstance(found, dict):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int) and step < len(found):
                found = found[step]
            else:
                return None
        return found

    def place(self, location: Location) -> str:
        """Return how a person finds a location."""
        start, origin = self.origin(location)
        rest = location[start:]
        match origin:
            case InVariable():
                return one_line(origin.name) + self._path(location, start=start)
            case InSecretFile():
                index = rest[0] if rest and isinstance(rest[0], int) else 0
                line = f":{origin.lines[index]}" if index < len(origin.lines) else ""
                return f"{one_line(origin.file)}{line}: {self._path(location)}"
            case InToml():
                line = self._line(origin.file, origin.location + rest)
                return f"{one_line(origin.file)}{line}: {self._path(location)}"

    def origin(self, location: Location) -> tuple[int, Origin]:
        """Return where a location comes from, and how many of its steps that covers."""
        for length in range(len(location), 0, -1):
            origin = self.origins.get(location[:length])
            if origin is not None:
                return length, origin
        return 0, InToml(self.file)

    def lines(self) -> list[str]:
        """Return all faults as lines, each once, in the order of the sections."""
        return list(dict.fromkeys([*self.strays, *self._told(self.faults)]))

    def notes(self) -> list[str]:
        """Return all remarks as lines, each once."""
        return list(dict.fromkeys([*self._told(self.remarks), *self.asides]))

    def _told(self, faults: Iterable[Fault]) -> list[str]:
        self._names.clear()
        ordered = sorted(faults, key=lambda fault: self._rank(fault.location))
        return [f"{self.place(fault.location)}: {fault.message}" for fault in ordered]

    def _rank(self, location: Location) -> tuple[int, int]:
        section = list(self.table).index(str(location[0])) if location[0] in self.table else -1
        index = location[1] if len(location) > 1 else -1
        return section, index if isinstance(index, int) else -1

    def _line(self, file: str, location: Location) -> str:
        """Return the line of a location, or of the innermost table around it that stands in the file."""
        if file not in self._lines:
            from bridge.settings.positions import lines_of  # noqa: PLC0415 -- a file without a fault does without

            self._lines[file] = lines_of(self.texts.get(file, ""))
        found = (self._lines[file].get(location[:length]) for length in range(len(location), 0, -1))
        line = next((line for line in found if line is not None), None)
        return "" if line is None else f":{line}"

    def _path(self, location: Location, *, start: int = 0) -> str:
        path = "".join(self._step(location[:end]) for end in range(start + 1, len(location) + 1))
        return path if start else path.removeprefix(".")

    def _step(self, location: Location) -> str:
        last = location[-1]
        return f"[{self._element(location[:-1], last)}]" if isinstance(last, int) else f".{_key(last)}"

    def _element(self, array: Location, index: int) -> str:
        """Name an element by its id where that is unmistakable, else by counting from one in its own file."""
        if array not in self._names:
            self._names[array] = _Names.of(self.at(array))
        own = self._names[array].unmistakable(index)
        if own is not None:
            return own
        start, origin = self.origin((*array, index))
        there = origin.location if isinstance(origin, InToml) and start == len(array) + 1 else (index,)
        return f"#{1 + (there[-1] if isinstance(there[-1], int) else index)}"


def identity_of(element: object) -> tuple[str, str] | None:
    """Return the key by which an element of a list of tables is known, and its name; None if it has none."""
    for key in IDENTITIES if isinstance(element, dict) else ():
        if isinstance(element, dict) and isinstance(element.get(key), str):
            return key, element[key]
    return None


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of the elements of a list, in order, and how often each is used."""

    names: list[str | None]
    uses: Counter[str | None]

    @classmethod
    def of(cls, elements: object) -> "_Names":
        """Return those of whatever stands in a list's place."""
        names = [_identity(element) for element in elements] if isinstance(elements, list) else []
        return cls(names, Counter(names))

    def unmistakable(self, index: int) -> str | None:
        """Return the name of an element that no other has."""
        own = self.names[index] if index < len(self.names) else None
        return own if self.uses[own] == 1 else None


def _identity(element: object) -> str | None:
    found = identity_of(element)
    return found[1] if found is not None and IDENTITIES[found[0]].fullmatch(found[1]) else None


def _key(key: str) -> str:
    return key if key.replace("_", "a").replace("-", "a").isalnum() else f'"{one_line(key)}"'
