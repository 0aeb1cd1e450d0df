"""How the first generation of Shellies says its states, and what it is told: words, numbers and JSON objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import msgspec

from bridge.commands import Command, Publication, Wish
from bridge.devices.covers import CLOSING, OPENING, STOPPED
from bridge.devices.dialects.color_spaces import from_rgb, rgb_of
from bridge.devices.dialects.json_numbers import Path, at_path, float_in, number_reading, percent_in
from bridge.devices.dialects.json_values import is_unknown, parse_object, parse_text
from bridge.devices.dialects.written import number_word, read_number
from bridge.devices.reading import StateReading
from bridge.errors import UnreadableMessage

_ON_OFF: Final = {Wish.TURN_ON: b"on", Wish.TURN_OFF: b"off"}
_MOVES: Final = {Wish.OPEN: b"open", Wish.CLOSE: b"close", Wish.STOP: b"stop"}
_FULL: Final = 100
_COLDEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class ShellyWord:
    """A word on a topic. `meanings`: "" for the words that say nothing. `command_topic` takes on and off."""

    topic: str
    meanings: Mapping[str, str] = field(hash=False)
    command_topic: str | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The one topic it speaks on."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> StateReading | None:  # noqa: ARG002 -- there is only one topic
        """Return what the word means; None for one that says nothing."""
        word = parse_text(payload)
        if word in self.meanings:
            return StateReading(self.meanings[word]) if self.meanings[word] else None
        if is_unknown(word):
            return None
        raise UnreadableMessage("not one of the known words")

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Say on or off; nothing where it takes no orders."""
        word = _ON_OFF.get(command.wish)
        return () if word is None or self.command_topic is None else (Publication(self.command_topic, word),)


@dataclass(frozen=True, slots=True)
class ShellyNumber:
    """A number on a topic, in units of `1 / divisor`. What is outside `limits` is an error of the sensor (999, -1).

    `elsewhere`: where other firmware says it, "" if there is no such place.
    """

    topic: str
    limits: tuple[int, int]
    divisor: int = 1
    elsewhere: str = ""

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topic it speaks on, and the one that it may speak on instead."""
        return (self.topic, self.elsewhere) if self.elsewhere else (self.topic,)

    def read(self, topic: str, payload: bytes) -> StateReading | None:  # noqa: ARG002 -- the same on both
        """Return the number in its one spelling."""
        text = parse_text(payload)
        if is_unknown(text):
            return None
        number = read_number(text)
        if not self.limits[0] <= number <= self.limits[1]:
            return None
        return StateReading(number_word(round(number / Decimal(self.divisor), 6)))

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a number takes no commands
        """Return nothing: nobody commands a sensor."""
        return ()


@dataclass(frozen=True, slots=True)
class ShellyField:
    """A number in a JSON object, or a true or false that means on or off."""

    topic: str
    path: Path
    limits: tuple[int, int] | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The one topic it speaks on."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> StateReading | None:  # noqa: ARG002 -- there is only one topic
        """Return what stands there; None where nothing does."""
        if not payload:
            return None
        value = at_path(parse_object(payload), self.path)
        if self.limits is not None:
            return number_reading(value, self.limits)
        return StateReading("on" if value else "off") if isinstance(value, bool) else None

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a sensor takes no commands
        """Return nothing: nobody commands a sensor."""
        return ()


@dataclass(frozen=True, slots=True)
class ShellyRoller:
    """A roller shutter. It says open or close while it moves, and stop at rest; where it is, it says at rest too."""

    topic: str

    @property
    def state_topics(self) -> tuple[str, ...]:
        """What it does, and where it is."""
        return (self.topic, f"{self.topic}/pos")

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return what it does or where it is; None where it does not know (-1)."""
        text = parse_text(payload)
        if is_unknown(text):
            return None
        if topic != self.topic:
            position = read_number(text)
            return StateReading(STOPPED, position=round(position)) if 0 <= position <= _FULL else None
        moves = {"open": OPENING, "close": CLOSING, "stop": STOPPED}
        if text not in moves:
            raise UnreadableMessage("not one of the known words")
        return StateReading(moves[text])

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put a wish into one message."""
        if command.wish is Wish.SET_POSITION and command.position is not None:
            return (Publication(f"{self.topic}/command/pos", str(command.position).encode()),)
        word = _MOVES.get(command.wish)
        return () if word is None else (Publication(f"{self.topic}/command", word),)


@dataclass(frozen=True, slots=True)
class LightFeatures:
    """What a light can do besides on, off and brightness. `bulb`: it is told whether to shine in colour or in white."""

    color: bool = False
    white: bool = False
    bulb: bool = False


@dataclass(frozen=True, slots=True)
class ShellyLight:
    """A light: its word on a topic, everything else in the object below. In colour its brightness is called gain."""

    topic: str
    features: LightFeatures = field(default_factory=LightFeatures)

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The word, and the object."""
        return (self.topic, f"{self.topic}/status")

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return on or off, and how it shines."""
        if not payload:
            return None
        if topic == self.topic:
            word = parse_text(payload)
            if word in ("on", "off"):
                return StateReading(word)
            raise UnreadableMessage("not one of the known words")
        said = parse_object(payload)
        is_on = said.get("ison")
        value = ("on" if is_on else "off") if isinstance(is_on, bool) else None
        in_color = self.features.color and said.get("mode", "color") == "color"
        brightness = percent_in(said.get("gain" if in_color else "brightness"))
        color = _color(said) if in_color else None
        kelvin = float_in(said.get("temp")) if self.features.white and not in_color else None
        color_temp = round(kelvin) if kelvin is not None and 0 < kelvin <= _COLDEST else None
        if value is None and brightness is None and color is None and color_temp is None:
            return None
        return StateReading(value, brightness, color=color, color_temp=color_temp)

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Say on or off, or in one object how to shine."""
        if command.wish is Wish.TURN_OFF or (command.wish is Wish.TURN_ON and command.brightness == 0):
            return (Publication(f"{self.topic}/command", b"off"),)
        if command.wish is not Wish.TURN_ON:
            return ()
        body: dict[str, object] = {"turn": "on"}
        if command.brightness is not None:
            body["brightness"] = command.brightness
            if self.features.color:
                body["gain"] = command.brightness
        if command.color is not None and self.features.color:
            body |= dict(zip(("red", "green", "blue"), rgb_of(command.color), strict=True))
            if self.features.bulb:
                body["mode"] = "color"
        if len(body) == 1:
            return (Publication(f"{self.topic}/command", b"on"),)
        return (Publication(f"{self.topic}/set", msgspec.json.encode(body)),)


def _color(said: dict[str, object]) -> str | None:
    parts = [float_in(said.get(name)) for name in ("red", "green", "blue")]
    return from_rgb([part for part in parts if part is not None])
