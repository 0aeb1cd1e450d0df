"""Changes that no test can notice, each with the reason: somebody has looked at it."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from scripts.mutating.trial import Change

FILE: Final = Path(__file__).with_name("equivalent.toml")

Place = tuple[str, str, str, str]


def known(path: Path = FILE) -> dict[Place, str]:
    """Return the reason for each change that is written down there."""
    written = tomllib.loads(path.read_text())
    return {
        (module, function, each["before"], each["after"]): each["because"]
        for module, functions in written.items()
        for function, changes in functions.items()
        for each in changes
    }


def place_of(change: Change) -> Place:
    """Return by what a change is recognised when it is made again."""
    return change.module, change.function, change.before, change.after


def unknown(changes: Iterable[Change], written: dict[Place, str]) -> list[Change]:
    """Return those that no test noticed and nobody has looked at."""
    return [change for change in changes if not change.noticed and place_of(change) not in written]
