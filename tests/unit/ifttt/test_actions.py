"""Which command an action asks for."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.commands import Command, Wish
from bridge.errors import BadInput
from bridge.ifttt.actions import COLORS, read_command
from bridge.ifttt.service import ACTIONS
from tests.unit.ifttt.examples import household

TURN_ON = ACTIONS["turn_on_light"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(10**5000, 10**5001) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


def turn_on(**fields: object) -> Command:
    return read_command(TURN_ON, {"light": "hall-light", **fields}, household(), home="home")


@pytest.mark.parametrize(
    ("slug", "wish"),
    [("turn_on_light", Wish.TURN_ON), ("turn_off_light", Wish.TURN_OFF), ("toggle_light", Wish.TOGGLE)],
)
def test_an_action_becomes_a_command_for_its_light(slug: str, wish: Wish) -> None:
    command = read_command(ACTIONS[slug], {"light": "hall-light"}, household(), home="home")
    assert command == Command("home", "hall-light", wish)


def test_brightness_and_colour_go_with_turning_on_alone() -> None:
    given_fields = {"light": "hall-light", "brightness": "50", "color": "red"}
    assert turn_on(brightness="50", color="red") == Command("home", "hall-light", Wish.TURN_ON, 50, "#ff0000")
    command = read_command(ACTIONS["turn_off_light"], given_fields, household(), home="home")
    assert (command.brightness, command.color) == (None, None)


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("", None),
        (None, None),
        ("0", 0),
        ("-0", 0),
        ("0.0", 0),
        ("1", 1),
        ("0.2", 1),
        ("50", 50),
        ("50%", 50),
        ("50 %", 50),
        (" 50 ", 50),
        ("99.6", 100),
        ("100", 100),
        (75, 75),
        (12.4, 12),
    ],
)
def test_brightness_is_percent(text: object, percent: int | None) -> None:
    assert turn_on(brightness=text).brightness == percent


@pytest.mark.parametrize(
    "text",
    ["101", "1,000", "100.4", "-1", "-0.1", "bright", "nan", "inf", "-inf", "1e400", "50%%", "%", "1.2.3", "0x10", "½"],
)
def test_a_brightness_that_can_never_be_right_tells_ifttt_to_skip(text: str) -> None:
    with pytest.raises(BadInput, match="Brightness must be a number from 0 to 100") as caught:
        turn_on(brightness=text)
    assert caught.value.skip


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("", None),
        ("red", "#ff0000"),
        ("RED", "#ff0000"),
        (" Warm  White ", "#ffd6aa"),
        ("warm_white", "#ffd6aa"),
        ("#ff8800", "#ff8800"),
        ("#FF8800", "#ff8800"),
        ("ff8800", "#ff8800"),
        ("#f80", "#ff8800"),
    ],
)
def test_a_colour_is_a_name_or_hexadecimal(text: str, color: str | None) -> None:
    assert turn_on(color=text).color == color


@pytest.mark.parametrize(
    "text", ["reddish", "bad", "#ff88", "#ff88000", "##ff8800", "#gg0000", "rgb(1,2,3)", "#", "12"]
)
def test_a_colour_that_can_never_be_right_tells_ifttt_to_skip(text: str) -> None:
    with pytest.raises(BadInput, match="Colour must be a name such as red, or #rrggbb") as caught:
        turn_on(color=text)
    assert caught.value.skip


def test_every_named_colour_is_itself_hexadecimal() -> None:
    assert all(turn_on(color=name).color == turn_on(color=value).color == value for name, value in COLORS.items())


@pytest.mark.parametrize("light", ["gone-light", "cabin-light", "front-door", "any", "Hall light"])
def test_a_light_that_is_not_there_tells_ifttt_to_skip(light: str) -> None:
    with pytest.raises(BadInput, match="There is no such light any more") as caught:
        read_command(TURN_ON, {"light": light}, household(), home="home")
    assert caught.value.skip


@pytest.mark.parametrize("given_fields", [None, [], "x", {}, {"light": ""}, {"light": None}, {"light": ["a", "b"]}])
def test_missing_or_broken_fields_are_a_plain_error(given_fields: object) -> None:
    with pytest.raises(BadInput) as caught:
        read_command(TURN_ON, given_fields, household(), home="home")
    assert not caught.value.skip


@given(light=st.just("hall-light") | anything, brightness=anything, color=anything)
@example(light="hall-light", brightness="9" * 1000, color="")
@example(light="hall-light", brightness="1e1000", color="")
def test_whatever_is_given_becomes_a_command_or_bad_input(light: object, brightness: object, color: object) -> None:
    try:
        command = turn_on(light=light, brightness=brightness, color=color)
    except BadInput:
        return
    assert command.brightness is None or 0 <= command.brightness <= 100
    assert command.color is None or int(command.color.removeprefix("#"), 16) <= 0xFFFFFF


@given(st.text())
def test_any_text_is_a_colour_of_seven_characters_or_bad_input(text: str) -> None:
    try:
        color = turn_on(color=text).color
    except BadInput:
        return
    assert color is None or len(color) == 7
