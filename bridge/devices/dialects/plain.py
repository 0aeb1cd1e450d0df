"""Devices that announce themselves to nobody: the topics and words stand in the configuration.

Words on a topic, or a JSON object with the word at a path. Knows nothing of the configuration file itself.
"""

from dataclasses import dataclass, field

import msgspec

from bridge.commands import Command, Publication, Wish
from bridge.devices.dialects.json_values import is_unknown, parse_object, parse_text, spellings, value_at
from bridge.devices.dialects.words import press_word
from bridge.devices.reading import PressReading, Reading, StateReading
from bridge.errors import UnreadableMessage


@dataclass(frozen=True, slots=True)
class StateWords:
    """The two words of a state as the device writes them, and as this project calls them (`on` is also `open`)."""

    device_on: str
    device_off: str
    on: str
    off: str

    def meaning(self, written: tuple[str, ...]) -> str:
        """Return our word for what the device wrote. Raises UnreadableMessage for any other word."""
        if self.device_on in written:
            return self.on
        if self.device_off in written:
            return self.off
        raise UnreadableMessage("not one of the configured words")


@dataclass(frozen=True, slots=True)
class Dimming:
    """What a light with JSON commands can do besides on and off. `brightness_scale`: its full brightness."""

    brightness_scale: int | None = None
    color: bool = False


@dataclass(frozen=True, slots=True)
class PlainState:
    """A contact, a switch or a light: one state topic, perhaps one command topic.

    `path` None: the payload is the word. Otherwise a JSON object holds it there.
    """

    state_topic: str
    words: StateWords
    path: tuple[str, ...] | None = None
    command_topic: str | None = None
    dimming: Dimming = field(default_factory=Dimming)

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The one topic it speaks on."""
        return (self.state_topic,)

    def read(self, topic: str, payload: bytes) -> Reading | None:  # noqa: ARG002 -- there is only one topic
        """Return the state that a message reports, None for an empty or unknown one."""
        if not payload:
            return None  # the deletion of a retained message, not a state
        if self.path is None:
            text = parse_text(payload)
            return None if is_unknown(text) else StateReading(self.words.meaning((text,)))
        parsed = parse_object(payload)
        brightness = self._brightness(parsed.get("brightness"))
        written = spellings(value_at(parsed, self.path))
        return StateReading(self.words.meaning(written) if written else None, brightness)

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put a command into one message; nothing when there is no command topic."""
        if self.command_topic is None:
            return ()
        on = command.wish is Wish.TURN_ON and command.brightness != 0
        word = self.words.device_on if on else self.words.device_off
        if self.path is None:
            return (Publication(self.command_topic, word.encode()),)
        body: dict[str, object] = {"state": word}
        if on and command.brightness is not None and self.dimming.brightness_scale is not None:
            body["brightness"] = max(1, round(command.brightness * self.dimming.brightness_scale / 100))
        if on and command.color is not None and self.dimming.color:
            body["color"] = _rgb(command.color)
        return (Publication(self.command_topic, msgspec.json.encode(body)),)

    def _brightness(self, value: object) -> int | None:
        """Return percent. Zero, null and nonsense say nothing: a light that is off often reports them."""
        scale = self.dimming.brightness_scale
        if scale is None or isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if not 0 < value <= scale:
            return None
        return max(1, round(value * 100 / scale))


@dataclass(frozen=True, slots=True)
class PlainButton:
    """A button: each message is a press, its text (or what stands at `path` in a JSON object) the word."""

    state_topic: str
    path: tuple[str, ...] | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The one topic it speaks on."""
        return (self.state_topic,)

    def read(self, topic: str, payload: bytes) -> Reading | None:  # noqa: ARG002 -- there is only one topic
        """Return the press; None for a reset (an empty or null word, rule P7)."""
        if not payload:
            return None
        if self.path is None:
            written: tuple[str, ...] = (parse_text(payload),)
        else:
            written = spellings(value_at(parse_object(payload), self.path))
        if not written or is_unknown(written[0].strip()):
            return None
        word = press_word(written[0])
        if word is None:
            raise UnreadableMessage("not a press")
        return PressReading(word)

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a button takes no commands
        """Return nothing: nobody commands a button."""
        return ()


def _rgb(color: str) -> dict[str, int]:
    return {"r": int(color[1:3], 16), "g": int(color[3:5], 16), "b": int(color[5:7], 16)}
