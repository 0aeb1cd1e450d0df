"""The words of presses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.dialects.words import STANDARD_PRESSES, press_word

STANDARD = {
    "single": ["single", "SINGLE", "S", "s", "single_push", "short_press", "button_short_press", "press"],
    "double": ["double", "DOUBLE", "SS", "double_push", "double_press", "button_double_press"],
    "triple": ["triple", "SSS", "triple_push", "triple_press", "button_triple_press"],
    "quad": ["quad", "QUAD", "quadruple", "button_quadruple_press"],
    "long": ["long", "L", "hold", "HOLD", "long_push", "long_press", "button_long_press"],
    "long_release": ["long_release", "hold_release", "CLEAR", "button_long_release"],
    "press": ["btn_down"],
    "release": ["release", "btn_up"],
}


@pytest.mark.parametrize(("standard", "written"), [(word, text) for word, texts in STANDARD.items() for text in texts])
def test_a_word_of_the_field_stands_for_its_standard_word(standard: str, written: str) -> None:
    assert press_word(written) == standard


def test_every_standard_word_is_spoken_by_some_device() -> None:
    assert set(STANDARD) == set(STANDARD_PRESSES)


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("Rotate_Left", "rotate_left"),
        ("1_double", "1_double"),
        ("brightness-up.2", "brightness-up.2"),
        ("double click", "double_click"),
        (" single \n", "single"),
        ("1", "1"),
        ("Öffnen", "öffnen"),
        ("ß", "ß"),
        ("x" * 64, "x" * 64),
    ],
)
def test_any_other_word_keeps_its_own_name_in_lower_case(written: str, word: str) -> None:
    assert press_word(written) == word


@pytest.mark.parametrize(
    "written",
    ["", " ", "x" * 65, '{"action":"single"}', '"single"', "a\nb", "a\tb", "*", ".", "_x", "-nan", "a/b", "a\0"],
)
def test_what_is_not_one_word_is_no_press(written: str) -> None:
    assert press_word(written) is None


@given(st.text())
def test_a_press_word_can_be_kept_among_others_and_is_no_family(written: str) -> None:
    word = press_word(written)
    assert word is None or (word.split() == [word] and len(word) <= 64 and word != "*" and word == word.lower())
