"""A home to test with: one thing of each kind, each with its own topic."""

from bridge.devices.dialects.plain import Dimming, PlainButton, PlainState, StateWords
from bridge.devices.dialects.plain_availability import PlainAvailability
from bridge.devices.dialects.plain_number import PlainNumber
from bridge.devices.entity import Device, Dialect, Entity, EntityKind, availability_id, battery_id

OPEN_CLOSED = StateWords("open", "closed", "open", "closed")
ON_OFF = StateWords("ON", "OFF", "on", "off")


def entity(
    kind: EntityKind,
    dialect: Dialect,
    *,
    identity: str,
    name: str = "A thing",
    home: str = "home",
    room: str = "Hall",
) -> Entity:
    return Entity(identity, Device(identity, home, name, room), kind, dialect)


def door(identity: str = "front-door", *, name: str = "Front door", home: str = "home", room: str = "Hall") -> Entity:
    dialect = PlainState(f"{home}/{identity}", OPEN_CLOSED)
    return entity(EntityKind.CONTACT, dialect, identity=identity, name=name, home=home, room=room)


def button(identity: str = "bell", *, name: str = "Bell", home: str = "home", room: str = "Porch") -> Entity:
    dialect = PlainButton(f"{home}/{identity}")
    return entity(EntityKind.BUTTON, dialect, identity=identity, name=name, home=home, room=room)


def light(identity: str = "hall-light", *, name: str = "Hall light", home: str = "home") -> Entity:
    topic = f"{home}/{identity}"
    dialect = PlainState(topic, ON_OFF, ("state",), f"{topic}/set", Dimming(255, color=True))
    return entity(EntityKind.LIGHT, dialect, identity=identity, name=name, home=home)


def switch(identity: str = "kettle", *, name: str = "Kettle", home: str = "home") -> Entity:
    topic = f"{home}/{identity}"
    dialect = PlainState(topic, ON_OFF, None, f"{topic}/set")
    return entity(EntityKind.SWITCH, dialect, identity=identity, name=name, home=home)


def detector(kind: EntityKind, *, home: str = "home") -> Entity:
    """Return a thing of a kind that has no more than states: motion, alarms, a lock and a cover as interpreted."""
    identity = f"the-{kind}"
    return entity(kind, PlainState(f"{home}/{identity}", ON_OFF), identity=identity, home=home)


def availability(device: str = "front-door", *, home: str = "home") -> Entity:
    said = PlainAvailability(f"{home}/{device}/available")
    return Entity(availability_id(device), Device(device, home, "Front door", "Hall"), EntityKind.AVAILABILITY, said)


def battery(device: str = "front-door", *, low_level: int = 15, home: str = "home") -> Entity:
    level = PlainNumber(f"{home}/{device}/battery", None, (0, 100))
    of = Device(device, home, "Front door", "Hall")
    return Entity(battery_id(device), of, EntityKind.BATTERY, level, unit="%", low_level=low_level)
