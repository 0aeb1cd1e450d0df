"""On which line of a TOML file each key stands; tomllib says what a file means, and not where.

Reads only what tomllib has read before: it finds its way through a right file and judges none. Knows no key of ours.
"""

import re
import tomllib
from bisect import bisect_left
from contextlib import suppress
from typing import Final

Location = tuple[str | int, ...]

DEEPEST: Final = 8
"""How long the locations are that are noted: nothing of ours stands deeper."""

_BLANK: Final = re.compile(r"[ \t]*")
_BETWEEN: Final = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED_KEY: Final = re.compile(r"'[^'\n]*'|\"(?:[^\"\\\n]|\\.)*\"")
_STRING: Final = re.compile(
    r"'''.*?'''(?:'{0,2})"
    r"|\"\"\"(?:[^\\]|\\.)*?\"\"\"(?:\"{0,2})"
    r"|'[^'\n]*'"
    r"|\"(?:[^\"\\\n]|\\.)*\"",
    re.DOTALL,
)
_WORD: Final = re.compile(r"[^,\]}#\n]*")  # a number, a boolean, a date, which may hold a space


def lines_of(text: str) -> dict[Location, int]:
    """Return the line of each key and of each element of a list, counted from one. `text` must be right TOML.

    A table stands where its header is; one that no header names, where it is mentioned first.
    """
    scan = _Scan(text.replace("\r\n", "\n"))
    with suppress(RecursionError):  # lists in lists without end: what was found so far still holds
        scan.document()
    return scan.lines


class _Scan:
    """One walk through a text, and what it has found so far."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Location, int] = {}
        self._text = text
        self._at = 0
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._implied: set[Location] = set()
        self._newest: dict[Location, int] = {}

    def document(self) -> None:
        """Walk to the end."""
        table: Location = ()
        self._skip(_BETWEEN)
        while self._at < len(self._text):
            if self._take("[["):
                table = self._header(element=True)
                self._take("]]")
            elif self._take("["):
                table = self._header(element=False)
                self._take("]")
            else:
                self._pair(table)
            self._skip(_BETWEEN)

    def _header(self, *, element: bool) -> Location:
        line = self._line()
        *parents, last = self._key()
        table: Location = ()
        for key in parents:
            table = self._newest_of((*table, key))
            self._note(table, line, implied=True)
        table = (*table, last)
        if not element:
            table = self._newest_of(table)
            self._note(table, line)
            return table
        index = self._newest.get(table, -1) + 1
        self._newest[table] = index
        self._note(table, line)
        self._note((*table, index), line)
        return (*table, index)

    def _newest_of(self, table: Location) -> Location:
        """Return what a header means by a name: of several tables with this name, the one begun last."""
        return (*table, self._newest[table]) if table in self._newest else table

    def _pair(self, table: Location) -> None:
        line = self._line()
        *parents, last = self._key()
        for key in parents:
            table = (*table, key)
            self._note(table, line, implied=True)
        self._note((*table, last), line)
        self._take("=")
        self._skip(_BLANK)
        self._value((*table, last))

    def _value(self, location: Location) -> None:
        if self._take("["):
            self._list(location)
        elif self._take("{"):
            self._inline_table(location)
        elif self._text[self._at] in "'\"":
            self._skip(_STRING)
        else:
            self._skip(_WORD)

    def _list(self, location: Location) -> None:
        index = 0
        self._skip(_BETWEEN)
        while not self._take("]"):
            self._note((*location, index), self._line())
            self._value((*location, index))
            index += 1
            self._separator()

    def _inline_table(self, location: Location) -> None:
        self._skip(_BETWEEN)
        while not self._take("}"):
            self._pair(location)
            self._separator()

    def _separator(self) -> None:
        self._skip(_BETWEEN)
        self._take(",")
        self._skip(_BETWEEN)

    def _key(self) -> list[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            bare = self._skip(_BARE_KEY)
            keys.append(bare or tomllib.loads(f"key = {self._skip(_QUOTED_KEY)}")["key"])
            self._skip(_BLANK)
            if not self._take("."):
                return keys

    def _note(self, location: Location, line: int, *, implied: bool = False) -> None:
        if len(location) > DEEPEST:
            return
        if location not in self.lines:
            self.lines[location] = line
            if implied:
                self._implied.add(location)
        elif not implied and location in self._implied:
            self._implied.remove(location)
            self.lines[location] = line

    def _line(self) -> int:
        return bisect_left(self._breaks, self._at) + 1

    def _take(self, mark: str) -> bool:
        found = self._text.startswith(mark, self._at)
        self._at += len(mark) if found else 0
        return found

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]
