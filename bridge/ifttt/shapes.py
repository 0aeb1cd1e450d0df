"""The shapes in which IFTTT may send what was chosen from a list: its documents leave them open (reference, 4.7).

Knows nothing of fields: a text that is no list stays one text, since only a field knows whether a comma divides it.
"""

from collections.abc import Mapping

import msgspec

from bridge.errors import BadInput


def chosen(value: object) -> list[object]:
    """Return the values that were chosen, as they were sent; none for what says so. Raises BadInput for other shapes.

    Understands one value, a list of them, an option (`label` and `value`), a list of those, and each as JSON text.
    """
    if isinstance(value, str):
        value = _from_json(value.strip())
    found = [_of_option(each) for each in value] if isinstance(value, list) else [_of_option(value)]
    return [each for each in found if each is not None and each != ""]


def _from_json(text: str) -> object:
    """Decode a text that can only be meant as a list or an option; any other stays what it is."""
    if not text.startswith(("[", "{")):
        return text
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return text


def _of_option(value: object) -> object:
    """Return the value of an option, or a value that came without one."""
    if isinstance(value, Mapping):
        value = value.get("value")
        if value is None:
            raise BadInput("a choice must have a value")
    if isinstance(value, list | Mapping):
        raise BadInput("a choice must be text")
    return value
