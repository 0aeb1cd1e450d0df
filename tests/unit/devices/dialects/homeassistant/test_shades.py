"""Brightness and colour temperatures there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.dialects.homeassistant.shades import from_percent, to_kelvin, to_percent


@given(st.integers(min_value=1, max_value=100), st.sampled_from([99, 100, 254, 255, 1000, 65535]))
def test_brightness_comes_back_within_a_percent(percent: int, scale: int) -> None:
    assert abs((to_percent(from_percent(percent, scale), scale) or 0) - percent) <= 1


@pytest.mark.parametrize(("number", "percent"), [(0, None), (-1, None), (0.1, 1), (255, 100), (255.1, None)])
def test_beyond_its_scale_a_brightness_is_not_known(number: float, percent: int | None) -> None:
    assert to_percent(number, 255) == percent


def test_a_light_that_is_on_is_never_told_nothing() -> None:
    assert from_percent(1, 10) == 1


@pytest.mark.parametrize(
    ("number", "in_kelvin", "kelvin"),
    [(250, False, 4000), (2700, True, 2700), (0, False, None), (250, True, None), (2700, False, None)],
)
def test_a_colour_temperature_is_in_kelvin(number: float, kelvin: int | None, *, in_kelvin: bool) -> None:
    assert to_kelvin(number, in_kelvin=in_kelvin) == kelvin
