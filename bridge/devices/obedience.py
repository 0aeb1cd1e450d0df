"""What an entity can be told, found by asking how it would be told. Knows neither who asks nor what is sent."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bridge.commands import Command, Wish
from bridge.devices.entity import Entity, EntityKind

BRIGHTNESS: Final = "brightness"
COLOR: Final = "color"

_WISHES: Final = {
    EntityKind.LIGHT: (Wish.TURN_ON, Wish.TURN_OFF),
    EntityKind.SWITCH: (Wish.TURN_ON, Wish.TURN_OFF),
    EntityKind.COVER: (Wish.OPEN, Wish.STOP, Wish.CLOSE, Wish.SET_POSITION),
    EntityKind.LOCK: (Wish.LOCK, Wish.UNLOCK),
}
_SOME_PERCENT: Final = 37
_SOME_COLOR: Final = "#25a0c8"


def orders_of(entity: Entity) -> tuple[str, ...]:
    """Return the wishes that it can fulfil, and BRIGHTNESS and COLOR where these make a difference."""
    return tuple(_orders(entity))


def _orders(entity: Entity) -> Iterator[str]:
    for wish in _WISHES.get(entity.kind, ()):
        position = _SOME_PERCENT if wish is Wish.SET_POSITION else None
        allowed = wish is not Wish.UNLOCK or entity.can_unlock
        if allowed and entity.dialect.write(Command(entity.home, entity.id, wish, position=position)):
            yield wish.value
    if entity.kind is EntityKind.LIGHT:
        plain = Command(entity.home, entity.id, Wish.TURN_ON)
        for what, more in (
            (BRIGHTNESS, replace(plain, brightness=_SOME_PERCENT)),
            (COLOR, replace(plain, color=_SOME_COLOR)),
        ):
            if entity.dialect.write(more) != entity.dialect.write(plain):
                yield what
