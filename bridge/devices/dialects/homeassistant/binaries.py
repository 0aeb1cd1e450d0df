"""Binary sensors: which kind of thing is meant by a device class, and by none.

A class that fits no kind, a wrong one, and none at all are served as a contact, and said to be a guess. Of the kinds
with two states it promises least: it takes no orders, as a switch would, and its first word is no event, as that of
motion and of alarms is. A person who knows better corrects it.
"""

from typing import Final

from bridge.devices.dialects.homeassistant.fields import Fields
from bridge.devices.dialects.homeassistant.served import Served
from bridge.devices.dialects.homeassistant.states import WordState
from bridge.devices.entity import EntityKind
from bridge.errors import NotServed

_KINDS: Final = {
    "door": EntityKind.CONTACT,
    "window": EntityKind.CONTACT,
    "garage_door": EntityKind.CONTACT,
    "opening": EntityKind.CONTACT,
    "lock": EntityKind.LOCK,
    "motion": EntityKind.MOTION,
    "occupancy": EntityKind.MOTION,
    "presence": EntityKind.MOTION,
    "moving": EntityKind.MOTION,
    "moisture": EntityKind.LEAK,
    "smoke": EntityKind.SMOKE,
    "gas": EntityKind.GAS,
    "carbon_monoxide": EntityKind.CO,
    "tamper": EntityKind.TAMPER,
    "vibration": EntityKind.VIBRATION,
    "battery": EntityKind.BATTERY,
}

_NEAREST: Final = {
    "heat": EntityKind.SMOKE,
    "problem": EntityKind.TAMPER,
    "safety": EntityKind.TAMPER,
    "sound": EntityKind.MOTION,
    "light": EntityKind.SWITCH,
    "plug": EntityKind.SWITCH,
    "power": EntityKind.SWITCH,
    "running": EntityKind.SWITCH,
}
"""Classes with a kind that is near: guesses, too. As switches these take no orders."""

_NO_KIND: Final = frozenset({"battery_charging", "cold", "connectivity", "update"})

_MEANINGS: Final = {
    EntityKind.CONTACT: ("open", "closed"),
    EntityKind.LOCK: ("unlocked", "locked"),
    EntityKind.BATTERY: ("0", "100"),
}
"""What on and off mean, where that is not on and off. A battery that only says "low" is at 0 or at 100 percent."""


def binary_sensor(fields: Fields) -> Served:
    """Return a binary sensor. Raises NotServed."""
    device_class = fields.plain("device_class")
    if device_class in _NO_KIND:
        raise NotServed(f"not supported: a binary sensor of class {device_class}")
    kind = _KINDS.get(device_class) or _NEAREST.get(device_class, EntityKind.CONTACT)
    on, off = _MEANINGS.get(kind, ("on", "off"))
    words = ((fields.word("payload_on", "ON"), on), (fields.word("payload_off", "OFF"), off))
    dialect = WordState(fields.needed("state_topic", "value_template"), words)
    unit = "%" if kind is EntityKind.BATTERY else ""
    return Served(kind, dialect, certain=device_class in _KINDS, unit=unit)
