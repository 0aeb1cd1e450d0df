"""Sensors of Tasmota: what its `sensors` message shows a sample of, and which units the numbers have."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bridge.commands import Command, Publication
from bridge.devices.described import DescribedEntity, Unserved
from bridge.devices.dialects.descriptions import entity_id, text_in
from bridge.devices.dialects.json_numbers import Path, at_path, number_reading
from bridge.devices.dialects.tasmota.config import TasmotaConfig
from bridge.devices.dialects.tasmota.inputs import switch_keys
from bridge.devices.dialects.tasmota.messages import body_of, reports_of
from bridge.devices.entity import EntityKind
from bridge.devices.reading import StateReading

_DEEPEST: Final = 4
_LONGEST_LIST: Final = 8
_MOST_KEYS: Final = 256
_UNIT_KEYS: Final = ("TempUnit", "PressureUnit", "SpeedUnit")
_NOT_SENSORS: Final = frozenset({"Time", "PN532", "RDM6300", "ZbReceived", "ZbInfo", *_UNIT_KEYS})
_OF_THE_CHIP: Final = frozenset({"ESP32"})
_UNITS: Final = {
    **dict.fromkeys(("Illuminance", "Ambient"), "lx"),
    **dict.fromkeys(("Humidity", "Moisture", "Battery"), "%"),
    **dict.fromkeys(("Total", "Today", "Yesterday", "TotalTariff", "Energy", "ImportActive"), "kWh"),
    **dict.fromkeys(("ExportActive", "ExportTariff"), "kWh"),
    **dict.fromkeys(("Power", "ActivePower"), "W"),
    **dict.fromkeys(("CarbonDioxide", "eCO2"), "ppm"),
    **dict.fromkeys(("CF1", "CF2.5", "CF10", "PM1", "PM2.5", "PM10"), "µg/m³"),
    "ApparentPower": "VA",
    "ReactivePower": "var",
    "ImportReactive": "kvarh",
    "ExportReactive": "kvarh",
    "Voltage": "V",
    "Current": "A",
    "CurrentNeutral": "A",
    "Frequency": "Hz",
    "PhaseAngle": "°",
    "Distance": "cm",
    "TVOC": "ppb",
    "Weight": "kg",
    "CCT": "K",
    "ColorTemperature": "K",
}
_UNITS_TOLD: Final = {
    **dict.fromkeys(("Temperature", "DewPoint"), "TempUnit"),
    **dict.fromkeys(("Pressure", "SeaPressure"), "PressureUnit"),
    "Speed": "SpeedUnit",
}
_WRITTEN_OUT: Final = {"C": "°C", "F": "°F"}


@dataclass(frozen=True, slots=True)
class TasmotaNumber:
    """A number at a path in reports. A first phase may be reported without its list."""

    path: Path
    topics: tuple[str, ...]
    limits: tuple[int, int] | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it reports."""
        return self.topics

    def read(self, topic: str, payload: bytes) -> StateReading | None:  # noqa: ARG002 -- the same on each
        """Return the number; None for a report without it."""
        if not payload:
            return None
        body = body_of(payload)
        value = at_path(body, self.path)
        if value is None and self.path[-1] == 0:
            value = at_path(body, self.path[:-1])
        return None if isinstance(value, list | dict) else number_reading(value, self.limits)

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a sensor takes no commands
        """Return nothing: nobody commands a sensor."""
        return ()


def kept_of(sample: object, depth: int = _DEEPEST) -> object:
    """Return the shape of a sample: numbers are 0 and texts "", but for the units. Only another sensor changes it."""
    if isinstance(sample, dict) and depth:
        kept: dict[str, object] = {}
        for key in list(sample)[:_MOST_KEYS]:
            if key in _UNIT_KEYS:
                kept[key] = text_in(sample[key], 16)
            elif key not in _NOT_SENSORS:
                kept[key[:64]] = kept_of(sample[key], depth - 1)
        return kept
    if isinstance(sample, list) and depth:
        return [kept_of(entry, depth - 1) for entry in sample[:_LONGEST_LIST]]
    is_number = sample is None or (isinstance(sample, int | float) and not isinstance(sample, bool))
    return 0 if is_number else ""


def sensors_of(config: TasmotaConfig, sample: dict[str, object]) -> Iterator[DescribedEntity | Unserved]:
    """Describe what a sample shows: each number is a sensor."""
    topics = reports_of(config).sensor
    switches = switch_keys(config)
    for path, value in _leaves(sample, ()):
        first = path[0]
        if first in _NOT_SENSORS or first in switches or str(first).startswith("Shutter"):
            continue
        names = [str(step + 1) if isinstance(step, int) else step for step in path]
        if isinstance(value, str | bool):
            yield Unserved(" ".join(names), "not a number")
            continue
        yield DescribedEntity(
            id=entity_id(*names),
            kind=EntityKind.SENSOR,
            dialect=TasmotaNumber(path, topics),
            name=text_in(" ".join(names)),
            unit=_unit(path, sample),
            minor=first in _OF_THE_CHIP,
        )


def battery_of(config: TasmotaConfig) -> Iterator[DescribedEntity]:
    """Describe the battery, if the device says that it has one."""
    if config.has_battery:
        dialect = TasmotaNumber(("BatteryPercentage",), reports_of(config).state, (0, 100))
        yield DescribedEntity("battery", EntityKind.BATTERY, dialect, "Battery", "%")


def _leaves(value: object, path: Path, depth: int = _DEEPEST) -> Iterator[tuple[Path, object]]:
    if isinstance(value, dict) and depth:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key), depth - 1)
    elif isinstance(value, list) and depth:
        for place, inner in enumerate(value):
            yield from _leaves(inner, (*path, place), depth - 1)
    elif path and not isinstance(value, dict | list):
        yield path, value


def _unit(path: Path, sample: dict[str, object]) -> str:
    for step in reversed(path):
        if isinstance(step, str) and step in _UNITS:
            return _UNITS[step]
        if isinstance(step, str) and step in _UNITS_TOLD:
            unit = text_in(sample.get(_UNITS_TOLD[step]), 16)
            return _WRITTEN_OUT.get(unit, unit)
    return ""
