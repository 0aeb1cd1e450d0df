"""What one described part comes to: a kind, and how it speaks. The word between the components and the device."""

from dataclasses import dataclass

from bridge.devices.entity import Dialect, EntityKind


@dataclass(frozen=True, slots=True)
class Served:
    """A part that is served. `certain` False: its kind is a guess."""

    kind: EntityKind
    dialect: Dialect
    certain: bool = True
    unit: str = ""
