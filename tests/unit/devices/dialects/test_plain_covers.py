"""Covers, with and without positions, in plain words and in JSON, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.commands import Command, Publication, Wish
from bridge.devices.dialects.plain_cover import CoverWords, PlainCover, Positions
from bridge.devices.reading import StateReading
from bridge.errors import UnreadableMessage

ENDS = PlainCover("blind", "blind/set")
BLIND = PlainCover("blind", "blind/set", positions=Positions("blind/position", None, "blind/position/set"))
ZIGBEE = PlainCover(
    "blind",
    "blind/set",
    CoverWords(is_open="OPEN", is_closed="CLOSE"),
    ("state",),
    Positions("blind", ("position",)),
)
SHARED = PlainCover("blind", "blind/set", positions=Positions("blind"))
REVERSED = PlainCover("blind", "blind/set", positions=Positions("p", None, "p/set", opened=0, closed=255))


@pytest.mark.parametrize("word", ["open", "opening", "closed", "closing", "stopped"])
def test_its_words_are_states(word: str) -> None:
    assert ENDS.read("blind", word.encode()) == StateReading(word)


@pytest.mark.parametrize(
    ("cover", "topic", "payload", "reading"),
    [
        (BLIND, "blind/position", b"30", StateReading(position=30)),
        (BLIND, "blind/position", b" 29.6 ", StateReading(position=30)),
        (BLIND, "blind/position", b"0.2", StateReading(position=1)),
        (BLIND, "blind/position", b"-1", None),
        (BLIND, "blind/position", b"101", None),
        (BLIND, "blind/position", b"", None),
        (BLIND, "blind/position", b"unknown", None),
        (REVERSED, "p", b"255", StateReading(position=0)),
        (REVERSED, "p", b"0", StateReading(position=100)),
        (ZIGBEE, "blind", b'{"state":"OPEN","position":50,"battery":80}', StateReading("open", position=50)),
        (ZIGBEE, "blind", b'{"state":"CLOSE","position":0}', StateReading("closed", position=0)),
        (ZIGBEE, "blind", b'{"state":"OPEN","position":null}', StateReading("open")),
        (ZIGBEE, "blind", b'{"position":50}', StateReading("open", position=50)),
        (ZIGBEE, "blind", b'{"position":0}', StateReading("closed", position=0)),
        (ZIGBEE, "blind", b'{"battery":80}', None),
        (SHARED, "blind", b"40", StateReading("open", position=40)),
        (SHARED, "blind", b"0", StateReading("closed", position=0)),
        (SHARED, "blind", b"closing", StateReading("closing")),
        (ENDS, "blind", b"", None),
        (ENDS, "blind", b"unavailable", None),
    ],
)
def test_words_and_positions_are_understood(
    cover: PlainCover, topic: str, payload: bytes, reading: StateReading | None
) -> None:
    assert cover.read(topic, payload) == reading


@pytest.mark.parametrize(
    ("cover", "topic", "payload"),
    [
        (ENDS, "blind", b"OPEN"),
        (ENDS, "blind", b"50"),
        (BLIND, "blind", b"50"),
        (BLIND, "blind/position", b"half"),
        (SHARED, "blind", b"half"),
        (ZIGBEE, "blind", b'{"state":"half","position":50}'),
        (ZIGBEE, "blind", b"OPEN"),
    ],
)
def test_anything_else_is_unreadable(cover: PlainCover, topic: str, payload: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        cover.read(topic, payload)


def test_it_speaks_on_each_topic_once() -> None:
    assert BLIND.state_topics == ("blind", "blind/position")
    assert ENDS.state_topics == ZIGBEE.state_topics == SHARED.state_topics == ("blind",)


def sent(cover: PlainCover, wish: Wish, position: int | None = None) -> tuple[Publication, ...]:
    return cover.write(Command("home", "blind", wish, position=position))


@pytest.mark.parametrize("word", ["OPEN", "CLOSE", "STOP"])
def test_orders_are_its_words(word: str) -> None:
    assert sent(ENDS, Wish[word]) == (Publication("blind/set", word.encode()),)
    assert sent(ZIGBEE, Wish[word]) == (Publication("blind/set", b'{"state":"%s"}' % word.encode()),)


@pytest.mark.parametrize(
    ("cover", "position", "publication"),
    [
        (BLIND, 30, Publication("blind/position/set", b"30")),
        (BLIND, 0, Publication("blind/position/set", b"0")),
        (REVERSED, 0, Publication("p/set", b"255")),
        (REVERSED, 50, Publication("p/set", b"127")),
        (ZIGBEE, 30, Publication("blind/set", b'{"position":30}')),
        (ENDS, 0, Publication("blind/set", b"CLOSE")),
        (ENDS, 100, Publication("blind/set", b"OPEN")),
    ],
)
def test_a_position_is_told_where_the_cover_takes_it(
    cover: PlainCover, position: int, publication: Publication
) -> None:
    assert sent(cover, Wish.SET_POSITION, position) == (publication,)


def test_a_cover_that_knows_only_its_ends_takes_nothing_between_them() -> None:
    assert sent(ENDS, Wish.SET_POSITION, 50) == ()
    assert sent(ENDS, Wish.TURN_ON) == ()


@given(st.integers(0, 100), st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_what_it_is_told_it_says_again(percent: int, opened: int, closed: int) -> None:
    if abs(opened - closed) < 100:
        return  # coarser than percent
    cover = PlainCover("s", "c", positions=Positions("p", None, "p/set", opened, closed))
    [told] = sent(cover, Wish.SET_POSITION, percent)
    reading = cover.read("p", told.payload)
    assert isinstance(reading, StateReading)
    assert reading.position is not None
    assert abs(reading.position - percent) <= 1
