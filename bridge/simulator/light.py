"""What a light makes of an order: payload in, new state out. A pure decision; knows nothing of MQTT."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

ON: Final = "ON"
OFF: Final = "OFF"
TOGGLE: Final = "TOGGLE"
WORDS: Final = (ON, OFF, TOGGLE)
STRONGEST: Final = 255


@dataclass(frozen=True, slots=True)
class Color:
    """Red, green and blue, each 0 to 255."""

    r: int
    g: int
    b: int


@dataclass(frozen=True, slots=True)
class LightState:
    """What a light is doing; `brightness` is remembered while it is off."""

    is_on: bool = False
    brightness: int = STRONGEST
    color: Color | None = None

    def payload(self) -> str:
        """Return what the light publishes about itself."""
        said: dict[str, object] = {"state": ON if self.is_on else OFF, "brightness": self.brightness}
        if self.color is not None:
            said["color"] = {"r": self.color.r, "g": self.color.g, "b": self.color.b}
        return json.dumps(said)


@dataclass(frozen=True, slots=True)
class Order:
    """What one payload asks for; None where it says nothing."""

    word: str | None = None
    brightness: int | None = None
    color: Color | None = None


def obey(light: LightState, payload: bytes) -> LightState | None:
    """Return the light after an order, or None when the order makes no sense to it. Never raises.

    An order with one bad part is refused whole. Brightness 0 turns off and keeps the brightness of before;
    any other brightness without a word turns on. A color alone turns nothing on.
    """
    order = read_order(payload)
    if order is None:
        return None
    return replace(
        light,
        is_on=_is_on_after(light, order),
        brightness=order.brightness or light.brightness,
        color=order.color or light.color,
    )


def read_order(payload: bytes) -> Order | None:
    """Return what a payload asks for, or None when that is nothing a light knows."""
    try:
        text = payload.decode()
        if text in WORDS:
            return Order(word=text)
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _from_json(said) if isinstance(said, dict) else None


def _is_on_after(light: LightState, order: Order) -> bool:
    if order.brightness == 0:
        return False
    if order.word == TOGGLE:
        return not light.is_on
    if order.word is not None:
        return order.word == ON
    return order.brightness is not None or light.is_on


def _from_json(said: Mapping[str, object]) -> Order | None:
    word, brightness, color = said.get("state"), said.get("brightness"), said.get("color")
    if word is None and brightness is None and color is None:
        return None
    if word is not None and not (isinstance(word, str) and word in WORDS):
        return None
    known_brightness, known_color = _strength(brightness), _color(color)
    if brightness is not None and known_brightness is None:
        return None
    if color is not None and known_color is None:
        return None
    return Order(word, known_brightness, known_color)


def _color(said: object) -> Color | None:
    if not isinstance(said, dict):
        return None
    red, green, blue = (_strength(said.get(part)) for part in ("r", "g", "b"))
    return None if red is None or green is None or blue is None else Color(red, green, blue)


def _strength(said: object) -> int | None:
    # JSON's true and false are ints to Python.
    if isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= STRONGEST:
        return said
    return None
