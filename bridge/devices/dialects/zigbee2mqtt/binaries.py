"""What a binary property of Zigbee2MQTT is for a person. Knows nothing of how it is told.

A property that is listed nowhere here is served as a contact, said to be a guess, and offered to nobody unless a person
exposes it: nearly all of them are diagnoses, such as `test` or `ac_status`. One that is a setting is a switch.
"""

from typing import Final

from bridge.devices.described import DescribedEntity, Unserved
from bridge.devices.dialects.descriptions import entity_id
from bridge.devices.dialects.zigbee2mqtt.channel import Channel
from bridge.devices.dialects.zigbee2mqtt.exposes import Expose, Value
from bridge.devices.dialects.zigbee2mqtt.states import TwoStates
from bridge.devices.entity import EntityKind

BATTERY_LOW: Final = "battery_low"
_KINDS: Final = {
    "contact": EntityKind.CONTACT,
    "garage_door_contact": EntityKind.CONTACT,
    "window_open": EntityKind.CONTACT,
    "occupancy": EntityKind.MOTION,
    "presence": EntityKind.MOTION,
    "water_leak": EntityKind.LEAK,
    "smoke": EntityKind.SMOKE,
    "gas": EntityKind.GAS,
    "carbon_monoxide": EntityKind.CO,
    "tamper": EntityKind.TAMPER,
    "vibration": EntityKind.VIBRATION,
    BATTERY_LOW: EntityKind.BATTERY,
}
_NEAREST: Final = {
    "door_open": EntityKind.CONTACT,
    "window": EntityKind.CONTACT,
    "open_window": EntityKind.CONTACT,
    "valve_state": EntityKind.CONTACT,
    "motion": EntityKind.MOTION,
    "moving": EntityKind.MOTION,
    "noise_detected": EntityKind.MOTION,
    "rain": EntityKind.LEAK,
    "sos": EntityKind.TAMPER,
    "tilt": EntityKind.VIBRATION,
}
"""Properties with a kind that is near: guesses."""

_WORDS: Final = {EntityKind.CONTACT: ("open", "closed"), EntityKind.BATTERY: ("0", "100")}
"""What on and off are called elsewhere. A battery that only says "low" is at 0 or at 100 percent."""

_CONTACT_IS_CLOSED: Final = frozenset({"garage_door_contact"})
"""Described the wrong way round by some definitions: here, too, true is closed (section 5.2)."""

MINOR: Final = ("config", "diagnostic")


def binary_of(channel: Channel, expose: Expose) -> DescribedEntity | Unserved:
    """Describe a binary property that the device tells."""
    on, off = _values(expose)
    if on == off:
        return Unserved(expose.title, "not supported: on and off are the same")
    kind = _KINDS.get(expose.name)
    guess = kind or _NEAREST.get(expose.name)
    is_setting = expose.settable and guess is None
    found = guess or (EntityKind.SWITCH if is_setting else EntityKind.CONTACT)
    main = is_setting and expose.name == "state"  # a valve: OPEN and CLOSE
    minor = (guess is None and not main) or (expose.category in MINOR and kind is not EntityKind.BATTERY)
    return DescribedEntity(
        id=EntityKind.BATTERY.value if kind is EntityKind.BATTERY else entity_id(expose.key),
        kind=found,
        dialect=TwoStates(channel, expose.key, on, off, _WORDS.get(found, ("on", "off")), settable=is_setting),
        name="" if main else expose.title,
        unit="%" if kind is EntityKind.BATTERY else "",
        minor=minor,
        certain=kind is not None or (is_setting and not main),
    )


def _values(expose: Expose) -> tuple[Value, Value]:
    if expose.name in _CONTACT_IS_CLOSED and isinstance(expose.value_on, bool | None):
        return False, True
    on, off = expose.value_on, expose.value_off
    return (True if on is None else on, False if off is None else off)
