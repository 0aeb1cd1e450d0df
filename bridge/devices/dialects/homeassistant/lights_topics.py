"""Lights with a topic for each thing that they can: state, brightness, colour, colour temperature."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bridge.commands import Command, Wish
from bridge.devices.dialects.color_spaces import from_hue, from_rgb, from_xy, hsv_of, rgb_of, xy_of
from bridge.devices.dialects.homeassistant.orders import Messages, Order
from bridge.devices.dialects.homeassistant.said import Said, topics_of
from bridge.devices.dialects.homeassistant.shades import from_percent, to_kelvin, to_percent
from bridge.devices.dialects.json_values import is_unknown
from bridge.devices.dialects.written import read_number
from bridge.devices.reading import Reading, StateReading
from bridge.errors import UnreadableMessage

_FROM: Final[dict[str, tuple[int, Callable[..., str | None]]]] = {
    "rgb": (3, lambda *parts: from_rgb(parts)),
    "hs": (2, from_hue),
    "xy": (2, from_xy),
}
_VARIABLES: Final = {"rgb": ("red", "green", "blue"), "hs": ("hue", "sat"), "xy": ("x", "y")}


class OnBy(StrEnum):
    """What turns a light on: its word behind the rest, its word before the rest, or its brightness alone."""

    LAST = "last"
    FIRST = "first"
    BRIGHTNESS = "brightness"


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that a light can: where it says it, where it is told. `way`: of a colour, rgb, hs or xy."""

    said: Said | None = None
    order: Order | None = None
    way: str = ""


@dataclass(frozen=True, slots=True)
class TopicsLight:
    """A light. `scale`: its full brightness. `in_kelvin`: its colour temperature is, else in mired."""

    state: Said | None
    switch: Order
    on: str = "ON"
    off: str = "OFF"
    brightness: Feature = Feature()
    scale: float = 255
    colors: tuple[Feature, ...] = ()
    temperature: Feature = Feature()
    in_kelvin: bool = False
    on_by: OnBy = OnBy.LAST

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topics it speaks on."""
        said = (self.brightness.said, *(color.said for color in self.colors), self.temperature.said)
        return topics_of(self.state, *said)

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Return what a message says of the light. Where several things share a topic, one may fail alone."""
        told: dict[str, Any] = {}
        fault: UnreadableMessage | None = None
        for name, said, understand in self._sayings():
            if said is None or said.topic != topic:
                continue
            try:
                text = said.text(payload)
                value = understand(text) if text else None
            except UnreadableMessage as error:
                fault = error
            else:
                told |= {} if value is None else {name: value}
        if not told and fault is not None:
            raise fault
        return StateReading(**told) if told else None

    def write(self, command: Command) -> Messages:
        """Put a wish into messages, in the order that the light wants."""
        match command.wish:
            case Wish.TURN_ON if command.brightness != 0:
                return self._turned_on(command)
            case Wish.TURN_ON | Wish.TURN_OFF:
                return self.switch.messages(self.off)
            case _:
                return ()

    def _sayings(self) -> Iterator[tuple[str, Said | None, Callable[[str], str | int | None]]]:
        yield "value", self.state, self._value
        yield "brightness", self.brightness.said, self._brightness
        yield "color_temp", self.temperature.said, self._kelvin
        for color in self.colors:
            yield "color", color.said, _PARSED[color.way]

    def _value(self, text: str) -> str | None:
        if text in (self.on, self.off):
            return "on" if text == self.on else "off"
        if is_unknown(text):
            return None
        raise UnreadableMessage("not one of the described words")

    def _brightness(self, text: str) -> int | None:
        return None if is_unknown(text) else to_percent(float(read_number(text)), self.scale)

    def _kelvin(self, text: str) -> int | None:
        return None if is_unknown(text) else to_kelvin(float(read_number(text)), in_kelvin=self.in_kelvin)

    def _turned_on(self, command: Command) -> Messages:
        word = self.switch.messages(self.on)
        features = self._colored(command) + self._dimmed(command)
        match self.on_by:
            case OnBy.FIRST:
                return word + features
            case OnBy.BRIGHTNESS if self.brightness.order is not None:
                return features
            case _:
                return features + word

    def _dimmed(self, command: Command) -> Messages:
        order, percent = self.brightness.order, command.brightness
        if order is None:
            return ()
        if percent is None:
            if self.on_by is not OnBy.BRIGHTNESS:
                return ()
            percent = 100  # nothing else turns it on
        return order.messages(from_percent(percent, self.scale))

    def _colored(self, command: Command) -> Messages:
        """Return the order of a colour: in the first way that the light takes."""
        feature = next((one for one in self.colors if one.order is not None), None)
        if command.color is None or feature is None or feature.order is None:
            return ()
        match feature.way:
            case "rgb":
                parts: tuple[float, ...] = rgb_of(command.color)
            case "hs":
                parts = hsv_of(command.color)[:2]
            case _:
                parts = xy_of(command.color)
        variables = dict(zip(_VARIABLES[feature.way], parts, strict=True))
        return feature.order.messages(",".join(map(str, parts)), variables)


def _parsed(way: str) -> Callable[[str], str | None]:
    """Make the reading of a colour in one way, such as `255,0,16`."""
    count, convert = _FROM[way]

    def parsed(text: str) -> str | None:
        if is_unknown(text):
            return None
        parts = text.split(",")
        if len(parts) != count:
            raise UnreadableMessage("not a colour")
        return convert(*(float(read_number(part)) for part in parts))

    return parsed


_PARSED: Final = {way: _parsed(way) for way in _FROM}
