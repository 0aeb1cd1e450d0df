"""The environment, laid over what the files say. Fills a draft, checks no value.

Knows the names of keys from the model only, so that a new key needs nothing here.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from bridge.settings.draft import Draft, InVariable
from bridge.settings.files import CONFIG_VARIABLE
from bridge.settings.model import SECTIONS, known_keys, list_keys, number_keys
from bridge.settings.problems import nearest
from bridge.settings.words import one_line

PREFIX: Final = "BRIDGE_"


def overlay_environment(draft: Draft, environ: Mapping[str, str]) -> None:
    """Put the environment over what the files say."""
    known = {variable: (section, key) for variable, section, key in _variables()}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name == CONFIG_VARIABLE:
            continue
        if name.upper() in known:
            section, key = known[name.upper()]
            _overlay(draft, name, section=section, key=key, text=environ[name])
        else:
            _refuse_stray(draft, name, list(known))


def _variables() -> Iterator[tuple[str, str, str]]:
    for section, model in SECTIONS.items():
        for key in known_keys(model):
            yield f"{PREFIX}{section}__{key}".upper(), section, key


def _overlay(draft: Draft, name: str, *, section: str, key: str, text: str) -> None:
    table = draft.section(section)
    if table is None:
        return  # the file is refused for it anyway
    twin = draft.origins.get((section, key))
    if isinstance(twin, InVariable):
        draft.strays.append(f"{one_line(name)}: is the same as {twin.name}; keep one of the two")
        return
    other = key.removesuffix("_file") if key.endswith("_file") else f"{key}_file"
    if other in known_keys(SECTIONS[section]) and not isinstance(draft.origins.get((section, other)), InVariable):
        table.pop(other, None)
    table[key] = _decoded(text, section, key)
    draft.comes_from((section, key), InVariable(name))


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
