"""Colours in and out of the ways in which devices write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.dialects.color_spaces import from_hue, from_rgb, from_xy, hsv_of, kelvin_of, rgb_of, xy_of

COLORS = st.tuples(*[st.integers(0, 255)] * 3).filter(any)


@pytest.mark.parametrize(
    ("color", "expected"),
    [
        (from_rgb((255, 136, 0)), "#ff8800"),
        (from_rgb((1, 0, 0)), "#ff0000"),
        (from_rgb((0, 0, 0)), None),
        (from_rgb((256, 0, 0)), None),
        (from_rgb((1, 2)), None),
        (from_hue(0, 100), "#ff0000"),
        (from_hue(360, 100), "#ff0000"),
        (from_hue(240, 100), "#0000ff"),
        (from_hue(120, 0), "#ffffff"),
        (from_hue(361, 0), None),
        (from_xy(0.64, 0.33), "#ff0000"),
        (from_xy(0.3127, 0.329), "#ffffff"),
        (from_xy(0.3, 0.0), None),
    ],
)
def test_a_colour_has_one_spelling_at_full_light(color: str | None, expected: str | None) -> None:
    assert color == expected


@pytest.mark.parametrize(("mired", "kelvin"), [(250, 4000), (153, 6536), (500, 2000), (0, None), (5000, None)])
def test_mired_are_turned_into_kelvin(mired: float, kelvin: int | None) -> None:
    assert kelvin_of(mired) == kelvin


@given(COLORS)
def test_a_colour_told_as_parts_comes_back_the_same(rgb: tuple[int, int, int]) -> None:
    color = from_rgb(rgb)
    assert color is not None
    assert from_rgb(rgb_of(color)) == color


@given(COLORS)
def test_a_colour_told_by_hue_or_as_a_point_comes_back_nearly_the_same(rgb: tuple[int, int, int]) -> None:
    color = from_rgb(rgb)
    assert color is not None
    hue, saturation, _ = hsv_of(color)
    for back in (from_hue(hue, saturation), from_xy(*xy_of(color))):
        assert back is not None
        assert all(abs(one - other) <= 6 for one, other in zip(rgb_of(color), rgb_of(back), strict=True))
