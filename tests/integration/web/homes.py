"""Two homes: `elm` with a thing of each kind that a field asks for, and `oak` with a door and a light of its own."""

from dataclasses import replace
from typing import Final

from bridge.devices.dialects.plain import PlainButton, PlainState, StateWords
from bridge.devices.entity import Device, Entity, EntityKind
from bridge.homes.user import Home
from bridge.ifttt.declaring import Action, Query, Trigger
from bridge.ifttt.fields import ANY

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

METER: Final = tuple(
    replace(entity("elm", f"meter-{kind}", kind), device=Device("elm-meter", "elm", "Meter", "Hall"))
    for kind in (EntityKind.SENSOR, EntityKind.BATTERY, EntityKind.AVAILABILITY)
)
"""One device with several abilities."""

ENTITIES: Final = (
    entity("elm", "door", EntityKind.CONTACT),
    entity("elm", "window", EntityKind.CONTACT),
    entity("elm", "button", EntityKind.BUTTON),
    entity("elm", "light", EntityKind.LIGHT),
    entity("elm", "switch", EntityKind.SWITCH),
    entity("elm", "motion", EntityKind.MOTION),
    entity("elm", "leak", EntityKind.LEAK),
    entity("elm", "cover", EntityKind.COVER),
    replace(entity("elm", "lock", EntityKind.LOCK), can_unlock=True),
    *METER,
    entity("elm", "parcel", EntityKind.CUSTOM),
    entity("oak", "door", EntityKind.CONTACT),
    entity("oak", "light", EntityKind.LIGHT),
    entity("oak", "lock", EntityKind.LOCK),
)
PUBLISH_TOPICS: Final = {"elm": ("elm/announce/+", "ifttt-bridge/#"), "oak": ()}
OWN_TOPICS: Final = ("ifttt-bridge/ifttt-bridge/status",)

_IN_ELM: Final = {
    "door": "elm-door",
    "minutes": "10",
    "light": "elm-light",
    "brightness": "40",
    "color": "red",
    "switch": "elm-switch",
    "cover": "elm-cover",
    "position": "50",
    "lock": "elm-lock",
    "sensor": "elm-meter-sensor",
    "threshold": "25",
    "device": "elm-meter",
    "event": "elm-parcel",
    "topic": "elm/announce/hall",
    "message": "Hello",
}


def fields_in_elm(declared: Trigger | Action | Query) -> dict[str, str]:
    """Return fields that are right in `elm`: any thing where that may be chosen."""
    return {field.slug: ANY if field.any_label else _IN_ELM[field.slug] for field in declared.fields}
