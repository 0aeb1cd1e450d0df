"""What pydantic found, in a user's words: which key, what is wrong, what to do. Knows no file and no variable."""

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bridge.settings.devices import KINDS, DeviceTable
from bridge.settings.draft import Fault, Location
from bridge.settings.model import ARRAYS, SECTIONS, SettingsTable, known_keys, secret_keys
from bridge.settings.tables import Table
from bridge.settings.words import quoted

_FIXED: Final = {
    "string_type": "must be text in quotes",
    "string_unicode": "is not valid UTF-8 text",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false, without quotes",
    "too_short": "is empty; give at least one",
}


def nearest(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known name that was probably meant."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)), None)


def faults_of(error: ValidationError, table: Mapping[str, object]) -> Iterator[Fault]:
    """Yield what is wrong. `table` is what was checked: where a kind is wrong, the rest of that device is looked at."""
    for detail in error.errors(include_url=False):
        location = detail["loc"]
        if detail["type"] == "too_short" and detail["input"]:
            continue  # pydantic counts right elements only, and the wrong ones are told already
        if location[0] == "devices" and detail["type"].startswith("union_tag"):
            yield Fault((*location, "kind"), _kind_message(detail))
            yield from _rest_of_device(table, location)
        else:
            yield Fault(_without_kind(location), _message(detail))


def _message(detail: ErrorDetails) -> str:
    if detail["type"] in _FIXED:
        return _FIXED[detail["type"]]
    word = _WORDINGS.get(detail["type"])
    return word(detail) if word is not None else detail["msg"]


def _own_words(detail: ErrorDetails) -> str:
    return str(detail["ctx"]["error"])


def _missing(detail: ErrorDetails) -> str:
    table, key = _table_at(detail["loc"][:-1]), str(detail["loc"][-1])
    if key in secret_keys(table):
        named = ".".join(step if isinstance(step, str) else "CLIENT_ID" for step in detail["loc"])
        return f"is missing; give {key}, {key}_file or the credential {named}"
    examples = next((field.examples for name, field in table.model_fields.items() if name == key), None)
    return f"is missing; for example: {key} = {json.dumps(examples[0])}" if examples else "is missing"


def _unknown(detail: ErrorDetails) -> str:
    location, key = detail["loc"][:-1], str(detail["loc"][-1])
    known = known_keys(_table_at(location))
    if location[:1] == ("devices",) and any(key in known_keys(kind) for kind in KINDS.values()):
        return f"a {location[-1]} has no such key; remove it"
    near = nearest(key, known)
    what = "key" if location else "section"
    owners = [name for name, model in SECTIONS.items() if key in known_keys(model)]
    if near is None and len(owners) == 1:
        return f"there is no such {what}; it belongs to [{owners[0]}]"
    return f"there is no such {what}; " + (f"did you mean {near}?" if near else f"known here: {', '.join(known)}")


def _choice(detail: ErrorDetails) -> str:
    allowed = re.findall(r"'([^']*)'", detail["ctx"]["expected"])
    given = detail["input"]
    listed = _alternatives(allowed)
    if not isinstance(given, str):
        return f"must be {listed}"
    near = nearest(given, allowed)
    return f"must be {listed}, not {quoted(given)}" + (f"; did you mean {quoted(near)}?" if near else "")


def _kind_message(detail: ErrorDetails) -> str:
    if detail["type"] == "union_tag_not_found":
        return f"is missing; give {_alternatives(KINDS)}"
    tag = str(detail["ctx"]["tag"])
    near = nearest(tag, KINDS)
    return f"must be {_alternatives(KINDS)}, not {quoted(tag)}" + (f"; did you mean {quoted(near)}?" if near else "")


def _at_least(detail: ErrorDetails) -> str:
    return f"must be at least {detail['ctx']['ge']:g}"


def _at_most(detail: ErrorDetails) -> str:
    return f"must be at most {detail['ctx']['le']}"


def _not_a_list(detail: ErrorDetails) -> str:
    names = _names(detail["loc"])
    if names in ARRAYS:
        return f"must be a list of tables; begin each with [[{'.'.join(names)}]]"
    return "must be a list of texts"


def _not_a_table(detail: ErrorDetails) -> str:
    names = _names(detail["loc"])
    name = ".".join(names)
    return (
        f"must be a table; begin it with [[{name}]]" if names in ARRAYS else f"must be a table; begin it with [{name}]"
    )


def _too_many(detail: ErrorDetails) -> str:
    most = detail["ctx"]["max_length"]
    return f"has more than {most}; remove what is too much"


_WORDINGS: Final[dict[str, Callable[[ErrorDetails], str]]] = {
    "value_error": _own_words,
    "missing": _missing,
    "extra_forbidden": _unknown,
    "literal_error": _choice,
    "greater_than_equal": _at_least,
    "less_than_equal": _at_most,
    "tuple_type": _not_a_list,
    "too_long": _too_many,
    "model_type": _not_a_table,
    "model_attributes_type": _not_a_table,
}


def _rest_of_device(table: Mapping[str, object], location: Location) -> Iterator[Fault]:
    """Check what a device of unknown kind has in common with all others."""
    devices, index = table.get("devices"), location[1]
    device = devices[index] if isinstance(devices, list) and isinstance(index, int) else None
    try:
        DeviceTable.model_validate(device)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if detail["type"] != "extra_forbidden":
                yield Fault(location + detail["loc"], _message({**detail, "loc": location + detail["loc"]}))
    for key in device if isinstance(device, dict) else ():
        known = sorted({name for kind in KINDS.values() for name in known_keys(kind)})
        if key not in known:
            near = nearest(key, known)
            advice = f"did you mean {near}?" if near else f"known here: {', '.join(known)}"
            yield Fault((*location, key), f"there is no such key; {advice}")


def _table_at(location: Location) -> type[Table]:
    match location:
        case ():
            return SettingsTable
        case (str(section),) if section in SECTIONS:
            return SECTIONS[section]
        case ("devices", int(), str(kind), *_) if kind in KINDS:
            return KINDS[kind]
        case _:
            return ARRAYS[_names(location)]


def _names(location: Location) -> tuple[str, ...]:
    """Return a location without the numbers of elements, as [[a.b]] has it."""
    return tuple(step for step in location if isinstance(step, str))


def _without_kind(location: Location) -> Location:
    """Drop the kind that pydantic puts behind the index of a device."""
    marked = location[:1] == ("devices",) and len(location) > 2 and location[2] in KINDS  # noqa: PLR2004 -- array, index, kind
    return location[:2] + location[3:] if marked else location


def _alternatives(words: Iterable[str]) -> str:
    listed: Sequence[str] = [quoted(word) for word in words]
    return f"{', '.join(listed[:-1])} or {listed[-1]}"
