"""How people, their connections and their browsers are told of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.dashboard.household import browsers_of, device_of, people_of, since
from bridge.desk.rows import GrantRow, SignInRow, UserRow
from bridge.ifttt.ingredients import iso_time
from bridge.oauth.connection import LIMIT, State

NOW_MS = 1_770_000_000_000
HOUR_MS = 3_600_000
HOMES = {"elm": "Elm Street 4", "lake": "The lake house"}


def grant(user: str = "anna", *, state: State = State.CONNECTED, failed: int = 0, advice: str = "") -> GrantRow:
    at = iso_time(NOW_MS - 3 * HOUR_MS)
    return GrantRow("g1", user, "elm", "production", at, at, at, failed, LIMIT, None, None, "", state.value, advice)


def test_each_has_their_own_connections_and_who_looks_is_marked() -> None:
    users = [UserRow("anna", "elm", "u_1", owner=True), UserRow("ben", "lake", "u_2")]
    anna, ben = people_of(users, [grant("anna"), grant("anna")], HOMES, me="anna", now_ms=NOW_MS)
    assert (anna.me, anna.owner, len(anna.connections)) == (True, True, 2)
    assert (ben.me, ben.owner, ben.connections, ben.home) == (False, False, (), "The lake house")


def test_of_one_home_alone_nothing_is_said() -> None:
    users = [UserRow("anna", "elm", "u_1"), UserRow("ben", "gone", "u_2")]
    anna, ben = people_of(users, [], {"elm": "Elm Street 4"}, me="", now_ms=NOW_MS)
    assert (anna.home, ben.home) == ("", "gone")


def test_failed_checks_are_counted_towards_the_limit() -> None:
    [person] = people_of(
        [UserRow("anna", "elm", "u_1")],
        [grant(state=State.FAILING, failed=3, advice="connect again")],
        HOMES,
        me="anna",
        now_ms=NOW_MS,
    )
    [connection] = person.connections
    assert connection.pips == (*[True] * 3, *[False] * (LIMIT - 3))
    assert (connection.look, connection.advice) == ("bad", "Connect again.")
    assert connection.facts == "Connected 3 h ago, used last 3 h ago, checked well 3 h ago."


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_words(state: State) -> None:
    [person] = people_of([UserRow("anna", "elm", "u_1")], [grant(state=state)], HOMES, me="", now_ms=NOW_MS)
    assert person.connections[0].state != state.value


def test_this_browser_comes_first() -> None:
    at = iso_time(NOW_MS)
    rows = [SignInRow(id_, "anna", "", at, at) for id_ in ("aaaa", "bbbb")]
    found = browsers_of(rows, "bbbbcccc", now_ms=NOW_MS)
    assert [(each.id, each.this) for each in found] == [("bbbb", True), ("aaaa", False)]


def test_a_browser_is_called_by_what_people_call_it_else_by_its_own_words() -> None:
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1 Version/17.0 Mobile Safari/604.1"
    edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"
    assert device_of(phone) == "Safari on iPhone"
    assert device_of(edge) == "Edge on Windows"
    assert device_of("curl/8") == "curl/8"
    assert device_of("") == "A browser that does not say what it is"


@given(st.text(max_size=120))
def test_whatever_a_browser_says_it_is_called_something(said: str) -> None:
    assert device_of(said)


def test_what_a_clock_that_was_set_puts_into_the_future_was_just_now() -> None:
    assert since(iso_time(NOW_MS + HOUR_MS), NOW_MS) == "just now"
    assert since(None, NOW_MS) == "never"
