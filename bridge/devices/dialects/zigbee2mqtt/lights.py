"""Lights: on and off, brightness, a colour as a point or by its hue, a colour temperature. All in one message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bridge.commands import Command, Publication, Wish
from bridge.devices.dialects.color_spaces import from_hue, from_rgb, from_xy, hsv_of, kelvin_of, xy_of
from bridge.devices.dialects.descriptions import object_in
from bridge.devices.dialects.json_numbers import float_in
from bridge.devices.dialects.zigbee2mqtt.channel import Channel, is_on
from bridge.devices.dialects.zigbee2mqtt.exposes import Value
from bridge.devices.reading import StateReading

SCALE: Final = 254
_FULL: Final = 100
_COLOR_MODES: Final = ("xy", "hs")


@dataclass(frozen=True, slots=True)
class LightFeatures:
    """What a light can do besides on and off: the property of each, "" for none.

    `scale`: its full brightness. `by_hue`: it would rather be told hue and saturation than a point of the plane.
    `mode`: where it says whether the colour or the colour temperature is the one that counts.
    """

    brightness: str = ""
    scale: int = SCALE
    color: str = ""
    by_hue: bool = False
    color_temp: str = ""
    mode: str = "color_mode"


@dataclass(frozen=True, slots=True)
class Light:
    """A light, or a group of them. `key`: where it says whether it is on, and with which values."""

    channel: Channel
    key: str
    on: Value = "ON"
    off: Value = "OFF"
    features: LightFeatures = LightFeatures()
    settable: bool = True

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it is told."""
        return self.channel.topics

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return on or off, and how it shines; None where a message tells nothing of it."""
        said, features = self.channel.said(topic, payload), self.features
        on = is_on(said.get(self.key), self.on, self.off)
        value = None if on is None else "on" if on else "off"
        brightness = _percent(said.get(features.brightness), features.scale)
        mode = said.get(features.mode)
        color = _color(said.get(features.color), mode)
        color_temp = None if mode in _COLOR_MODES else _kelvin(said.get(features.color_temp))
        if value is None and brightness is None and color is None and color_temp is None:
            return None
        return StateReading(value, brightness, color=color, color_temp=color_temp)

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put a wish into one message: what changes, and whether it is on."""
        if not self.settable or command.wish not in (Wish.TURN_ON, Wish.TURN_OFF):
            return ()
        features = self.features
        on = command.wish is Wish.TURN_ON and command.brightness != 0
        body: dict[str, object] = {self.key: self.on if on else self.off}
        if on and command.brightness is not None and features.brightness:
            body[features.brightness] = max(1, round(command.brightness * features.scale / _FULL))
        if on and command.color is not None and features.color:
            body[features.color] = _told_color(command.color, by_hue=features.by_hue)
        return self.channel.order(body)


def _percent(value: object, scale: int) -> int | None:
    """Return percent. Zero, null and nonsense say nothing: a light that is off often reports them."""
    number = float_in(value)
    return max(1, round(number * _FULL / scale)) if number is not None and 0 < number <= scale else None


def _kelvin(value: object) -> int | None:
    mired = float_in(value)
    return None if mired is None else kelvin_of(mired)


def _color(value: object, mode: object) -> str | None:
    """Return a colour. Where it is told in several ways, the mode says which of them is exact."""
    told = object_in(value)
    ways = [_by_point(told), _by_hue(told), _by_parts(told)]
    if mode == "hs":
        ways[0], ways[1] = ways[1], ways[0]
    return next((way for way in ways if way is not None), None)


def _by_point(told: Mapping[str, object]) -> str | None:
    x, y = float_in(told.get("x")), float_in(told.get("y"))
    return None if x is None or y is None else from_xy(x, y)


def _by_hue(told: Mapping[str, object]) -> str | None:
    hue = float_in(told.get("hue", told.get("h")))
    saturation = float_in(told.get("saturation", told.get("s")))
    return None if hue is None or saturation is None else from_hue(hue, saturation)


def _by_parts(told: Mapping[str, object]) -> str | None:
    parts = [part for key in ("r", "g", "b") if (part := float_in(told.get(key))) is not None]
    return from_rgb(parts)


def _told_color(color: str, *, by_hue: bool) -> dict[str, float]:
    """Return a colour as the light exposes it: those two ways are the ones that every converter understands."""
    if by_hue:
        hue, saturation, _ = hsv_of(color)
        return {"hue": hue, "saturation": saturation}
    x, y = xy_of(color)
    return {"x": x, "y": y}
