"""A Homie device as it describes itself, whichever version of the convention it speaks. Knows no messages."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bridge.devices.dialects.written import read_number
from bridge.errors import UnreadableMessage

NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""The ids of devices, nodes and properties; conventions want lower case only, and not all devices obey."""

MAX_NODES: Final = 64
MAX_PROPERTIES: Final = 64
_WORDS: Final = re.compile(r"[a-z]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Property:
    """A property. `topic`: where its value is; `/set` below it takes orders. `format`: what its values are held to."""

    id: str
    topic: str
    datatype: str
    name: str = ""
    format: str = ""
    unit: str = ""
    settable: bool = False
    retained: bool = True

    @property
    def values(self) -> tuple[str, ...]:
        """What the format lists."""
        return tuple(value for value in self.format.split(",") if value)[:64]

    @property
    def words(self) -> frozenset[str]:
        """What it is called, word by word."""
        return words_of(self.id, self.name)


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a device, such as a lamp or a sensor. `type` is free text."""

    id: str
    properties: tuple[Property, ...]
    name: str = ""
    type: str = ""

    @property
    def words(self) -> frozenset[str]:
        """What it is called, word by word."""
        return words_of(self.id, self.name, self.type)


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a property takes. `whole`: no fractions."""

    low: Decimal
    high: Decimal
    whole: bool

    def percent(self, number: Decimal) -> int | None:
        """Return 0 for the lowest, 100 for the highest; None for what is outside."""
        exact = (number - self.low) * 100 / (self.high - self.low)
        if not 0 <= exact <= 100:  # noqa: PLR2004 -- percent
            return None
        return 0 if exact == 0 else max(1, round(exact))

    def number(self, percent: int) -> Decimal:
        """Return the number for percent."""
        exact = self.low + percent * (self.high - self.low) / 100
        return Decimal(round(exact)) if self.whole else exact


def range_of(found: Property) -> Range:
    """Return the numbers that a property takes, 0 to 100 where its format does not say (`min:max`, or with a step)."""
    ends = [*found.format.split(":"), "", ""]
    try:
        low = read_number(ends[0]) if ends[0] else Decimal(0)
        high = read_number(ends[1]) if ends[1] else Decimal(100)
    except UnreadableMessage:
        low, high = Decimal(0), Decimal(100)
    if high <= low:
        low, high = Decimal(0), Decimal(100)
    return Range(low, high, whole=found.datatype == "integer")


def words_of(*texts: str) -> frozenset[str]:
    """Return the words in texts, in lower case; `frontDoor` is two."""
    parted = " ".join(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text) for text in texts)
    return frozenset(_WORDS.findall(parted.lower()))
