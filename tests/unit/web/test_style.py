"""The colours of the pages: whoever sees little can read them, in the light and in the dark (WCAG 2.2, level AA)."""

import re
from importlib import resources
from typing import Final

import pytest

TEXT: Final = 4.5
EDGES: Final = 3.0
"""What borders and outlines need, by which one finds a field, a button, and where one is."""

PAIRS: Final = (
    ("text", "card", TEXT),
    ("text", "inset", TEXT),
    ("quiet", "card", TEXT),
    ("link", "card", TEXT),
    ("link", "inset", TEXT),
    ("on-strong", "strong", TEXT),
    ("on-strong", "strong-hover", TEXT),
    ("warn", "warn-card", TEXT),
    ("warn", "card", TEXT),
    ("edge", "card", EDGES),
    ("focus", "card", EDGES),
    ("focus", "inset", EDGES),
)
STYLE: Final = resources.files("bridge.web.templates").joinpath("colors.css").read_text(encoding="utf-8")


def palettes() -> dict[str, dict[str, str]]:
    """Return the colours by name; the dark ones stand second, and leave none out."""
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part)) for part in STYLE.split("@media")[:2])
    return {"light": light, "dark": dark}


def luminance(colour: str) -> float:
    """Return how bright a colour is (WCAG 2.2, relative luminance)."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast between two colours, from 1 to 21."""
    darker, brighter = sorted((luminance(one), luminance(other)))
    return (brighter + 0.05) / (darker + 0.05)


def test_contrast_is_counted_as_it_is_defined() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS, ids=[f"{front} on {back}" for front, back, _ in PAIRS])
def test_what_is_written_stands_out(scheme: str, front: str, back: str, least: float) -> None:
    palette = palettes()[scheme]
    assert contrast(palette[front], palette[back]) >= least


def test_both_schemes_name_the_same_colours() -> None:
    light, dark = palettes().values()
    assert light.keys() == dark.keys()


def test_the_style_reaches_for_nothing_outside() -> None:
    assert not re.search(r"url\(|@import|https?:", STYLE)
