"""Two homes: `elm` with two doors, a button and a light, and `oak` with a door and a light of its own."""

from typing import Final

from bridge.devices.dialects.plain import PlainButton, PlainState, StateWords
from bridge.devices.entity import Device, Entity, EntityKind
from bridge.homes.user import Home

HOMES: Final = (Home("elm", "Elm Street 4"), Home("oak", "Oak Lane 1"))


def entity(home: str, name: str, kind: EntityKind) -> Entity:
    """Return an entity whose id is its home and name."""
    topic = f"{home}/{name}"
    words = StateWords("ON", "OFF", "on", "off")
    dialect = (
        PlainButton(topic, None)
        if kind is EntityKind.BUTTON
        else PlainState(topic, words, command_topic=f"{topic}/set")
    )
    return Entity(f"{home}-{name}", Device(f"{home}-{name}", home, name.capitalize(), "Hall"), kind, dialect)


GONE: Final = entity("elm", "gone", EntityKind.CONTACT)
"""A door that was there once: known to the database, no longer in the catalogue."""

ENTITIES: Final = (
    entity("elm", "door", EntityKind.CONTACT),
    entity("elm", "window", EntityKind.CONTACT),
    entity("elm", "button", EntityKind.BUTTON),
    entity("elm", "light", EntityKind.LIGHT),
    entity("oak", "door", EntityKind.CONTACT),
    entity("oak", "light", EntityKind.LIGHT),
)
