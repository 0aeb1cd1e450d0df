"""Colours there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.dialects.homeassistant import colors
from bridge.devices.dialects.homeassistant.brightness import from_percent, to_percent

parts = st.integers(min_value=0, max_value=255)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers()


@pytest.mark.parametrize(
    ("color", "point"),
    [
        ("#ff0000", (0.701, 0.299)),
        ("#00ff00", (0.172, 0.747)),
        ("#0000ff", (0.136, 0.04)),
        ("#ffffff", (0.323, 0.329)),
    ],
)
def test_the_corners_are_where_home_assistant_has_them(color: str, point: tuple[float, float]) -> None:
    assert tuple(round(number, 3) for number in colors.to_xy(color)) == point


def test_of_a_colour_without_light_there_is_no_point() -> None:
    assert colors.to_xy("#000000") == colors.to_xy("#ffffff")
    assert colors.from_xy(0, 0) is colors.from_xy(0.9, 0.9) is colors.from_xy(-1, 0.5) is None


@given(parts, parts, parts)
def test_red_green_and_blue_are_exact(red: int, green: int, blue: int) -> None:
    color = colors.from_rgb(red, green, blue)
    assert color is not None
    assert colors.rgb_of(color) == (red, green, blue)


@given(parts, parts, parts)
def test_a_hue_keeps_the_shade_of_a_colour_and_makes_it_bright(red: int, green: int, blue: int) -> None:
    largest = max(red, green, blue)
    color = colors.from_rgb(red, green, blue) or ""
    bright = [round(part * 255 / largest) for part in (red, green, blue)] if largest else [255, 255, 255]
    again = colors.from_hs(*colors.to_hs(color))
    assert again is not None
    assert all(abs(a - b) <= 1 for a, b in zip(colors.rgb_of(again), bright, strict=True))


@given(parts, parts, st.integers(min_value=0, max_value=2))
def test_a_point_keeps_a_colour_that_is_as_bright_as_it_can_be(first: int, second: int, full: int) -> None:
    before = [first, second]
    before.insert(full, 255)
    again = colors.from_xy(*colors.to_xy(colors.from_rgb(*before) or ""))
    assert again is not None
    # four digits of a point tell dark parts of a colour apart only so far
    assert all(abs(a - b) <= 12 for a, b in zip(colors.rgb_of(again), before, strict=True))


@given(numbers, numbers, numbers)
def test_any_numbers_are_a_colour_or_none(first: float, second: float, third: float) -> None:
    for color in (colors.from_rgb(first, second, third), colors.from_hs(first, second), colors.from_xy(first, second)):
        assert color is None or (len(color) == 7 and colors.rgb_of(color))
    for in_kelvin in (True, False):
        kelvin = colors.to_kelvin(first, in_kelvin=in_kelvin)
        assert kelvin is None or 1000 <= kelvin <= 40000


@given(st.integers(min_value=1, max_value=100), st.sampled_from([99, 100, 254, 255, 1000, 65535]))
def test_brightness_comes_back_within_a_percent(percent: int, scale: int) -> None:
    assert abs((to_percent(from_percent(percent, scale), scale) or 0) - percent) <= 1
