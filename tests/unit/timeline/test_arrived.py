"""How a message came, in a line and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.timeline.arrived import MOST_TOPIC_CHARACTERS, Arrived, line_of, live_line, read_line

topics = st.text(min_size=1, max_size=2 * MOST_TOPIC_CHARACTERS)
flags = st.tuples(st.booleans(), st.booleans())


@given(topics, st.integers(0, 2), st.floats(-10, 1e6), flags, st.none() | st.floats(0, 1e8))
def test_whatever_is_put_into_a_line_is_read_from_it(
    topic: str, qos: int, delay_s: float, said: tuple[bool, bool], away_s: float | None
) -> None:
    retained, duplicate = said
    line = line_of(topic, qos, delay_s, retained=retained, duplicate=duplicate, away_s=away_s)
    assert read_line(line) == Arrived(
        topic[:MOST_TOPIC_CHARACTERS],
        qos,
        retained=retained,
        duplicate=duplicate,
        delay_ms=max(0, int(delay_s * 1000)),
        backlog=away_s is not None,
        away_s=None if away_s is None else int(away_s),
    )


def test_an_absence_of_unknown_length_stays_unknown() -> None:
    line = line_of("home/bell", 1, 0.0, retained=False, duplicate=False, away_s=float("inf"))
    assert read_line(line) == Arrived("home/bell", 1, backlog=True, away_s=None)


def test_a_line_of_a_live_message_is_hardly_longer_than_its_topic() -> None:
    assert live_line("home/bell", 1, 0.002) == "1 2 home/bell"


@given(topics, st.floats(-10, 1e6))
def test_a_live_message_has_the_line_of_one_of_which_there_is_nothing_to_tell(topic: str, delay_s: float) -> None:
    line = line_of(topic, 1, delay_s, retained=False, duplicate=False, away_s=None)
    assert live_line(topic, 1, delay_s) == line


@pytest.mark.parametrize("line", ["", "1", "1 2", "1 2 ", "x 2 topic", "1 x topic", "1b 2 3 "])
def test_what_is_no_such_line_says_nothing(line: str) -> None:
    assert read_line(line) is None


@given(st.text())
def test_no_text_makes_reading_stumble(line: str) -> None:
    read_line(line)
