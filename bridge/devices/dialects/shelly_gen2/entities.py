"""The entities of a Shelly's components."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bridge.devices.described import DescribedEntity, Unserved
from bridge.devices.dialects.json_numbers import Path
from bridge.devices.dialects.shelly_gen2.components import BUTTON, UNSERVED, Components, sort_of
from bridge.devices.dialects.shelly_gen2.messages import ONLINE, Place
from bridge.devices.dialects.shelly_gen2.presses import RpcPresses
from bridge.devices.dialects.shelly_gen2.states import RpcCover, RpcFlag, RpcLight, RpcNumber, RpcSwitch
from bridge.devices.dialects.told_availability import AvailabilityTopic, ToldAvailability
from bridge.devices.entity import EntityKind

_ON_OFF: Final = {"on": "on", "off": "off"}
_OPEN_CLOSED: Final = {"on": "open", "off": "closed"}


@dataclass(frozen=True, slots=True)
class _Number:
    """What a component measures: where it stands, what it is called, in which unit, and what part of it is counted."""

    path: Path
    name: str
    unit: str
    divisor: int = 1
    minor: bool = False


_NUMBERS: Final[Mapping[str, tuple[_Number, ...]]] = {
    "": (
        _Number(("apower",), "Power", "W"),
        _Number(("voltage",), "Voltage", "V"),
        _Number(("current",), "Current", "A"),
        _Number(("aenergy", "total"), "Energy", "kWh", 1000),
        _Number(("temperature", "tC"), "Temperature inside", "°C", minor=True),
    ),
    "input": (_Number(("percent",), "", "%"), _Number(("counts", "total"), "Count", "")),
    "temperature": (_Number(("tC",), "Temperature", "°C"),),
    "humidity": (_Number(("rh",), "Humidity", "%"),),
    "illuminance": (_Number(("lux",), "Illuminance", "lx"),),
    "em": (
        _Number(("total_act_power",), "Power", "W"),
        *(_Number((f"{phase}_act_power",), f"Power {phase.upper()}", "W") for phase in "abc"),
        *(_Number((f"{phase}_voltage",), f"Voltage {phase.upper()}", "V") for phase in "abc"),
    ),
    "em1": (
        _Number(("act_power",), "Power", "W"),
        _Number(("voltage",), "Voltage", "V"),
        _Number(("current",), "Current", "A"),
    ),
    "emdata": (
        _Number(("total_act",), "Energy", "kWh", 1000),
        _Number(("total_act_ret",), "Energy returned", "kWh", 1000),
    ),
    "em1data": (
        _Number(("total_act_energy",), "Energy", "kWh", 1000),
        _Number(("total_act_ret_energy",), "Energy returned", "kWh", 1000),
    ),
    "bthomedevice": (_Number(("battery",), "Battery", "%"),),
}
_METERED: Final = frozenset({"switch", "light", "rgb", "rgbw", "cct", "rgbcct", "cover", "pm1", "voltmeter"})


def entities_of(prefix: str, components: Components, pressed: frozenset[str]) -> Iterator[DescribedEntity | Unserved]:
    """Describe the components. `pressed`: those that were heard to be pressed."""
    sorts = [sort[0] for sort in map(sort_of, components) if sort is not None]
    if "devicepower" not in sorts:  # what runs on a battery is away most of the time, and that is no fault
        topic = AvailabilityTopic(f"{prefix}{ONLINE}", ("true",), ("false",))
        yield DescribedEntity("availability", EntityKind.AVAILABILITY, ToldAvailability((topic,)))
    for component, keys in sorted(components.items()):
        sort = sort_of(component)
        if sort is None:
            continue
        if sort[0] in UNSERVED:
            yield Unserved(component, UNSERVED[sort[0]])
            continue
        place = Place(prefix, *sort)
        alone = sorts.count(sort[0]) == 1
        yield from _main(place, keys, "" if alone else f" {sort[1] + 1}")
        yield from _numbers(place, keys, "" if alone else f" {sort[1] + 1}")
    for component in sorted(pressed | {name for name, keys in components.items() if BUTTON in keys}):
        sort = sort_of(component)
        if sort is not None:
            name = f"Button {sort[1] + 1}" if sort[0] == "input" else f"Remote {sort[1]}"
            presses = RpcPresses(Place(prefix, *sort))
            yield DescribedEntity(f"{_identity(component)}.press", EntityKind.BUTTON, presses, name)


def _main(place: Place, keys: tuple[str, ...], number: str) -> Iterator[DescribedEntity]:
    describe = _SORTS.get(place.sort)
    if describe is not None:
        yield from describe(place, keys, number)


def _switch(place: Place, _: tuple[str, ...], number: str) -> Iterator[DescribedEntity]:
    name = f"Switch{number}" if number else ""
    yield DescribedEntity(_identity(place.name), EntityKind.SWITCH, RpcSwitch(place), name)


def _light(place: Place, keys: tuple[str, ...], number: str) -> Iterator[DescribedEntity]:
    light = RpcLight(place, "brightness" in keys, color="rgb" in keys, color_temp="ct" in keys)
    yield DescribedEntity(_identity(place.name), EntityKind.LIGHT, light, f"Light{number}" if number else "")


def _cover(place: Place, keys: tuple[str, ...], number: str) -> Iterator[DescribedEntity]:
    cover = RpcCover(place, positions="pos_control" in keys)
    yield DescribedEntity(_identity(place.name), EntityKind.COVER, cover, f"Cover{number}" if number else "")


def _input(place: Place, keys: tuple[str, ...], _: str) -> Iterator[DescribedEntity]:
    """Describe an input that is switched. What it stands for, a door or a tap, is for a person to say."""
    if "state" in keys:
        flag = RpcFlag(place, "state", _OPEN_CLOSED)
        name = f"Input {place.number + 1}"
        yield DescribedEntity(_identity(place.name), EntityKind.CONTACT, flag, name, certain=False)


def _battery(place: Place, keys: tuple[str, ...], _: str) -> Iterator[DescribedEntity]:
    """Describe the battery: a device has one, the first."""
    if "battery" in keys and place.number == 0:
        level = RpcNumber(place, ("battery", "percent"), limits=(0, 100))
        yield DescribedEntity("battery", EntityKind.BATTERY, level, "Battery", "%")


def _alarm(kind: EntityKind) -> "_Describe":
    def describe(place: Place, _: tuple[str, ...], number: str) -> Iterator[DescribedEntity]:
        name = f"{place.sort.capitalize()}{number}" if number else ""
        yield DescribedEntity(_identity(place.name), kind, RpcFlag(place, "alarm", _ON_OFF), name)

    return describe


def _presence(place: Place, keys: tuple[str, ...], number: str) -> Iterator[DescribedEntity]:
    for key in keys[:1]:
        flag = RpcFlag(place, key, _ON_OFF)
        yield DescribedEntity(_identity(place.name), EntityKind.MOTION, flag, f"Presence{number}")


_Describe = Callable[[Place, tuple[str, ...], str], Iterator[DescribedEntity]]
_SORTS: Final[Mapping[str, _Describe]] = {
    "switch": _switch,
    **dict.fromkeys(("light", "rgb", "rgbw", "cct", "rgbcct"), _light),
    "cover": _cover,
    "input": _input,
    "smoke": _alarm(EntityKind.SMOKE),
    "flood": _alarm(EntityKind.LEAK),
    "devicepower": _battery,
    "presence": _presence,
    "presencezone": _presence,
}


def _numbers(place: Place, keys: tuple[str, ...], suffix: str) -> Iterator[DescribedEntity]:
    for number in _NUMBERS.get("" if place.sort in _METERED else place.sort, ()):
        key = str(number.path[0])
        if key not in keys:
            continue
        yield DescribedEntity(
            id=f"{_identity(place.name)}.{key.lower()}",
            kind=EntityKind.SENSOR,
            dialect=RpcNumber(place, number.path, number.divisor),
            name=f"{number.name or f'Input {place.number + 1}'}{suffix if number.name else ''}",
            unit=number.unit,
            minor=number.minor,
        )


def _identity(component: str) -> str:
    return component.replace(":", "_")
