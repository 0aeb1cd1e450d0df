"""Brightness in percent from and to the scale of a device. Plain numbers."""

from typing import Final

_PERCENT: Final = 100


def to_percent(number: float, scale: float) -> int | None:
    """Return 1 to 100. None for zero, which lights report when they are off, and for what is beyond the scale."""
    return max(1, round(number * _PERCENT / scale)) if 0 < number <= scale else None


def from_percent(percent: int, scale: float) -> int:
    """Return the number of the device, never 0: that would be off."""
    return max(1, round(percent * scale / _PERCENT))
