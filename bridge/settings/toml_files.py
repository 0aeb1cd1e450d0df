"""The TOML files: the configuration file itself, and what stands in conf.d beside it, laid over it in name order.

Fills a draft and checks no value. Knows the form of TOML and no key of ours.
"""

import re
import tomllib
from pathlib import Path
from typing import Final, TypeGuard

from bridge.errors import ConfigurationError
from bridge.settings.draft import Draft, InToml, Location, identity_of
from bridge.settings.text_files import read_text, reason_of
from bridge.settings.words import one_line

FOLDER: Final = "conf.d"
LARGEST_FILE: Final = 4 * 1024 * 1024
_PLACE: Final = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")

_CURES: Final = {
    "Invalid value": 'write a text as "text", several as ["one", "another"]',
    "Cannot overwrite": "that key stands here twice, or is a table elsewhere; keep one of them",
    "Expected '=' after a key": 'each line is: key = "value"',
    "Illegal character": "a text ends with a quote on the same line",
}
"""What helps, by a part of what Python says."""


def read_files(file: Path) -> Draft:
    """Read the configuration. Raises ConfigurationError when a file cannot be read or is not TOML: all of them told."""
    draft = Draft(str(file))
    try:
        extra = _extra_files(draft, file.parent / FOLDER)
    except OSError as error:
        extra = []
        draft.strays.append(f"{one_line(str(file.parent / FOLDER))}: {reason_of(error)}")
    for one in [file, *extra]:
        problem = _read(draft, one)
        if problem:
            draft.strays.append(one_line(str(one)) + problem)
    if draft.strays:
        raise ConfigurationError(draft.strays)
    return draft


def lay_over(draft: Draft, file: str, table: dict[str, object]) -> None:
    """Lay what a file says over what is known already."""
    _lay_table(draft, draft.table, table, (), InToml(file))


def _extra_files(draft: Draft, folder: Path) -> list[Path]:
    """Return the files of conf.d. What is none is remarked upon: somebody may wait for its effect."""
    try:
        entries = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        if not folder.exists():  # the configuration file has no folder: that is told of the file itself
            return []
        raise
    shown = [entry for entry in entries if not entry.name.startswith(".")]
    for entry in shown:
        if entry.suffix != ".toml" and not entry.name.startswith("README"):
            draft.asides.append(f"{one_line(str(entry))}: is not read; only names that end with .toml are")
    return [entry for entry in shown if entry.suffix == ".toml"]


def _read(draft: Draft, file: Path) -> str:
    """Read one file into the draft, and return what is wrong with it, or nothing."""
    try:
        text = read_text(file, limit=LARGEST_FILE, what=": ")
    except ValueError as error:
        return str(error)
    try:
        table = tomllib.loads(text)
        draft.texts[str(file)] = text
        lay_over(draft, str(file), table)
    except tomllib.TOMLDecodeError as error:
        return _no_toml(str(error), text)
    except RecursionError:
        return ": is not valid TOML: lists or tables are nested too deeply"
    except ValueError:
        return ": is not valid TOML: a number is too long"
    return ""


def _no_toml(problem: str, text: str) -> str:
    """Tell a fault of the form of TOML with its line in front, as every other fault."""
    found = _PLACE.search(problem)
    if found is None:
        return f": is not valid TOML: {one_line(problem)}"
    what = one_line(problem[: found.start()])
    cure = next((f"; {cure}" for part, cure in _CURES.items() if part in what), "")
    if found["line"] is None:
        return f":{len(text.splitlines()) or 1}: is not valid TOML: {what} (at the end of the file){cure}"
    return f":{found['line']}: is not valid TOML: {what} (column {found['column']}){cure}"


def _lay_table(draft: Draft, under: dict[str, object], over: dict[str, object], here: Location, origin: InToml) -> None:
    """Lay one table over another. `here` is where they are in the whole, `origin` where the upper one stands."""
    for key in over:
        other = key.removesuffix("_file") if key.endswith("_file") else f"{key}_file"
        if other not in over:
            under.pop(other, None)  # a secret and the file that holds it are two forms of one thing
    for key, value in over.items():
        known, location = under.get(key), (*here, key)
        there = InToml(origin.file, (*origin.location, key))
        if isinstance(known, dict) and isinstance(value, dict):
            _lay_table(draft, known, value, location, there)
        elif _is_list_of_tables(known) and _is_list_of_tables(value):
            _lay_elements(draft, known, value, location, there)
        else:
            under[key] = value
            draft.comes_from(location, there)


def _lay_elements(
    draft: Draft, under: list[dict[str, object]], over: list[dict[str, object]], here: Location, origin: InToml
) -> None:
    """Lay a list of tables over another: each over the one of the same id, the others behind."""
    known: dict[tuple[str, str] | None, int] = {}
    for index, element in enumerate(under):
        known.setdefault(identity_of(element), index)
    known.pop(None, None)
    for number, element in enumerate(over):
        there = InToml(origin.file, (*origin.location, number))
        index = known.pop(identity_of(element), len(under))  # popped: the same id twice in one file is a fault
        if index == len(under):
            under.append(element)
            draft.comes_from((*here, index), there)
        else:
            _lay_table(draft, under[index], element, (*here, index), there)


def _is_list_of_tables(value: object) -> TypeGuard[list[dict[str, object]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(element, dict) for element in value)
