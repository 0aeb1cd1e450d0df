"""Lengths of time and sizes as people read them. Plain computation."""

from typing import Final

_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
_SIZES: Final = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))
_UNTIL: Final = 2
"""Of a unit there are so many at least: 90 minutes say more than 1 hour."""


def duration(seconds: float) -> str:
    """Return a short time: 3 ms, 1.5 s, 10 min."""
    if seconds < 1:
        return f"{seconds * 1000:.2g} ms" if seconds < 0.0995 else f"{seconds * 1000:.0f} ms"  # noqa: PLR2004 -- three digits
    if seconds < 100:  # noqa: PLR2004 -- the same
        return f"{seconds:.2g} s" if seconds < 9.95 else f"{seconds:.0f} s"  # noqa: PLR2004 -- the same
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3600:.0f} h"  # noqa: PLR2004 -- two hours


def long_time(seconds: float) -> str:
    """Return a long time: 12 minutes, 3 days; "a moment" below two minutes."""
    for length, name in _UNITS:
        if seconds >= _UNTIL * length:
            return f"{int(seconds // length)} {name}s"
    return "a moment"


def size(octets: float) -> str:
    """Return a size: 512 bytes, 3.4 MB."""
    for unit, name in _SIZES:
        if octets >= unit:
            return f"{octets / unit:.3g} {name}"
    return f"{octets:.0f} bytes"
