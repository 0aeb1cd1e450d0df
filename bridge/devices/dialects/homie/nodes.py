"""Nodes that are one thing to a person although they have several properties: lights and covers."""

from collections.abc import Iterator
from typing import Final

from bridge.devices.described import DescribedEntity, Unserved
from bridge.devices.dialects.homie.kinds import (
    NUMBERS,
    cover_orders,
    cover_states,
    entity_of,
    identity,
    is_cover_word,
    switched,
)
from bridge.devices.dialects.homie.model import Node, Property, range_of
from bridge.devices.dialects.homie.values import HomieColor, HomieCover, HomieDimmer, HomieLight
from bridge.devices.entity import EntityKind

_LIGHTS: Final = frozenset({"light", "lights", "lamp", "bulb", "dimmer", "led", "rgb"})
_COVERS: Final = frozenset(
    {"cover", "shutter", "blind", "blinds", "roller", "curtain", "garage", "gate", "awning", "shade"}
)
_DIMMED: Final = frozenset({"brightness", "dim", "dimmer", "level", "intensity"})
_PLACED: Final = frozenset({"position", "level", "opening"})
_SPACES: Final = ("rgb", "hsv", "xyz")


def entities_of(node: Node, *, named_colors: bool) -> Iterator[DescribedEntity | Unserved]:
    """Describe a node. `named_colors`: colours are written with their space in front (version 5)."""
    used: set[str] = set()
    for together in (_light(node, named_colors=named_colors), _cover(node)):
        if together is not None:
            entity, properties = together
            if not used & properties:
                used |= properties
                yield entity
    for found in node.properties:
        if found.id not in used:
            yield entity_of(node, found)


def _light(node: Node, *, named_colors: bool) -> tuple[DescribedEntity, set[str]] | None:
    """Return a light and the properties that it is made of; None where nothing says that there is one."""
    settable = [found for found in node.properties if found.settable and found.retained]
    power = next((found for found in settable if switched(found) is not None), None)
    dimmer = next((found for found in settable if found.datatype in NUMBERS and found.words & _DIMMED), None)
    color = next((found for found in settable if found.datatype == "color" and _space(found) is not None), None)
    is_light = bool(node.words & _LIGHTS) or (power is not None and bool(power.words & _LIGHTS))
    main = power or dimmer
    if main is None or not (is_light or color is not None or (dimmer is not None and "brightness" in dimmer.words)):
        return None
    light = HomieLight(
        None if power is None else switched(power),
        None if dimmer is None else HomieDimmer(dimmer.topic, range_of(dimmer)),
        None if color is None else HomieColor(color.topic, _space(color) or "", named_colors),
    )
    used = {found.id for found in (power, dimmer, color) if found is not None}
    return _whole(node, main, EntityKind.LIGHT, light), used


def _cover(node: Node) -> tuple[DescribedEntity, set[str]] | None:
    """Return a cover and the properties that it is made of; None where nothing says that there is one."""
    words = [found for found in node.properties if is_cover_word(found)]
    position = next((found for found in node.properties if _is_position(found)), None)
    if position is None or not (node.words & _COVERS or words):
        return None
    state = next((found for found in words if found.retained and "closed" in _lowered(found)), None)
    orders = next((found for found in words if found.settable), None)
    cover = HomieCover(
        None if state is None else cover_states(state),
        HomieDimmer(position.topic, range_of(position)),
        None if orders is None else cover_orders(orders),
        positions_settable=position.settable,
    )
    used = {found.id for found in (position, state, orders) if found is not None}
    return _whole(node, position, EntityKind.COVER, cover), used


def _whole(node: Node, main: Property, kind: EntityKind, dialect: HomieLight | HomieCover) -> DescribedEntity:
    return DescribedEntity(identity(node, main), kind, dialect, node.name or node.id, certain=False)


def _is_position(found: Property) -> bool:
    return found.datatype in NUMBERS and found.retained and bool(found.words & _PLACED)


def _lowered(found: Property) -> set[str]:
    return {value.lower() for value in found.values}


def _space(found: Property) -> str | None:
    """Return the first way to write colours that a property takes and that is known here."""
    return next((value for value in found.values if value in _SPACES), None)
