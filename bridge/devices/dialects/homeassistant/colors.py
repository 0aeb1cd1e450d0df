"""Colours and colour temperatures from the ways lights have them to ours, and back.

Ours: `#rrggbb` and kelvin. A colour has no brightness of its own here: a light tells that beside it.
"""

import colorsys
from typing import Final

_FULL: Final = 255
_TURN: Final = 360.0
_PERCENT: Final = 100.0
_MIRED_TO_KELVIN: Final = 1_000_000
_COLDEST_KELVIN: Final = 40_000
_WARMEST_KELVIN: Final = 1_000

Rgb = tuple[int, int, int]


def rgb_of(color: str) -> Rgb:
    """Return red, green and blue of `#rrggbb`, each 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def from_rgb(red: float, green: float, blue: float) -> str | None:
    """Return `#rrggbb`; None for parts beyond 0 to 255."""
    parts = (red, green, blue)
    if not all(0 <= part <= _FULL for part in parts):
        return None
    return "#" + "".join(f"{round(part):02x}" for part in parts)


def from_hs(hue: float, saturation: float) -> str | None:
    """Return `#rrggbb` of a hue in degrees and a saturation in percent; None beyond them."""
    if not (0 <= hue <= _TURN and 0 <= saturation <= _PERCENT):
        return None
    red, green, blue = colorsys.hsv_to_rgb(hue / _TURN, saturation / _PERCENT, 1.0)
    return from_rgb(red * _FULL, green * _FULL, blue * _FULL)


def to_hs(color: str) -> tuple[float, float]:
    """Return hue in degrees and saturation in percent."""
    red, green, blue = rgb_of(color)
    hue, saturation, _ = colorsys.rgb_to_hsv(red / _FULL, green / _FULL, blue / _FULL)
    return round(hue * _TURN, 3), round(saturation * _PERCENT, 3)


def from_xy(x: float, y: float) -> str | None:
    """Return `#rrggbb` of a point of CIE 1931, as bright as it can be; None for what is no point of it."""
    if not (0 <= x <= 1 and 0 < y <= 1 and x + y <= 1):
        return None
    wide_x, wide_z = x / y, (1 - x - y) / y
    linear = (
        wide_x * 1.656492 - 0.354851 - wide_z * 0.255038,
        -wide_x * 0.707196 + 1.655397 + wide_z * 0.036152,
        wide_x * 0.051713 - 0.121364 + wide_z * 1.011530,
    )
    lit = [_lit(max(0.0, part)) for part in linear]
    largest = max(lit)
    if largest <= 0:
        return None
    return from_rgb(*(part / largest * _FULL for part in lit))


def to_xy(color: str) -> tuple[float, float]:
    """Return the point of CIE 1931 of a colour; of black, which has none, the white one."""
    if not any(rgb_of(color)):
        color = "#ffffff"
    red, green, blue = (_unlit(part / _FULL) for part in rgb_of(color))
    wide_x = red * 0.664511 + green * 0.154324 + blue * 0.162028
    wide_y = red * 0.283881 + green * 0.668433 + blue * 0.047685
    wide_z = red * 0.000088 + green * 0.072310 + blue * 0.986039
    total = wide_x + wide_y + wide_z
    return round(wide_x / total, 4), round(wide_y / total, 4)


def to_kelvin(number: float, *, in_kelvin: bool) -> int | None:
    """Return kelvin of a colour temperature in kelvin or in mired; None for one that no lamp has."""
    if number <= 0:
        return None
    kelvin = number if in_kelvin else _MIRED_TO_KELVIN / number
    return round(kelvin) if _WARMEST_KELVIN <= kelvin <= _COLDEST_KELVIN else None


def _lit(linear: float) -> float:
    """Return a part as screens show it."""
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055  # noqa: PLR2004 -- sRGB


def _unlit(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 -- sRGB
