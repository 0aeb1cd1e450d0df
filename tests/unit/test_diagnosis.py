"""What is blotted out of a diagnosis."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.diagnosis import BLOT, Blotter


def test_a_short_word_is_blotted_out_where_it_stands_alone() -> None:
    blotted = Blotter(["on", "anna"])
    assert (
        blotted("Anna is on; the connection to anna-2 is gone")
        == f"{BLOT} is {BLOT}; the connection to {BLOT}-2 is gone"
    )


def test_a_long_word_is_blotted_out_wherever_it_is() -> None:
    assert Blotter(["a-secret-key"])("key=xa-secret-keyx") == f"key=x{BLOT}x"


def test_of_two_words_the_longer_one_goes_as_a_whole() -> None:
    assert Blotter(["home", "home/door/state"])("on home/door/state") == f"on {BLOT}"


def test_where_there_is_nothing_to_blot_out_all_stays() -> None:
    assert Blotter(["", "x"])("a text of x") == "a text of x"


@given(st.lists(st.text(min_size=8), min_size=1, max_size=5), st.lists(st.text(max_size=20), max_size=5))
def test_no_long_word_is_left_whatever_is_around_it(words: list[str], around: list[str]) -> None:
    said = Blotter(words)("".join(part for pair in zip(words, [*around, *[""] * 5], strict=False) for part in pair))
    assert not [word for word in words if word in said and BLOT not in word]
