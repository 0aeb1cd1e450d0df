"""Colours as devices write them, and the one spelling `#rrggbb` that this project has. Knows no device.

A colour here is the hue and how strong it is; how bright the light shines is told apart, as brightness. So what comes
in parts of red, green and blue is brought to full light first: dimming a red lamp leaves it red.
"""

import colorsys
from collections.abc import Sequence
from typing import Final

FULL: Final = 255


def from_rgb(parts: Sequence[float]) -> str | None:
    """Return the colour of red, green and blue (0-255) at full light; None for black and for what is out of range."""
    if len(parts) != 3 or not all(0 <= part <= FULL for part in parts) or not any(parts):  # noqa: PLR2004 -- r, g, b
        return None
    scale = FULL / max(parts)
    red, green, blue = (round(part * scale) for part in parts)
    return f"#{red:02x}{green:02x}{blue:02x}"


def from_hue(hue: float, saturation: float) -> str | None:
    """Return the colour of a hue (degrees) and a saturation (percent) at full light; None for what is out of range."""
    if not 0 <= hue <= 360 or not 0 <= saturation <= 100:  # noqa: PLR2004 -- degrees and percent
        return None
    return from_rgb([part * FULL for part in colorsys.hsv_to_rgb(hue / 360, saturation / 100, 1.0)])


def from_xy(x: float, y: float) -> str | None:
    """Return the colour nearest to a point of the CIE 1931 plane at full light; None for what is outside of it."""
    if not (0 <= x <= 1 and 0 < y <= 1 and x + y <= 1):
        return None
    big_x, big_z = x / y, (1 - x - y) / y
    linear = (
        3.2404542 * big_x - 1.5371385 - 0.4985314 * big_z,
        -0.9692660 * big_x + 1.8760108 + 0.0415560 * big_z,
        0.0556434 * big_x - 0.2040259 + 1.0572252 * big_z,
    )
    brightest = max(linear)
    if brightest <= 0:
        return None
    return from_rgb([_gamma(max(0.0, part / brightest)) * FULL for part in linear])


def rgb_of(color: str) -> tuple[int, int, int]:
    """Return red, green and blue (0-255) of `#rrggbb`."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def hsv_of(color: str) -> tuple[int, int, int]:
    """Return hue (0-360), saturation and value (0-100) of `#rrggbb`, rounded."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(part / FULL for part in rgb_of(color)))
    return round(hue * 360), round(saturation * 100), round(value * 100)


def xy_of(color: str) -> tuple[float, float]:
    """Return the point of the CIE 1931 plane for `#rrggbb`; that of white for black."""
    red, green, blue = (_linear(part / FULL) for part in rgb_of(color))
    big_x = 0.4124564 * red + 0.3575761 * green + 0.1804375 * blue
    big_y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    total = big_x + big_y + 0.0193339 * red + 0.1191920 * green + 0.9503041 * blue
    return (round(big_x / total, 4), round(big_y / total, 4)) if total else (0.3127, 0.329)


def kelvin_of(mired: float) -> int | None:
    """Return the colour temperature of mired; None for what no lamp has."""
    return round(1_000_000 / mired) if 50 <= mired <= 1000 else None  # noqa: PLR2004 -- 20 000 K to 1000 K


def _gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055  # noqa: PLR2004 -- of sRGB


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 -- of sRGB
