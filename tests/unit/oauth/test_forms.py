"""Anti-forgery tokens."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.oauth.forms import LIFE_S, FormTokens
from bridge.oauth.seals import KEY_BYTES

KEY = b"k" * KEY_BYTES
texts = st.text(max_size=5)
forms = st.tuples(texts, texts, texts)
FORM = ("browser", "consent", "client_id=ifttt&state=1")


class Clock:
    """Seconds, turned by hand."""

    def __init__(self, now_s: float = 1000.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        """Read it."""
        return self.now_s


@given(forms, forms)
def test_a_token_is_valid_for_the_form_that_it_was_issued_for_and_for_no_other(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    tokens = FormTokens(KEY, Clock())
    assert tokens.valid(tokens.issue(*one), *one)
    assert tokens.valid(tokens.issue(*one), *other) == (one == other)


@pytest.mark.parametrize(
    "other",
    [
        ("other", "consent", FORM[2]),
        ("browser", "revoke", FORM[2]),
        ("browser", "consent", "client_id=ifttt&state=2"),
        ("browserc", "onsent", FORM[2]),
        ("browser", "consentc", FORM[2][1:]),
    ],
)
def test_another_browser_purpose_or_request_makes_it_void(other: tuple[str, str, str]) -> None:
    tokens = FormTokens(KEY, Clock())
    assert not tokens.valid(tokens.issue(*FORM), *other)


def test_a_token_lives_for_an_hour_and_not_longer() -> None:
    clock = Clock()
    tokens = FormTokens(KEY, clock)
    token = tokens.issue(*FORM)
    clock.now_s += LIFE_S - 0.001
    assert tokens.valid(token, *FORM)
    clock.now_s += 0.001
    assert not tokens.valid(token, *FORM)


def test_a_token_that_says_it_was_issued_later_is_void() -> None:
    token = FormTokens(KEY, Clock(2000.0)).issue(*FORM)
    assert not FormTokens(KEY, Clock(1999.9)).valid(token, *FORM)
    issued, sealed = FormTokens(KEY, Clock()).issue(*FORM).split(".")
    assert not FormTokens(KEY, Clock()).valid(f"{int(issued) - 1}.{sealed}", *FORM)
    assert not FormTokens(KEY, Clock()).valid(f"0{issued}.{sealed}", *FORM)


def test_a_token_of_another_run_is_void() -> None:
    assert not FormTokens(KEY, Clock()).valid(FormTokens(b"o" * KEY_BYTES, Clock()).issue(*FORM), *FORM)


@given(st.text() | st.from_regex(r"\A[0-9]{1,20}\.[A-Za-z0-9_-]{40,46}\Z") | st.just("٣.\udcff"))
def test_garbage_is_void(token: str) -> None:
    assert not FormTokens(KEY, Clock()).valid(token, *FORM)


@given(st.data())
def test_a_token_with_any_character_changed_is_void(data: st.DataObject) -> None:
    tokens = FormTokens(KEY, Clock())
    token = tokens.issue(*FORM)
    place = data.draw(st.integers(0, len(token) - 1))
    instead = data.draw(st.characters().filter(lambda character: character != token[place]))
    assert not tokens.valid(token[:place] + instead + token[place + 1 :], *FORM)


def test_a_token_is_text_that_a_form_can_hold_as_it_is_and_tells_nothing_of_the_browser() -> None:
    token = FormTokens(KEY, Clock()).issue(*FORM)
    assert re.fullmatch(r"[0-9]+\.[A-Za-z0-9_-]{43}", token)
    assert "browser" not in token
