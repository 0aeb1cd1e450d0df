"""Where values come from: the TOML file, the environment, files with secrets. Fills a draft, checks no value.

Knows the names of keys from the model only, so that a new key needs nothing here.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bridge.errors import ConfigurationError
from bridge.settings.draft import Draft
from bridge.settings.files import CONFIG_VARIABLE
from bridge.settings.model import SECTIONS, known_keys, list_keys, number_keys, secret_keys
from bridge.settings.problems import nearest
from bridge.settings.words import one_line

PREFIX: Final = "BRIDGE_"
LARGEST_FILE: Final = 4 * 1024 * 1024
LARGEST_SECRET: Final = 128 * 1024


def read_toml(file: Path) -> dict[str, object]:
    """Read the configuration file. Raises ConfigurationError when it cannot be read or is not TOML."""
    try:
        return _parsed(_read(file, limit=LARGEST_FILE))
    except ValueError as error:
        problem = str(error)
    raise ConfigurationError([f"{one_line(str(file))}: {problem}"])


def overlay_environment(draft: Draft, environ: Mapping[str, str]) -> None:
    """Put the environment over what the file says."""
    known = {variable: (section, key) for variable, section, key in _variables()}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name == CONFIG_VARIABLE:
            continue
        if name.upper() in known:
            section, key = known[name.upper()]
            _overlay(draft, name, section=section, key=key, text=environ[name])
        else:
            _refuse_stray(draft, name, list(known))


def read_secret_files(draft: Draft, folder: Path) -> None:
    """Replace each KEY_file by what the file holds. Relative paths start at `folder`."""
    for section, model in SECTIONS.items():
        table = draft.section(section)
        for key in secret_keys(model) if table is not None else ():
            if table is not None and f"{key}_file" in table:
                _read_secret(draft, table, section=section, key=key, folder=folder)


def _parsed(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"is not valid TOML: {one_line(str(error))}") from None
    except RecursionError:
        raise ValueError("is not valid TOML: lists or tables are nested too deeply") from None
    except ValueError:
        raise ValueError("is not valid TOML: a number is too long") from None


def _variables() -> Iterator[tuple[str, str, str]]:
    for section, model in SECTIONS.items():
        for key in known_keys(model):
            yield f"{PREFIX}{section}__{key}".upper(), section, key


def _overlay(draft: Draft, name: str, *, section: str, key: str, text: str) -> None:
    table = draft.section(section)
    if table is None:
        return  # the file is refused for it anyway
    if (section, key) in draft.places:
        draft.strays.append(f"{one_line(name)}: is the same as {draft.places[section, key]}; keep one of the two")
        return
    other = key.removesuffix("_file") if key.endswith("_file") else f"{key}_file"
    if (section, other) not in draft.places:
        table.pop(other, None)
    table[key] = _decoded(text, section, key)
    draft.places[section, key] = name


def _decoded(text: str, section: str, key: str) -> object:
    """Return the value that a variable stands for; the text itself where it is of another type, to be refused later."""
    model = SECTIONS[section]
    if key in number_keys(model):
        return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else text
    if key not in list_keys(model):
        return text
    if not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",")] if text.strip() else []
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _refuse_stray(draft: Draft, name: str, known: list[str]) -> None:
    """Refuse a variable that is meant for the bridge; one that resembles nothing may be another program's."""
    near = nearest(name.upper(), known, cutoff=0.85)
    if near is not None:
        draft.strays.append(f"{one_line(name)}: there is no such setting; did you mean {near}?")
    elif "__" in name:
        draft.strays.append(f"{one_line(name)}: there is no such setting; names are {PREFIX}SECTION__KEY")


def _read_secret(draft: Draft, table: dict[str, object], *, section: str, key: str, folder: Path) -> None:
    location = (section, f"{key}_file")
    given = table.pop(location[1])
    if key in table:
        draft.blame(location, f"{key} is given as well; keep one of the two")
        return
    try:
        if not isinstance(given, str) or not given:
            raise ValueError("must be the path of a file, in quotes")  # noqa: TRY301 -- told like the faults of the file
        path = folder / given
        text = _read(path, limit=LARGEST_SECRET, what=f"the file {one_line(str(path))} ")
        listed = key in list_keys(SECTIONS[section])
        table[key] = _listed(text) if listed else _single(text, path)
    except ValueError as error:
        draft.blame(location, str(error))
        draft.unread.add((section, key))
        return
    draft.places[section, key] = draft.place(location)


def _listed(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _single(text: str, path: Path) -> str:
    line = text.removesuffix("\n").removesuffix("\r")
    if not line or "\n" in line:
        raise ValueError(f"the file {one_line(str(path))} must hold one line and nothing else")
    return line


def _read(file: Path, *, limit: int, what: str = "") -> str:
    """Read a text file. Raises ValueError with a sentence that goes on after `what`."""
    try:
        with file.open("rb") as opened:
            content = opened.read(limit + 1)
    except OSError as error:
        raise ValueError(what + _reason(error)) from None
    except ValueError:
        raise ValueError(f"{what}has a NUL character in its path; remove it") from None
    if len(content) > limit:
        raise ValueError(f"{what}is larger than {limit // 1024} KiB; is it the right file?")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise ValueError(f"{what}is not UTF-8 text; save it as UTF-8") from None


def _reason(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "does not exist; check the path"
        case PermissionError():
            return "may not be read by this user; check its owner and mode"
        case IsADirectoryError():
            return "is a folder; give the path of a file"
        case _:
            return f"cannot be read: {error.strerror or type(error).__name__}"
