"""Relays and lights of Tasmota: a switch is a relay, a light is one too, with a dimmer and perhaps colours."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bridge.commands import Command, Publication, Wish
from bridge.devices.described import DescribedEntity
from bridge.devices.dialects.color_spaces import FULL, from_hue, from_rgb, kelvin_of, rgb_of
from bridge.devices.dialects.json_numbers import float_in, percent_in
from bridge.devices.dialects.json_values import parse_text
from bridge.devices.dialects.tasmota.config import StateWords, TasmotaConfig
from bridge.devices.dialects.tasmota.messages import body_of, reports_of
from bridge.devices.entity import EntityKind
from bridge.devices.reading import StateReading
from bridge.errors import UnreadableMessage

RELAY: Final = 1
LIGHT: Final = 2
_DIMMER, _COLD_WARM, _RGB, _RGBW, _RGBCW = range(1, 6)
_HEX_COLOR: Final = (6, 8, 10)


@dataclass(frozen=True, slots=True)
class LightFeatures:
    """What a light can do. `dimmer`: the command, and the key in reports; "" for none."""

    dimmer: str = ""
    dimmer_key: str = ""
    color: bool = False
    color_temp: bool = False


@dataclass(frozen=True, slots=True)
class TasmotaPower:
    """A relay. `keys`: how it is called in reports. `bare`: the topics on which its word stands alone."""

    keys: tuple[str, ...]
    bare: tuple[str, ...]
    reports: tuple[str, ...]
    command_prefix: str
    words: StateWords
    features: LightFeatures = field(default_factory=LightFeatures)

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it reports; the same change comes on several of them."""
        return self.reports + self.bare

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return on or off, and what a light says besides; None for a report of something else."""
        if not payload:
            return None
        if topic in self.bare and not payload.lstrip().startswith(b"{"):
            return StateReading(self._meaning(parse_text(payload)))
        body = body_of(payload)
        value = next((self._meaning(body[key]) for key in self.keys if body.get(key) is not None), None)
        features = self.features
        if not features.dimmer:
            return None if value is None else StateReading(value)
        brightness = percent_in(body.get(features.dimmer_key))
        color = _color(body) if features.color else None
        mired = float_in(body.get("CT")) if features.color_temp and color is None else None
        color_temp = None if mired is None else kelvin_of(mired)
        if value is None and brightness is None and color is None and color_temp is None:
            return None
        return StateReading(value, brightness, color=color, color_temp=color_temp)

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put a wish into one message: never empty, since that would be a question."""
        if command.wish not in (Wish.TURN_ON, Wish.TURN_OFF):
            return ()
        on = command.wish is Wish.TURN_ON and command.brightness != 0
        orders = [*(self._features(command) if on else ()), (self.keys[0], self.words.on if on else self.words.off)]
        if len(orders) == 1:
            ((name, argument),) = orders
            return (Publication(f"{self.command_prefix}{name}", argument.encode()),)
        together = "; ".join(f"{name} {argument}" for name, argument in orders)
        return (Publication(f"{self.command_prefix}Backlog", together.encode()),)

    def _features(self, command: Command) -> Iterator[tuple[str, str]]:
        """Say how bright and which colour first: a light that is on already must not flash."""
        if command.color is not None and self.features.color:
            yield "Color2", ",".join(str(part) for part in rgb_of(command.color))
        if command.brightness is not None and self.features.dimmer:
            yield self.features.dimmer, str(command.brightness)

    def _meaning(self, word: object) -> str:
        value = self.words.meaning(word)
        if value is None:
            raise UnreadableMessage("not one of the described words")
        return value


def relays_of(config: TasmotaConfig) -> Iterator[DescribedEntity]:
    """Describe the relays and lights. One that drives a shutter or the levels of a fan is no switch."""
    first_light = next((number for number, kind in enumerate(config.relays) if kind == LIGHT), 0)
    for number, sort in enumerate(config.relays):
        if sort not in (RELAY, LIGHT) or (config.has_fan and number > 0):
            continue
        is_light = sort == LIGHT or "30" in config.options or config.has_fan
        dimmable = sort == LIGHT and not config.has_fan
        features = _features_of(config, number, number - first_light) if dimmable else LightFeatures()
        yield DescribedEntity(
            id=f"relay_{number + 1}",
            kind=EntityKind.LIGHT if is_light else EntityKind.SWITCH,
            dialect=_power(config, number, features),
            name=_name(config, number),
        )


def _power(config: TasmotaConfig, number: int, features: LightFeatures) -> TasmotaPower:
    keys = (f"POWER{number + 1}", "POWER") if number == 0 else (f"POWER{number + 1}",)
    answered = [name for name in (features.dimmer, "Color", "HSBColor", "CT", "White") if name and features.dimmer]
    where = reports_of(config, *answered)
    bare = tuple(f"{config.topics.stat}{key}" for key in keys)
    return TasmotaPower(keys, bare, where.result + where.state, config.topics.command, config.words, features)


def _features_of(config: TasmotaConfig, number: int, place: int) -> LightFeatures:
    """Return what a light can do. `place`: which of the lights it is, where colours and white are two (`lk` 0)."""
    sort = config.light_type
    if "68" in config.options:
        return LightFeatures(f"Channel{number + 1}", f"Channel{number + 1}")
    if not config.linked and sort in (_RGBW, _RGBCW):
        dimmer = f"Dimmer{place + 1}"
        return LightFeatures(dimmer, dimmer, color=place == 0, color_temp=place == 1 and sort == _RGBCW)
    dimmer = "Dimmer3" if config.tuya else "Dimmer"
    return LightFeatures(
        dimmer if sort >= _DIMMER else "",
        "Dimmer" if sort >= _DIMMER else "",
        color=sort in (_RGB, _RGBW, _RGBCW),
        color_temp=sort in (_COLD_WARM, _RGBCW),
    )


def _name(config: TasmotaConfig, number: int) -> str:
    """Return what it is called; nothing where it is the only one and is called as its device."""
    name = config.relay_names[number] if number < len(config.relay_names) else ""
    if number == 0 and name == config.name:
        return ""
    return name or f"Relay {number + 1}"


def _color(body: dict[str, object]) -> str | None:
    """Return the colour; None while it shines white. Dimmed, the parts of `Color` are too coarse: the hue is better."""
    parts = _color_parts(body.get("Color"))
    if parts is not None and max(parts) == FULL:
        return from_rgb(parts)
    written = body.get("HSBColor")
    hsb = _integers(written.split(",")) if isinstance(written, str) else None
    if hsb is not None and len(hsb) == 3:  # noqa: PLR2004 -- hue, saturation, brightness
        return from_hue(hsb[0], hsb[1]) if hsb[2] else None
    return None if parts is None else from_rgb(parts)


def _color_parts(written: object) -> list[int] | None:
    """Return red, green and blue as written in hexadecimal or in decimal; what follows is white."""
    if not isinstance(written, str):
        return None
    text = written.removeprefix("#")
    if "," in text:
        parts = _integers(text.split(","))
        return parts[:3] if parts is not None and len(parts) >= 3 else None  # noqa: PLR2004 -- red, green, blue
    if len(text) not in _HEX_COLOR or any(digit not in "0123456789abcdefABCDEF" for digit in text):
        return None
    return [int(text[place : place + 2], 16) for place in (0, 2, 4)]


def _integers(texts: list[str]) -> list[int] | None:
    stripped = [text.strip() for text in texts[:5]]
    usable = all(text.isascii() and text.isdigit() and len(text) <= 3 for text in stripped)  # noqa: PLR2004 -- 0-360
    return [int(text) for text in stripped] if usable else None
