"""Lights that speak JSON both ways: one topic for all they are, one for all they are told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from bridge.commands import Command, Publication, Wish
from bridge.devices.dialects.color_spaces import from_hue, from_rgb, from_xy, hsv_of, rgb_of, xy_of
from bridge.devices.dialects.homeassistant.orders import Messages
from bridge.devices.dialects.homeassistant.shades import from_percent, to_kelvin, to_percent
from bridge.devices.dialects.json_numbers import float_in
from bridge.devices.dialects.json_values import parse_object, spellings
from bridge.devices.reading import Reading, StateReading
from bridge.errors import UnreadableMessage

_ON: Final = "ON"
_OFF: Final = "OFF"
_TEMPERATURE_MODE: Final = "color_temp"
_COLOR_MODES: Final = ("hs", "xy", "rgb", "rgbw", "rgbww")
_WHITES: Final = {"rgb": (), "rgbw": ("w",), "rgbww": ("c", "w")}
"""The ways to say a colour with red, green and blue, and the white lamps that are to be dark beside it."""


@dataclass(frozen=True, slots=True)
class JsonLight:
    """A light. `scale`: its full brightness, None if it has only one. `modes`: how it may be told a colour.

    `in_kelvin`: its colour temperature is, else in mired.
    """

    state_topic: str | None
    command_topic: str
    scale: float | None = None
    modes: tuple[str, ...] = ()
    in_kelvin: bool = False

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topic it speaks on, if it does."""
        return () if self.state_topic is None else (self.state_topic,)

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Return what a message says of the light; None where that is nothing."""
        if topic != self.state_topic or not payload:
            return None
        said = parse_object(payload)
        color, color_temp = self._shade(said)
        reading = StateReading(
            _state(said.get("state")), self._brightness(said.get("brightness")), None, color, color_temp
        )
        return None if reading == StateReading() else reading

    def write(self, command: Command) -> Messages:
        """Put a wish into one message."""
        match command.wish:
            case Wish.TURN_ON if command.brightness != 0:
                body: dict[str, object] = {"state": _ON}
                if command.brightness is not None and self.scale is not None:
                    body["brightness"] = from_percent(command.brightness, self.scale)
                if command.color is not None and self.modes:
                    body["color"] = self._color(command.color)
            case Wish.TURN_ON | Wish.TURN_OFF:
                body = {"state": _OFF}
            case _:
                return ()
        return (Publication(self.command_topic, msgspec.json.encode(body)),)

    def _color(self, color: str) -> Mapping[str, float]:
        """Return a colour in the first way that loses nothing."""
        red, green, blue = rgb_of(color)
        for mode, whites in _WHITES.items():
            if mode in self.modes:
                return {"r": red, "g": green, "b": blue} | dict.fromkeys(whites, 0)
        if "hs" in self.modes:
            hue, saturation, _ = hsv_of(color)
            return {"h": hue, "s": saturation}
        x, y = xy_of(color)
        return {"x": x, "y": y}

    def _brightness(self, value: object) -> int | None:
        number = float_in(value)
        return None if number is None or self.scale is None else to_percent(number, self.scale)

    def _shade(self, said: Mapping[str, object]) -> tuple[str | None, int | None]:
        """Return colour and colour temperature. The mode, where it is said, decides which of them is true."""
        mode = said.get("color_mode")
        temperature = float_in(said.get("color_temp"))
        kelvin = None if temperature is None else to_kelvin(temperature, in_kelvin=self.in_kelvin)
        color = _color(said.get("color"))
        if mode is None:
            return color, kelvin
        return color if mode in _COLOR_MODES else None, kelvin if mode == _TEMPERATURE_MODE else None


def _state(value: object) -> str | None:
    written = spellings(value)
    if not written:
        return None
    if written[0] not in (_ON, _OFF):
        raise UnreadableMessage("neither ON nor OFF")
    return written[0].lower()


def _color(value: object) -> str | None:
    """Return a colour. Zigbee2MQTT spells `hue` and `saturation` out."""
    said = value if isinstance(value, dict) else {}
    ways: tuple[tuple[tuple[str, ...], Callable[..., str | None]], ...] = (
        (("r", "g", "b"), lambda *parts: from_rgb(parts)),
        (("x", "y"), from_xy),
        (("h", "s"), from_hue),
        (("hue", "saturation"), from_hue),
    )
    for keys, convert in ways:
        numbers = [float_in(said.get(key)) for key in keys]
        known = [number for number in numbers if number is not None]
        if len(known) == len(keys):
            return convert(*known)
    return None
