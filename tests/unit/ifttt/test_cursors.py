"""A cursor leads on from a page for whom it was made, and for nobody and nothing else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadInput
from bridge.ifttt.cursors import LIFE_MS, Asked, Cursors

NOW_MS = 1_770_000_000_000
ASKED = Asked("u_1", "event_history", {"device": "any"})
CURSORS = Cursors(b"a key")
CURSOR = CURSORS.make(ASKED, "41", now_ms=NOW_MS)
anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.lists(st.text())


def test_a_cursor_says_where_its_page_ended_until_it_is_too_old() -> None:
    for later in (0, 1, LIFE_MS):
        assert CURSORS.read(ASKED, CURSOR, now_ms=NOW_MS + later) == "41"
    with pytest.raises(BadInput, match="too old"):
        CURSORS.read(ASKED, CURSOR, now_ms=NOW_MS + LIFE_MS + 1)


@pytest.mark.parametrize(
    "asked",
    [
        Asked("u_2", "event_history", {"device": "any"}),
        Asked("u_1", "list_devices", {"device": "any"}),
        Asked("u_1", "event_history", {"device": "front-door"}),
        Asked("u_1", "event_history", {"kind": "any"}),
        Asked("u_1", "event_history", {}),
    ],
)
def test_another_users_querys_or_fields_cursor_is_refused(asked: Asked) -> None:
    with pytest.raises(BadInput):
        CURSORS.read(asked, CURSOR, now_ms=NOW_MS)


def test_a_cursor_of_another_database_is_refused() -> None:
    with pytest.raises(BadInput):
        Cursors(b"another key").read(ASKED, CURSOR, now_ms=NOW_MS)


@pytest.mark.parametrize("absent", [None, ""])
def test_no_cursor_means_the_beginning(absent: object) -> None:
    assert CURSORS.read(ASKED, absent, now_ms=NOW_MS) is None


@given(anything)
def test_nothing_that_was_not_made_here_is_a_cursor(given_cursor: object) -> None:
    if given_cursor is None or given_cursor == "":
        return
    with pytest.raises(BadInput):
        CURSORS.read(ASKED, given_cursor, now_ms=NOW_MS)


@given(st.integers(0, len(base64.urlsafe_b64decode(CURSOR + "==")) - 1), st.integers(1, 255))
def test_a_cursor_that_was_tampered_with_is_refused(at: int, flipped: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(CURSOR + "=" * (-len(CURSOR) % 4)))
    raw[at] ^= flipped
    with pytest.raises(BadInput):
        CURSORS.read(ASKED, base64.urlsafe_b64encode(raw).decode().rstrip("="), now_ms=NOW_MS)


@given(st.text(max_size=200))
def test_every_position_comes_back_as_it_was(position: str) -> None:
    try:
        position.encode()
    except UnicodeEncodeError:
        return
    assert CURSORS.read(ASKED, CURSORS.make(ASKED, position, now_ms=NOW_MS), now_ms=NOW_MS) == position
