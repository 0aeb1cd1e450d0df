"""Brightness in percent and colour temperature in kelvin, from and to the numbers of a light. Plain numbers."""

from typing import Final

from bridge.devices.dialects.color_spaces import kelvin_of

_PERCENT: Final = 100
_WARMEST: Final = 1000
_COLDEST: Final = 20_000


def to_percent(number: float, scale: float) -> int | None:
    """Return 1 to 100. None for zero, which lights report when they are off, and for what is beyond the scale."""
    return max(1, round(number * _PERCENT / scale)) if 0 < number <= scale else None


def from_percent(percent: int, scale: float) -> int:
    """Return the number of the device, never 0: that would be off."""
    return max(1, round(percent * scale / _PERCENT))


def to_kelvin(number: float, *, in_kelvin: bool) -> int | None:
    """Return kelvin of a colour temperature in kelvin, else in mired; None for one that no lamp has."""
    if not in_kelvin:
        return kelvin_of(number)
    return round(number) if _WARMEST <= number <= _COLDEST else None
