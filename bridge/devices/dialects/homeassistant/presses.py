"""Buttons: what is described as events, as triggers, or as the action of Zigbee2MQTT. All of them messages of a moment.

Knows nothing of whether a message is old: whoever interprets does.
"""

import re
from dataclasses import dataclass
from typing import Final

from bridge.commands import Command
from bridge.devices.dialects.homeassistant.orders import Messages
from bridge.devices.dialects.homeassistant.said import Said, topics_of
from bridge.devices.dialects.json_values import parse_object, spellings
from bridge.devices.dialects.words import press_word
from bridge.devices.reading import PressReading, Reading
from bridge.errors import UnreadableMessage

_EVENT_TYPE: Final = "event_type"
_NO_PRESS: Final = "not a press"
_NOT_DESCRIBED: Final = "not one of the described presses"

_TYPE: Final = re.compile(
    r"(?:remote_)?(?:button_)?(single|short|double|triple|quad|quadruple|long)(?:_(click|press|push|tap|release))?"
)
_RELEASES: Final = {"long": "long_release"}


def type_word(text: str) -> str | None:
    """Return the standard word for a type of press, such as `button_short_press`; None for any other (section 3.6)."""
    found = _TYPE.fullmatch(text.strip().lower().replace(" ", "_"))
    if found is None:
        return None
    verb, suffix = found[1], found[2]
    if suffix == "release":
        return _RELEASES.get(verb)
    return {"short": "single", "quadruple": "quad"}.get(verb, verb)


def any_word(text: str) -> str | None:
    """Return the standard word for a press, or its own name; None if it is no word."""
    return type_word(text) or press_word(text)


@dataclass(frozen=True, slots=True)
class EventPresses:
    """An event: a JSON object with `event_type`, perhaps made by a template. `types`: those described; empty: any."""

    said: Said
    types: frozenset[str] = frozenset()

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topic it speaks on."""
        return (self.said.topic,)

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Return the press; None for a message without one."""
        text = self.said.known(payload) if topic == self.said.topic else ""
        if not text or text == "{}":
            return None
        written = spellings(parse_object(text.encode()).get(_EVENT_TYPE))
        if not written:
            return None
        if self.types and not self.types.intersection(written):
            raise UnreadableMessage(_NOT_DESCRIBED)
        return _press(any_word(written[0]))

    def write(self, command: Command) -> Messages:  # noqa: ARG002 -- nobody orders a press
        """Return nothing: a button takes no orders."""
        return ()


@dataclass(frozen=True, slots=True)
class ActionPresses:
    """The action of a device of Zigbee2MQTT, at `key` of its state, where the template for it is beyond reading."""

    topic: str
    key: str

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topic it speaks on."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Return the press; None for a state without one, and for a reset (rule P7)."""
        if topic != self.topic or not payload:
            return None
        written = spellings(parse_object(payload).get(self.key))
        return _press(press_word(written[0])) if written else None

    def write(self, command: Command) -> Messages:  # noqa: ARG002 -- nobody orders a press
        """Return nothing: a button takes no orders."""
        return ()


@dataclass(frozen=True, slots=True)
class Trigger:
    """A message that is a press. `payload` None: any message is. `word`: of the press."""

    said: Said
    payload: str | None
    word: str


@dataclass(frozen=True, slots=True)
class TriggerPresses:
    """A button by its triggers, which may be on several topics. The first that fits a message is it."""

    triggers: tuple[Trigger, ...]

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topics it speaks on."""
        return topics_of(*(trigger.said for trigger in self.triggers))

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Return the press; None for a message that is one of another button."""
        fault: UnreadableMessage | None = None
        for trigger in self.triggers:
            if trigger.said.topic != topic or not payload:
                continue
            try:
                if trigger.payload is None or trigger.said.text(payload) == trigger.payload:
                    return PressReading(trigger.word)
            except UnreadableMessage as error:
                fault = error
        if fault is not None:
            raise fault
        return None

    def write(self, command: Command) -> Messages:  # noqa: ARG002 -- nobody orders a press
        """Return nothing: a button takes no orders."""
        return ()


def _press(word: str | None) -> PressReading:
    if word is None:
        raise UnreadableMessage(_NO_PRESS)
    return PressReading(word)
