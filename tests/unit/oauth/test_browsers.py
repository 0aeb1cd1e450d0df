"""Browsers in which somebody has signed in before."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.oauth.browsers import MAX_ACCOUNTS, KnownBrowsers
from bridge.oauth.seals import KEY_BYTES, SEAL_CHARACTERS

BROWSERS = KnownBrowsers(b"k" * KEY_BYTES)
users = st.text(max_size=30)


@given(users, users)
def test_a_browser_is_known_to_the_user_who_signed_in_there_and_to_no_other(user: str, other: str) -> None:
    value = BROWSERS.issue(user)
    assert BROWSERS.known(value, user)
    assert (BROWSERS.known(value, other) is not None) == (user == other)


def test_each_browser_has_a_random_id_of_its_own_and_keeps_it() -> None:
    values = [BROWSERS.issue("u_1") for _ in range(100)]
    assert len({BROWSERS.known(value, "u_1") for value in values}) == 100
    assert BROWSERS.known(values[0], "u_1") == BROWSERS.known(values[0], "u_1")


def test_the_cookie_is_text_that_a_cookie_can_have_and_does_not_name_the_user() -> None:
    value = BROWSERS.issue("u_1")
    assert re.fullmatch(r"[A-Za-z0-9_.~-]{66}", value)
    assert "u_1" not in value


def test_a_cookie_outlives_a_restart_and_not_another_key() -> None:
    value = BROWSERS.issue("u_1")
    assert KnownBrowsers(b"k" * KEY_BYTES).known(value, "u_1")
    assert not KnownBrowsers(b"o" * KEY_BYTES).known(value, "u_1")


@given(st.data())
def test_a_cookie_with_any_character_changed_is_unknown(data: st.DataObject) -> None:
    value = BROWSERS.issue("u_1")
    place = data.draw(st.integers(0, len(value) - 1))
    instead = data.draw(st.characters().filter(lambda character: character != value[place]))
    assert BROWSERS.known(value[:place] + instead + value[place + 1 :], "u_1") is None


pieces = st.sampled_from(
    ["", ".", "~", "a" * 22, "b" * SEAL_CHARACTERS, "\udcff", "é", "=", " ", "\n", BROWSERS.issue("")]
)


@given(st.none() | st.text() | st.lists(pieces).map("".join))
def test_garbage_is_unknown(value: str | None) -> None:
    assert BROWSERS.known(value, "u_1") is None


@pytest.mark.parametrize("spoil", ["{0}\n", " {0}", "{0}.", ".{0}", "{0}~", "{0}..{0}", "{0}.x"])
def test_a_cookie_with_anything_beside_it_is_unknown(spoil: str) -> None:
    assert BROWSERS.known(spoil.format(BROWSERS.issue("u_1")), "u_1") is None


def test_a_cookie_is_read_only_as_far_as_one_of_ours_can_go() -> None:
    assert BROWSERS.known(".".join(BROWSERS.issue("u_1") for _ in range(MAX_ACCOUNTS)), "u_1")
    assert BROWSERS.known(".".join(BROWSERS.issue("u_1") for _ in range(MAX_ACCOUNTS + 1)), "u_1") is None


def test_several_people_may_share_a_browser_and_beyond_a_few_the_eldest_is_forgotten() -> None:
    value: str | None = None
    for number in range(MAX_ACCOUNTS + 1):
        value = BROWSERS.issue(f"u_{number}", value)
    known = [number for number in range(MAX_ACCOUNTS + 1) if BROWSERS.known(value, f"u_{number}")]
    assert known == list(range(1, MAX_ACCOUNTS + 1))


def test_signing_in_again_takes_no_place_of_another_account() -> None:
    value = BROWSERS.issue("u_other")
    for _ in range(2 * MAX_ACCOUNTS):
        value = BROWSERS.issue("u_1", value)
    assert BROWSERS.known(value, "u_other")
    assert value.count(".") == 1


@given(st.text())
def test_garbage_that_was_there_before_is_left_out(before: str) -> None:
    assert "." not in BROWSERS.issue("u_1", before)
