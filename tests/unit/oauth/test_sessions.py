"""Signed-in browsers."""

import re

import pytest

from bridge.oauth.sessions import IDLE_S, LIFE_S, MAX_OF_USER, MAX_SESSIONS, Session, Sessions
from bridge.oauth.tokens import MAX_TOKEN_CHARACTERS


class Browsers:
    """Sessions, and a clock that is turned by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.sessions = Sessions(lambda: self.now_s)

    def found(self, *values: str) -> list[bool]:
        """Tell which of them are signed in."""
        return [self.sessions.find(value) is not None for value in values]


def test_a_session_is_found_by_its_cookie() -> None:
    browsers = Browsers()
    value = browsers.sessions.begin("u_1")
    assert browsers.sessions.find(value) == Session("u_1", 100.0)


def test_a_cookie_is_256_random_bits_and_only_its_digest_is_kept() -> None:
    browsers = Browsers()
    values = {browsers.sessions.begin(f"u_{number}") for number in range(100)}
    assert len(values) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", value) for value in values)
    assert not any(value in repr(vars(browsers.sessions)) for value in values)


@pytest.mark.parametrize("value", [None, "", "x", "\udcff", "x" * (MAX_TOKEN_CHARACTERS + 1)])
def test_any_other_cookie_finds_nothing_and_ends_nothing(value: str | None) -> None:
    browsers = Browsers()
    mine = browsers.sessions.begin("u_1")
    assert browsers.sessions.find(value) is None
    browsers.sessions.end(value)
    assert browsers.found(mine) == [True]


def test_a_session_ends_after_a_quarter_of_an_hour_without_a_visit() -> None:
    browsers = Browsers()
    value = browsers.sessions.begin("u_1")
    for _ in range(2):
        browsers.now_s += IDLE_S - 0.1
        assert browsers.found(value) == [True]
    browsers.now_s += IDLE_S
    assert browsers.found(value) == [False]


def test_a_session_ends_after_an_hour_whatever_its_browser_does() -> None:
    browsers = Browsers()
    value = browsers.sessions.begin("u_1")
    for _ in range(5):
        browsers.now_s += LIFE_S / 6
        assert browsers.found(value) == [True]
    browsers.now_s += LIFE_S / 6
    assert browsers.found(value) == [False]


def test_signing_out_ends_one_session_and_a_new_password_all_of_the_user() -> None:
    browsers = Browsers()
    one, two, three, other = (browsers.sessions.begin(user) for user in ("u_1", "u_1", "u_1", "u_2"))
    browsers.sessions.end(one)
    assert browsers.found(one, two, three, other) == [False, True, True, True]
    browsers.sessions.end_user("u_1")
    assert browsers.found(two, three, other) == [False, False, True]


def test_whoever_is_just_signing_in_can_ask_whether_all_sessions_were_ended_meanwhile() -> None:
    sessions = Browsers().sessions
    sessions.end_user("u_1")
    before = sessions.endings
    assert not sessions.ended_since(before, "u_1")
    sessions.end_user("u_2")
    assert (sessions.ended_since(before, "u_1"), sessions.ended_since(before, "u_2")) == (False, True)
    for number in range(2 * MAX_SESSIONS):
        sessions.end_user(f"u_{number}")
    assert len(sessions._ended) == MAX_SESSIONS, "it does not grow without bound"


def test_beyond_the_limit_of_a_user_the_eldest_session_of_that_user_goes() -> None:
    browsers = Browsers()
    other = browsers.sessions.begin("u_2")
    mine = [browsers.sessions.begin("u_1") for _ in range(MAX_OF_USER + 1)]
    assert browsers.found(other, *mine) == [True, False] + [True] * MAX_OF_USER


def test_beyond_the_limit_of_all_the_eldest_goes() -> None:
    browsers = Browsers()
    values = [browsers.sessions.begin(f"u_{number}") for number in range(MAX_SESSIONS + 1)]
    assert browsers.found(*values) == [False] + [True] * MAX_SESSIONS


def test_ended_sessions_take_no_place() -> None:
    browsers = Browsers()
    lively = browsers.sessions.begin("u_1")
    for _ in range(MAX_OF_USER - 1):
        browsers.sessions.begin("u_1")
    browsers.now_s += IDLE_S - 1
    browsers.sessions.find(lively)
    browsers.now_s += 1
    again = [browsers.sessions.begin("u_1") for _ in range(MAX_OF_USER - 1)]
    assert browsers.found(lively, *again) == [True] * MAX_OF_USER
