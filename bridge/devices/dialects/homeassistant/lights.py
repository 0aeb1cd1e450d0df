"""Lights: which of the three schemas a description follows, and what it comes to."""

from typing import Final

from bridge.devices.dialects.homeassistant.fields import Fields
from bridge.devices.dialects.homeassistant.lights_json import JsonLight
from bridge.devices.dialects.homeassistant.lights_templates import TemplateLight
from bridge.devices.dialects.homeassistant.lights_topics import Feature, OnBy, TopicsLight
from bridge.devices.dialects.homeassistant.orders import Order
from bridge.devices.dialects.homeassistant.served import Served
from bridge.devices.entity import EntityKind
from bridge.devices.templates.template import MESSAGE_NAMES, Template
from bridge.errors import NotServed

_SCALE: Final = 255
_WAYS: Final = ("rgb", "hs", "xy")
_MODES: Final = ("rgb", "rgbw", "rgbww", "hs", "xy")
_UNDIMMED: Final = frozenset({"onoff"})
_ORDER_NAMES: Final = frozenset(
    {"state", "brightness", "color_temp", "red", "green", "blue", "hue", "sat", "effect", "flash", "transition"}
)
_VARIABLES: Final = {"rgb": ("red", "green", "blue"), "hs": ("hue", "sat"), "xy": ("x", "y")}


def light(fields: Fields) -> Served:
    """Return a light. Raises NotServed."""
    match fields.word("schema", "basic"):
        case "basic" | "default":
            return Served(EntityKind.LIGHT, _by_topics(fields))
        case "json":
            return Served(EntityKind.LIGHT, _in_json(fields))
        case "template":
            return Served(EntityKind.LIGHT, _by_templates(fields))
        case _:
            raise NotServed("not supported: its schema is neither basic, json nor template")


def _in_json(fields: Fields) -> JsonLight:
    modes = fields.words("supported_color_modes") or {way for way in _WAYS if fields.flag(way, default=False)}
    dims = bool(modes - _UNDIMMED) or fields.flag("brightness", default=False)
    return JsonLight(
        fields.heard("state_topic"),
        _commanded(fields).topic,
        _scale(fields) if dims else None,
        tuple(mode for mode in _MODES if mode in modes),
        in_kelvin=fields.flag("color_temp_kelvin", default=False),
    )


def _by_topics(fields: Fields) -> TopicsLight:
    try:
        on_by = OnBy(fields.word("on_command_type", OnBy.LAST))
    except ValueError:
        on_by = OnBy.LAST
    return TopicsLight(
        fields.said("state_topic", "state_value_template", "value_template"),
        _commanded(fields),
        fields.word("payload_on", "ON"),
        fields.word("payload_off", "OFF"),
        _feature(fields, "brightness"),
        _scale(fields),
        tuple(_feature(fields, way, way) for way in _WAYS if _is_there(fields, way)),
        _feature(fields, "color_temp"),
        in_kelvin=fields.flag("color_temp_kelvin", default=False),
        on_by=on_by,
    )


def _is_there(fields: Fields, way: str) -> bool:
    return fields.has(f"{way}_state_topic") or fields.has(f"{way}_command_topic")


def _feature(fields: Fields, name: str, way: str = "") -> Feature:
    said = fields.said(f"{name}_state_topic", f"{name}_value_template")
    order = fields.order(f"{name}_command_topic", f"{name}_command_template", _VARIABLES.get(way, ()))
    return Feature(said, order, way)


def _by_templates(fields: Fields) -> TemplateLight:
    on = fields.template(("command_on_template",), _ORDER_NAMES)
    off = fields.template(("command_off_template",), _ORDER_NAMES)
    if on is None or off is None:
        raise NotServed("not supported: it has no command_on_template or no command_off_template")
    shades = [_read(fields, f"{shade}_template") for shade in ("red", "green", "blue")]
    known = tuple(shade for shade in shades if shade is not None)
    return TemplateLight(
        fields.heard("state_topic"),
        _commanded(fields).topic,
        on,
        off,
        _read(fields, "state_template"),
        _read(fields, "brightness_template"),
        known if len(known) == len(shades) else (),
        _read(fields, "color_temp_template"),
        in_kelvin=fields.flag("color_temp_kelvin", default=False),
    )


def _read(fields: Fields, key: str) -> Template | None:
    return fields.template((key,), MESSAGE_NAMES)


def _commanded(fields: Fields) -> Order:
    order = fields.order("command_topic")
    if order is None:
        raise NotServed("not supported: it has no command_topic")
    return order


def _scale(fields: Fields) -> float:
    scale = fields.number("brightness_scale", _SCALE)
    if scale < 1:
        raise NotServed("not supported: its brightness_scale is less than 1")
    return scale
