"""What stands in the settings of a part, read strictly: topics, templates, words, numbers, yes and no.

What is wrong or not supported ends the part with NotServed, which says what and why. Knows no components.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bridge.devices.dialects.homeassistant.descriptions import Settings
from bridge.devices.dialects.homeassistant.orders import Order
from bridge.devices.dialects.homeassistant.said import Said, said_at
from bridge.devices.dialects.homeassistant.topics import may_be_heard, may_be_told
from bridge.devices.templates.template import MESSAGE_NAMES, Template, parse_template
from bridge.errors import NotServed, TemplateRefused

LONGEST_WORD: Final = 4096
"""Characters of a word that is compared or published. Some orders are whole JSON objects."""

LARGEST: Final = 10**9
MOST_TEMPLATES: Final = 1024
MOST_OF_A_DEVICE: Final = 16 * 1024
"""Characters of all different templates of a device: reading them takes a tenth of a second at most."""

_YES: Final = frozenset({"1", "true", "yes", "on", "enable"})
_NO: Final = frozenset({"0", "false", "no", "off", "disable"})
_SAID_NAMES: Final = frozenset({*MESSAGE_NAMES, "entity_id", "name"})
_ORDER_NAMES: Final = frozenset({"value", "entity_id", "name"})


class Templates:
    """Templates by their text, each read once: devices use the same few. Forgets what was not asked for lately."""

    def __init__(self) -> None:
        self._read = lru_cache(maxsize=MOST_TEMPLATES)(_template)

    def find(self, text: str, names: frozenset[str]) -> Template | str:
        """Return a template that may use some names, or why it is refused."""
        return self._read(text, names)


class DeviceTemplates:
    """The templates of one device, of which there may be only so much."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._met: set[str] = set()
        self._left = MOST_OF_A_DEVICE

    def read(self, text: str, names: frozenset[str]) -> Template:
        """Return a template that may use some names. Raises TemplateRefused."""
        if text not in self._met:
            self._left -= len(text)
            if self._left < 0:
                raise TemplateRefused(f"comes after {MOST_OF_A_DEVICE} characters of other ones of the same device")
            self._met.add(text)
        found = self._templates.find(text, names)
        if isinstance(found, str):
            raise TemplateRefused(found)
        return found


def _template(text: str, names: frozenset[str]) -> Template | str:
    """Read a template, or say why it is refused: that, too, is worth remembering."""
    try:
        return parse_template(text, names)
    except TemplateRefused as error:
        return str(error)


@dataclass(frozen=True, slots=True)
class Fields:
    """The settings of one part. `prefix`: of discovery, below which some topics are forbidden."""

    settings: Settings
    prefix: str
    templates: DeviceTemplates

    def has(self, key: str) -> bool:
        """Tell whether a setting is there and is not null."""
        return self.settings.get(key) is not None

    def plain(self, key: str) -> str:
        """Return a text as it is, "" for anything that is none."""
        value = self.settings.get(key)
        return value if isinstance(value, str) else ""

    def word(self, key: str, default: str) -> str:
        """Return a word, as it is compared or published. JSON values become the text that templates make of them."""
        value = self.settings.get(key)
        return default if value is None else self._text(key, value)

    def words(self, key: str) -> frozenset[str]:
        """Return a list of words, empty if there is none."""
        value = self.settings.get(key)
        items = value if isinstance(value, list) else []
        return frozenset(item for item in items if isinstance(item, str))

    def number(self, key: str, default: float) -> float:
        """Return a number, which some give as text."""
        value = self.settings.get(key)
        if value is None:
            return default
        try:
            found = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
        except (ValueError, OverflowError):
            found = None
        if found is None or not -LARGEST <= found <= LARGEST:
            raise NotServed(f"not supported: its {key} is not a number that makes sense")
        return found

    def seconds(self, key: str) -> float | None:
        """Return a time, None if there is none or it is not more than nothing."""
        found = self.number(key, 0)
        return found if found > 0 else None

    def flag(self, key: str, *, default: bool) -> bool:
        """Return yes or no, in any of the words that Home Assistant takes."""
        value = self.settings.get(key)
        word = str(value).lower() if isinstance(value, bool | int | str) else ""
        return word in _YES or (default and word not in _NO)

    def heard(self, key: str) -> str | None:
        """Return a topic to listen to, None if there is none."""
        return self._topic(key, may_be_heard(self.prefix, self.plain(key))) if self.has(key) else None

    def said(self, key: str, *template_keys: str) -> Said | None:
        """Return where something is said, with the first of some templates that is there; None if it is not said."""
        topic = self.heard(key)
        if topic is None:
            return None
        return said_at(topic, self.template(template_keys, _SAID_NAMES))

    def needed(self, key: str, *template_keys: str) -> Said:
        """Return where something is said that must be."""
        found = self.said(key, *template_keys)
        if found is None:
            raise NotServed(f"not supported: it has no {key}")
        return found

    def order(self, key: str, template_key: str = "", names: Iterable[str] = ()) -> Order | None:
        """Return where something is ordered, None if it cannot be. `names`: what its template may use besides."""
        if not self.has(key):
            return None
        topic = self._topic(key, may_be_told(self.prefix, self.plain(key)))
        return Order(topic, self.template((template_key,), _ORDER_NAMES.union(names)))

    def template(self, keys: Iterable[str], names: frozenset[str]) -> Template | None:
        """Return the first template that is there, None if none is."""
        for key in keys:
            text = self.settings.get(key)
            if text is None or text == "":
                continue
            if not isinstance(text, str):
                raise NotServed(f"not supported: its {key} is not a text")
            try:
                return self.templates.read(text, names)
            except TemplateRefused as error:
                raise NotServed(f"not supported: its {key} {error}") from None
        return None

    def _topic(self, key: str, allowed: bool) -> str:  # noqa: FBT001 -- an answer that was just got
        if not allowed:
            raise NotServed(f"refused: its {key} is no topic that a description may name")
        return self.plain(key)

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str | int | float):
            raise NotServed(f"not supported: its {key} is not one word")
        text = str(value)
        if len(text) > LONGEST_WORD:
            raise NotServed(f"not supported: its {key} is longer than {LONGEST_WORD} letters")
        return text
