"""The entities of a Shelly of the first generation: what its model has, on the topics below its id."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bridge.devices.described import DescribedEntity, Unserved
from bridge.devices.dialects.shelly_gen1.models import Model
from bridge.devices.dialects.shelly_gen1.presses import ShellyInputEvent, ShellyLongPush
from bridge.devices.dialects.shelly_gen1.states import (
    LightFeatures,
    ShellyField,
    ShellyLight,
    ShellyNumber,
    ShellyRoller,
    ShellyWord,
)
from bridge.devices.dialects.told_availability import AvailabilityTopic, ToldAvailability
from bridge.devices.entity import EntityKind

_ON_OFF: Final = {"on": "on", "off": "off", "overpower": "off"}
"""A relay that was overloaded has switched itself off."""
_TRUE_FALSE: Final = {"true": "on", "false": "off"}
_OPEN_CLOSED: Final = {"1": "open", "0": "closed"}
_WATT_MINUTES: Final = 60_000
_DEGREES: Final = (-60, 150)
_POWER: Final = (-100_000, 100_000)
_EVER: Final = (0, 10**14)
_WHITE_CHANNELS: Final = 4
_EMETER: Final = (
    ("power", "W", _POWER, 1),
    ("voltage", "V", (0, 1000), 1),
    ("total", "kWh", _EVER, 1000),
    ("total_returned", "kWh", _EVER, 1000),
)
"""What a meter of the mains says, with the part of the unit that it counts in: energy in watt hours here."""
_SPOKEN_SENSORS: Final[dict[str, tuple[EntityKind, dict[str, str], str]]] = {
    "state": (EntityKind.CONTACT, {"open": "open", "close": "closed", "unknown": ""}, ""),
    "flood": (EntityKind.LEAK, _TRUE_FALSE, ""),
    "smoke": (EntityKind.SMOKE, _TRUE_FALSE, ""),
    "motion": (EntityKind.MOTION, _TRUE_FALSE, ""),
    "gas": (EntityKind.GAS, {"none": "off", "mild": "on", "heavy": "on", "test": "", "unknown": ""}, ""),
    "vibration": (EntityKind.VIBRATION, {"1": "on", "0": "off", "-1": ""}, "Vibration"),
}
_NUMBERS: Final = {
    "temperature": (_DEGREES, "°C"),
    "humidity": ((0, 100), "%"),
    "lux": ((0, 200_000), "lx"),
    "tilt": ((0, 180), "°"),
    "concentration": ((0, 100_000), "ppm"),
}


@dataclass(frozen=True, slots=True)
class Shelly:
    """A device as it is known. `mode` "": it has not said. `heard`: topics of sensors that were wired to it.

    `counts_presses` False: its firmware is too old for it.
    """

    identity: str
    model: Model
    mode: str = ""
    heard: frozenset[str] = field(default_factory=frozenset)
    counts_presses: bool = True

    def topic(self, below: str) -> str:
        """Return a topic of the device."""
        return f"shellies/{self.identity}/{below}"


def entities_of(shelly: Shelly) -> Iterator[DescribedEntity | Unserved]:
    """Describe everything that the model has, in the mode that it is in."""
    model = shelly.model
    if not model.sleeps:  # a sleeper is away most of the time, and that is no fault
        topic = AvailabilityTopic(shelly.topic("online"), ("true",), ("false",))
        yield DescribedEntity("availability", EntityKind.AVAILABILITY, ToldAvailability((topic,)))
    if model.modes and not shelly.mode:
        yield Unserved(" or ".join(model.modes), "it has not said yet in which mode it works")
    if shelly.mode == "roller":
        yield DescribedEntity("roller_0", EntityKind.COVER, ShellyRoller(shelly.topic("roller/0")))
    elif not model.modes or shelly.mode == "relay":
        yield from _relays(shelly)
    yield from _lights(shelly)
    yield from _inputs(shelly)
    yield from _meters(shelly)
    yield from _sensors(shelly)
    yield from _wired(shelly)


def _relays(shelly: Shelly) -> Iterator[DescribedEntity]:
    for place in range(shelly.model.relays):
        topic = shelly.topic(f"relay/{place}")
        name = f"Relay {place + 1}" if shelly.model.relays > 1 else ""
        yield DescribedEntity(f"relay_{place}", EntityKind.SWITCH, ShellyWord(topic, _ON_OFF, f"{topic}/command"), name)


def _lights(shelly: Shelly) -> Iterator[DescribedEntity]:
    model = shelly.model
    for place in model.lights:
        features = LightFeatures(color=model.bulb, white=model.white, bulb=model.bulb)
        yield DescribedEntity(place.replace("/", "_"), EntityKind.LIGHT, ShellyLight(shelly.topic(place), features))
    if shelly.mode == "color":
        light = ShellyLight(shelly.topic("color/0"), LightFeatures(color=True))
        yield DescribedEntity("color_0", EntityKind.LIGHT, light)
    if shelly.mode == "white":
        for number in range(_WHITE_CHANNELS):
            light = ShellyLight(shelly.topic(f"white/{number}"))
            yield DescribedEntity(f"white_{number}", EntityKind.LIGHT, light, f"White {number + 1}")


def _inputs(shelly: Shelly) -> Iterator[DescribedEntity]:
    """Describe the inputs. What a switch at one stands for, a door or a tap, is for a person to say."""
    model = shelly.model
    for place in range(model.inputs):
        if not model.only_pressed:
            word = ShellyWord(shelly.topic(f"input/{place}"), _OPEN_CLOSED)
            yield DescribedEntity(f"input_{place}", EntityKind.CONTACT, word, f"Input {place + 1}", certain=False)
        counted = shelly.counts_presses or model.only_pressed
        presses = (
            ShellyInputEvent(shelly.topic(f"input_event/{place}"))
            if counted
            else ShellyLongPush(shelly.topic(f"longpush/{place}"))
        )
        name = "" if model.only_pressed else f"Input {place + 1} pressed"
        yield DescribedEntity(f"input_{place}.press", EntityKind.BUTTON, presses, name)


def _meters(shelly: Shelly) -> Iterator[DescribedEntity]:
    """Describe what is measured: watts, and energy, which is counted in watt minutes."""
    model = shelly.model
    for place in model.meters:
        sort, _, number = place.partition("/")
        if model.modes and sort != shelly.mode:
            continue
        suffix = f" {int(number) + 1}" if model.relays > 1 and sort == "relay" and number else ""
        identity = place.replace("/", "_")
        others = {what: shelly.topic(f"relay/{what}") if sort == "roller" else "" for what in ("power", "energy")}
        power = ShellyNumber(shelly.topic(f"{place}/power"), _POWER, elsewhere=others["power"])
        yield DescribedEntity(f"{identity}.power", EntityKind.SENSOR, power, f"Power{suffix}", "W")
        energy = ShellyNumber(shelly.topic(f"{place}/energy"), _EVER, _WATT_MINUTES, others["energy"])
        yield DescribedEntity(f"{identity}.energy", EntityKind.SENSOR, energy, f"Energy{suffix}", "kWh")
    yield from _emeters(shelly)
    if model.warms:
        heat = ShellyNumber(shelly.topic("temperature"), _DEGREES)
        yield DescribedEntity("temperature", EntityKind.SENSOR, heat, "Temperature inside", "°C", minor=True)


def _emeters(shelly: Shelly) -> Iterator[DescribedEntity]:
    for place in range(shelly.model.emeters):
        for what, unit, limits, divisor in _EMETER:
            dialect = ShellyNumber(shelly.topic(f"emeter/{place}/{what}"), limits, divisor)
            name = f"{what.replace('_', ' ').capitalize()} {place + 1}"
            yield DescribedEntity(f"emeter_{place}.{what}", EntityKind.SENSOR, dialect, name, unit)


def _sensors(shelly: Shelly) -> Iterator[DescribedEntity]:
    for sensor in shelly.model.sensors:
        topic = shelly.topic(f"sensor/{sensor}")
        if sensor in _SPOKEN_SENSORS:
            kind, meanings, name = _SPOKEN_SENSORS[sensor]
            yield DescribedEntity(sensor, kind, ShellyWord(topic, meanings), name)
        elif sensor in _NUMBERS:
            limits, unit = _NUMBERS[sensor]
            yield DescribedEntity(sensor, EntityKind.SENSOR, ShellyNumber(topic, limits), sensor.capitalize(), unit)
        elif sensor == "battery":
            yield DescribedEntity(sensor, EntityKind.BATTERY, ShellyNumber(topic, (0, 100)), "Battery", "%")
        elif sensor == "adc":
            volts = ShellyNumber(shelly.topic("adc/0"), (0, 100))
            yield DescribedEntity("adc_0", EntityKind.SENSOR, volts, "Voltage", "V")
        else:
            yield from _in_objects(shelly, sensor)


def _in_objects(shelly: Shelly, sensor: str) -> Iterator[DescribedEntity]:
    """Describe the sensors that say everything in one object."""
    status, info = shelly.topic("status"), shelly.topic("info")
    match sensor:
        case "status":
            yield DescribedEntity("motion", EntityKind.MOTION, ShellyField(status, ("motion",)))
            shaken = ShellyField(status, ("vibration",))
            yield DescribedEntity("vibration", EntityKind.VIBRATION, shaken, "Vibration")
            lux = ShellyField(status, ("lux",), (0, 200_000))
            yield DescribedEntity("lux", EntityKind.SENSOR, lux, "Lux", "lx")
            level = ShellyField(status, ("bat",), (0, 100))
            yield DescribedEntity("battery", EntityKind.BATTERY, level, "Battery", "%")
        case "status_temperature":
            heat = ShellyField(status, ("tmp", "value"), _DEGREES)
            yield DescribedEntity("temperature", EntityKind.SENSOR, heat, "Temperature", "°C")
        case _:
            heat = ShellyField(info, ("thermostats", 0, "tmp", "value"), _DEGREES)
            yield DescribedEntity("temperature", EntityKind.SENSOR, heat, "Temperature", "°C")
            level = ShellyField(info, ("bat", "value"), (0, 100))
            yield DescribedEntity("battery", EntityKind.BATTERY, level, "Battery", "%")


def _wired(shelly: Shelly) -> Iterator[DescribedEntity]:
    """Describe the sensors that somebody has wired to the device: those that were heard."""
    if not shelly.model.adds_sensors:
        return
    for below in sorted(shelly.heard):
        sort, _, place = below.partition("/")
        identity, topic, number = below.replace("/", "_"), shelly.topic(below), int(place) + 1
        if sort == "ext_switch":
            word = ShellyWord(topic, _OPEN_CLOSED)
            yield DescribedEntity(identity, EntityKind.CONTACT, word, f"Switch {number}", certain=False)
            continue
        what = "temperature" if sort == "ext_temperature" else "humidity"
        limits, unit = _NUMBERS[what]
        name = f"{what.capitalize()} {number}"
        yield DescribedEntity(identity, EntityKind.SENSOR, ShellyNumber(topic, limits), name, unit)
