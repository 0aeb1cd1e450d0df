"""What is wrong with a configuration, taken apart for a page: where it stands, what is wrong, what helps.

Reads the lines that people get everywhere else. What it cannot take apart it leaves whole: nothing is ever lost.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_PLACED: Final = re.compile(r"(?P<file>/[^\n]*?)(?::(?P<line>\d+))?: (?P<rest>.+)", re.DOTALL)
_KEYED: Final = re.compile(
    r"(?P<key>[\w-]+(?:\[[^\]\n]*\])?(?:\.(?:[\w-]+|\"[^\"\n]*\")(?:\[[^\]\n]*\])?)*): (?P<rest>.+)"
)
_CURE: Final = "; "


@dataclass(frozen=True, slots=True)
class Fault:
    """One. Where `file`, `line` or `key` is not known it is ""; so is `cure` where what is wrong says it all."""

    what: str
    file: str = ""
    line: str = ""
    key: str = ""
    cure: str = ""


def faults_in(lines: Sequence[str]) -> list[Fault]:
    """Take lines apart, each one a fault."""
    return [_fault(line) for line in lines]


def _fault(line: str) -> Fault:
    placed = _PLACED.fullmatch(line)
    file, number, rest = ("", "", line) if placed is None else (placed["file"], placed["line"] or "", placed["rest"])
    keyed = _KEYED.fullmatch(rest)
    key, rest = ("", rest) if keyed is None else (keyed["key"], keyed["rest"])
    what, separator, cure = rest.rpartition(_CURE)
    return Fault(what if separator else rest, file, number, key, cure if separator else "")
