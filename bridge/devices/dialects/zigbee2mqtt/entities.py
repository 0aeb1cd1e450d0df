"""From what a device exposes to its entities, and to what is not served. Knows nothing of names and identities."""

from collections.abc import Iterator
from typing import Final

from bridge.devices.described import DescribedEntity, Unserved
from bridge.devices.dialects.descriptions import entity_id
from bridge.devices.dialects.zigbee2mqtt.availability import Reach
from bridge.devices.dialects.zigbee2mqtt.binaries import BATTERY_LOW, MINOR, binary_of
from bridge.devices.dialects.zigbee2mqtt.buttons import ACTION, buttons_of
from bridge.devices.dialects.zigbee2mqtt.channel import Channel
from bridge.devices.dialects.zigbee2mqtt.covers import Cover
from bridge.devices.dialects.zigbee2mqtt.exposes import Expose, Value
from bridge.devices.dialects.zigbee2mqtt.lights import SCALE, Light, LightFeatures
from bridge.devices.dialects.zigbee2mqtt.locks import Lock
from bridge.devices.dialects.zigbee2mqtt.states import Number, TwoStates
from bridge.devices.entity import EntityKind

Found = DescribedEntity | Unserved
_BATTERY: Final = "battery"
_LINK_QUALITY: Final = "linkquality"
_PERCENT: Final = (0, 100)
_MOTION: Final = ("moving", "motor_state")
_RUNNING: Final = "running"
_SWITCHES: Final = ("switch", "fan", "siren")
_SETTINGS: Final = frozenset(
    {"auto_lock", "away_mode", "child_lock", "keypad_lockout", "valve_detection", "window_detection"}
)
"""What is exposed as a switch or a lock, and is a setting."""

_NO_STATE: Final = "not supported: it has no state of two values"


def reach_of(topic: str) -> DescribedEntity:
    """Describe whether whatever speaks below a topic can be reached."""
    return DescribedEntity(EntityKind.AVAILABILITY.value, EntityKind.AVAILABILITY, Reach(topic))


def entities_of(topic: str, exposes: tuple[Expose, ...]) -> Iterator[Found]:
    """Describe everything that a device exposes, or why it is not served. `topic`: where the device speaks."""
    for expose in exposes:
        if expose.type == "light":
            yield from _light(topic, expose)
        elif expose.type in _SWITCHES:
            yield from _switch(topic, expose)
        elif expose.type == "lock":
            yield from _lock(topic, expose)
        elif expose.type == "cover":
            yield from _cover(topic, expose, exposes)
        elif expose.type == "climate":
            yield Unserved(expose.title, "not supported: heating and cooling; what it measures is served")
            yield from entities_of(topic, expose.features)
        else:
            yield from _generic(topic, expose, exposes)


def _generic(topic: str, expose: Expose, all_exposes: tuple[Expose, ...]) -> Iterator[Found]:
    if expose.name == ACTION and expose.type == "enum" and expose.told:
        if any(_is_lock(other) for other in all_exposes):
            yield Unserved(expose.title, "what a lock does is told by its state")
        else:
            yield from buttons_of(topic, expose)
    elif expose.name.startswith(f"{ACTION}_"):
        yield Unserved(expose.title, "it comes with presses, and says nothing else")
    elif _tells_motion(expose) and any(
        other.type == "cover" and other.endpoint == expose.endpoint for other in all_exposes
    ):
        return  # which way the cover moves: part of its state
    elif not expose.told:
        yield Unserved(expose.title, "a setting that the device takes and never tells")
    elif expose.type == "binary":
        if expose.name == BATTERY_LOW and any(_is_level(other) for other in all_exposes):
            yield Unserved(expose.title, "the level of the battery tells it")
        else:
            yield binary_of(Channel(topic, (expose.key,)), expose)
    elif expose.type == "numeric":
        yield _number(topic, expose)
    else:
        yield Unserved(expose.title, f"not supported: a property of type {expose.type or 'unknown'}")


def _is_lock(expose: Expose) -> bool:
    state = expose.feature("state")
    return expose.type == "lock" and state is not None and state.key not in _SETTINGS


def _tells_motion(expose: Expose) -> bool:
    """Tell whether a cover says here that it moves, and perhaps which way."""
    kinds = {"enum": _MOTION, "binary": (_RUNNING,)}
    return expose.told and expose.name in kinds.get(expose.type, ())


def _is_level(expose: Expose) -> bool:
    return expose.type == "numeric" and expose.key == _BATTERY and expose.unit in ("", "%") and expose.told


def _number(topic: str, expose: Expose) -> DescribedEntity:
    channel = Channel(topic, (expose.key,))
    if _is_level(expose):
        dialect = Number(channel, expose.key, _PERCENT)
        return DescribedEntity(EntityKind.BATTERY.value, EntityKind.BATTERY, dialect, expose.title, "%")
    return DescribedEntity(
        id=entity_id(expose.key),
        kind=EntityKind.SENSOR,
        dialect=Number(channel, expose.key),
        name=expose.title,
        unit=expose.unit,
        minor=expose.category in MINOR or expose.settable or expose.name == _LINK_QUALITY,
    )


def _switch(topic: str, expose: Expose) -> Iterator[Found]:
    """Describe what is turned on and off. One with a property of its own is called by that, such as `auto_lock`."""
    state = expose.feature("state")
    if state is None or not state.told:
        yield Unserved(expose.title, _NO_STATE)
        return
    on, off = _two_values(state, "ON", "OFF")
    own = expose.type == "switch" and not state.key.startswith("state")
    yield DescribedEntity(
        id=entity_id(state.key) if own else _id(expose),
        kind=EntityKind.SWITCH,
        dialect=TwoStates(Channel(topic, (state.key,)), state.key, on, off, settable=state.settable),
        name=expose.title if own else _name(expose),
        minor=state.key in _SETTINGS,
        certain=expose.type == "switch",
    )
    yield from _rest_of(expose, ("state",))


def _light(topic: str, expose: Expose) -> Iterator[Found]:
    state = expose.feature("state")
    if state is None or not state.told:
        yield Unserved(expose.title, _NO_STATE)
        return
    brightness, temperature = expose.feature("brightness"), expose.feature("color_temp")
    colors = [feature for feature in expose.features if feature.name in ("color_xy", "color_hs")]
    suffix = f"_{expose.endpoint}" if expose.endpoint else ""
    features = LightFeatures(
        brightness=brightness.key if brightness else "",
        scale=max(1, brightness.value_max or SCALE) if brightness else SCALE,
        color=colors[0].key if colors else "",
        by_hue=bool(colors) and colors[0].name == "color_hs",
        color_temp=temperature.key if temperature else "",
        mode=f"color_mode{suffix}",
    )
    alone = (state.key, features.brightness, features.color_temp)
    on, off = _two_values(state, "ON", "OFF")
    channel = Channel(topic, tuple(name for name in alone if name))
    dialect = Light(channel, state.key, on, off, features, settable=state.settable)
    yield DescribedEntity(_id(expose), EntityKind.LIGHT, dialect, _name(expose))
    yield from _rest_of(expose, ("state", "brightness", "color_temp", "color_xy", "color_hs"))


def _lock(topic: str, expose: Expose) -> Iterator[Found]:
    """Describe a lock. One with a property of its own is called by that, such as `child_lock`."""
    state, bolt = expose.feature("state"), expose.feature("lock_state")
    if state is None or not state.told:
        yield Unserved(expose.title, _NO_STATE)
        return
    on, off = _two_values(state, "LOCK", "UNLOCK")
    own = not state.key.startswith("state")
    alone = (state.key, bolt.key) if bolt else (state.key,)
    dialect = Lock(Channel(topic, alone), state.key, on, off, bolt.key if bolt else "", settable=state.settable)
    yield DescribedEntity(
        id=entity_id(state.key) if own else _id(expose),
        kind=EntityKind.LOCK,
        dialect=dialect,
        name=expose.title if own else _name(expose),
        minor=state.key in _SETTINGS,
    )
    yield from _rest_of(expose, ("state", "lock_state"))


def _cover(topic: str, expose: Expose, all_exposes: tuple[Expose, ...]) -> Iterator[Found]:
    state, position = expose.feature("state"), expose.feature("position")
    if state is None or not state.key:
        yield Unserved(expose.title, _NO_STATE)
        return
    beside = [other for other in all_exposes if other.endpoint == expose.endpoint and _tells_motion(other)]
    motion = next((other.key for other in beside if other.name in _MOTION), "")
    running = next((other.key for other in beside if other.name == _RUNNING), "")
    where = position.key if position else ""
    alone = tuple(name for name in (state.key, where, motion, running) if name)
    dialect = Cover(Channel(topic, alone), state.key, where, motion, running, settable=state.settable)
    yield DescribedEntity(_id(expose), EntityKind.COVER, dialect, _name(expose))
    yield from _rest_of(expose, ("state", "position"))


def _two_values(state: Expose, on: str, off: str) -> tuple[Value, Value]:
    return (
        on if state.value_on is None else state.value_on,
        off if state.value_off is None else state.value_off,
    )


def _rest_of(expose: Expose, served: tuple[str, ...]) -> Iterator[Unserved]:
    for feature in expose.features:
        if feature.name not in served:
            yield Unserved(feature.title, f"not supported: a setting of the {expose.type}")


def _id(expose: Expose) -> str:
    return "_".join(map(entity_id, filter(None, (expose.type, expose.endpoint))))


def _name(expose: Expose) -> str:
    return expose.endpoint.replace("_", " ").capitalize()
