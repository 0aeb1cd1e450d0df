"""Where something is said, and how it is got out of the messages there. Knows nothing of what it means.

Most templates only look a key up in a JSON object. Those are not worked out but looked up: several times as fast, and
with the result that the template would have.
"""

import re
from dataclasses import dataclass
from typing import Final

from bridge.devices.dialects.json_values import is_unknown, parse_text
from bridge.devices.payloads import parse_value
from bridge.devices.templates.operators import NOTHING_THERE
from bridge.devices.templates.template import LONGEST_RESULT, Template
from bridge.devices.templates.values import LARGEST_NUMBER
from bridge.devices.templates.words import NO_VALUE
from bridge.errors import UnreadableMessage

_KEY: Final = r"""(?:\.([A-Za-z_]\w*)|\["([^"\\{}\r\n]+)"\]|\['([^'\\{}\r\n]+)'\])"""
_LOOKUP: Final = re.compile(rf"\s*\{{\{{\s*value_json((?:{_KEY})+)\s*(\|\s*is_defined\s*)?\}}\}}\s*", re.ASCII)
_KEYS: Final = re.compile(_KEY, re.ASCII)
_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class Said:
    """A topic, and the template that takes something out of its messages; None: they are it.

    `path`: the keys that the template looks up in a JSON object, if it does no more; see said_at.
    """

    topic: str
    template: Template | None = None
    path: tuple[str, ...] = ()

    def text(self, payload: bytes) -> str:
        """Return what a message says, "" where it says nothing. Raises UnreadableMessage."""
        if not payload:
            return ""  # the deletion of a retained message
        if self.template is None:
            return parse_text(payload)
        try:
            return self._looked_up(self.template, payload) if self.path else self.template.render(payload)
        except UnreadableMessage as error:
            if error.reason == NO_VALUE:  # `is_defined`, of what is not: a message of something else
                return ""
            raise

    def known(self, payload: bytes) -> str:
        """Return what a message says, "" also where that stands for "not known" (rule P5)."""
        text = self.text(payload)
        return "" if is_unknown(text) else text

    def _looked_up(self, template: Template, payload: bytes) -> str:
        value = parse_value(payload)
        for key in self.path:
            if value is _MISSING:
                raise UnreadableMessage(NOTHING_THERE)
            value = value.get(key, _MISSING) if isinstance(value, dict) else _MISSING
        match value:
            case str() if len(value) <= LONGEST_RESULT:
                return value.strip()
            case bool() | float() | None:
                return str(value)
            case int() if abs(value) <= LARGEST_NUMBER:
                return str(value)
        return "" if value is _MISSING else template.render(payload)


def said_at(topic: str, template: Template | None) -> Said:
    """Return what is said at a topic, looked up if its template only looks up."""
    found = None if template is None else _LOOKUP.fullmatch(template.text)
    keys = () if found is None else tuple("".join(key) for key in _KEYS.findall(found[1]))
    return Said(topic, template, keys)


def topics_of(*said: Said | None) -> tuple[str, ...]:
    """Return the topics of several, each once."""
    return tuple(dict.fromkeys(one.topic for one in said if one is not None))
