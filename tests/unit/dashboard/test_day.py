"""The last day of a thing, as it is drawn and as it is told."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bridge.dashboard.ago import DAY_MS, HOUR_MS
from bridge.dashboard.day import HEIGHT, HOURS, MOST_POINTS, WIDTH, Bars, Curve, Spans, day_of
from bridge.desk.house_rows import ChangeRow
from tests.unit.dashboard.things import NOW_MS, detail, thing

BEGIN_MS = NOW_MS - DAY_MS


def opened(at_ms: int) -> ChangeRow:
    return ChangeRow(at_ms, "contact.opened", "closed", "open")


def closed(at_ms: int) -> ChangeRow:
    return ChangeRow(at_ms, "contact.closed", "open", "closed")


def spans(state: str, changes: Sequence[ChangeRow] = (), since_ms: int | None = None, whole_ms: int = 0) -> Spans:
    drawn = day_of(detail(thing("contact", state, since_ms=since_ms), changes=tuple(changes)), NOW_MS, whole_ms)
    assert isinstance(drawn, Spans)
    return drawn


def bars(*moments: int) -> Bars:
    changes = tuple(ChangeRow(at_ms, "button.single", None, None) for at_ms in moments)
    drawn = day_of(detail(thing("button"), changes=changes), NOW_MS, BEGIN_MS)
    assert isinstance(drawn, Bars)
    return drawn


def test_a_door_that_opened_and_closed_is_drawn_from_what_it_was_before() -> None:
    day = spans("closed", [opened(BEGIN_MS + 6 * HOUR_MS), closed(BEGIN_MS + 12 * HOUR_MS)])
    assert [(span.x, span.width, span.lit) for span in day.spans] == [
        (0, 360, False),
        (360, 360, True),
        (720, 720, False),
    ]
    assert day.words == "Opened once in the last day, open for 6 h in all."


def test_a_door_that_stood_open_all_day_did_not_open() -> None:
    day = spans("open", since_ms=BEGIN_MS - HOUR_MS)
    assert [(span.x, span.width, span.lit) for span in day.spans] == [(0, WIDTH, True)]
    assert day.words == "Open for 24 h in all in the last day."


def test_what_was_before_the_first_word_ever_is_left_blank() -> None:
    day = spans("closed", since_ms=NOW_MS - 6 * HOUR_MS)
    assert [(span.x, span.width, span.lit) for span in day.spans] == [(1080, 360, False)]
    assert day.words == "Never open in the last 6 h."


def test_what_was_before_the_oldest_change_that_was_read_is_left_blank() -> None:
    day = spans("open", [opened(NOW_MS - HOUR_MS)], whole_ms=NOW_MS - 2 * HOUR_MS)
    assert [(span.x, span.lit) for span in day.spans] == [(1320, False), (1380, True)]


def test_how_long_it_had_been_so_before_the_first_word_ever_is_left_blank_too() -> None:
    row = detail(thing("contact", "closed"), changes=(opened(NOW_MS - 3 * HOUR_MS), closed(NOW_MS - HOUR_MS)))
    day = day_of(replace(row, known_before=False), NOW_MS, BEGIN_MS)
    assert isinstance(day, Spans)
    assert [(span.x, span.width, span.lit) for span in day.spans] == [(1260, 120, True), (1380, 60, False)]
    assert day.words == "Opened once in the last 3 h, open for 2 h in all."
    assert not day.is_whole
    assert spans("closed", [opened(BEGIN_MS + HOUR_MS), closed(BEGIN_MS + 2 * HOUR_MS)]).is_whole


def test_a_day_of_very_many_changes_is_whole_though_each_is_rounded() -> None:
    every_ms = 85_500  # 1.425 minutes: each span is drawn a little too narrow
    changes = [(opened, closed)[n % 2](BEGIN_MS + n * every_ms) for n in range(1, 1001)]
    assert spans("closed", changes).is_whole


def test_what_never_was_is_said_by_what_it_is() -> None:
    for kind, state, words in (("motion", "clear", "No motion"), ("smoke", "clear", "Never raised")):
        drawn = day_of(detail(thing(kind, state, since_ms=BEGIN_MS - 1)), NOW_MS, BEGIN_MS)
        assert drawn is not None
        assert drawn.words == f"{words} in the last day."


def test_a_state_that_came_without_an_event_is_drawn_from_its_own_moment() -> None:
    day = spans("closed", [opened(NOW_MS - 4 * HOUR_MS)], since_ms=NOW_MS - HOUR_MS)
    assert [(span.x, span.lit) for span in day.spans] == [(0, False), (1200, True), (1380, False)]


@given(
    st.lists(st.tuples(st.integers(BEGIN_MS - HOUR_MS, NOW_MS + HOUR_MS), st.booleans()), max_size=30),
    st.sampled_from(["open", "closed"]),
    st.none() | st.integers(BEGIN_MS - HOUR_MS, NOW_MS + HOUR_MS),
    st.integers(BEGIN_MS - HOUR_MS, NOW_MS),
)
def test_whatever_is_said_the_spans_lie_in_the_day_one_after_the_other(
    said: list[tuple[int, bool]], state: str, since_ms: int | None, whole_ms: int
) -> None:
    changes = [opened(at_ms) if is_open else closed(at_ms) for at_ms, is_open in sorted(said)]
    day = spans(state, changes, since_ms, whole_ms)
    reached = 0.0
    for span in day.spans:
        assert span.x >= reached - 0.2  # rounded to tenths
        assert span.width >= 0
        reached = span.x + span.width
    assert reached <= WIDTH + 0.2


def test_presses_are_told_of_the_time_that_is_known() -> None:
    changes = (ChangeRow(NOW_MS - 1, "button.single", None, None),)
    drawn = day_of(detail(thing("button"), changes=changes), NOW_MS, NOW_MS - 3 * HOUR_MS)
    assert drawn is not None
    assert drawn.words == "Once in the last 3 h."


def test_presses_are_counted_by_the_hour() -> None:
    day = bars(NOW_MS - 1, NOW_MS - 2, NOW_MS - HOUR_MS, BEGIN_MS + 1)
    assert (day.heights[-1], day.heights[-2], day.heights[0]) == (HEIGHT, HEIGHT / 2, HEIGHT / 2)
    assert (len(day.heights), day.most, day.words) == (HOURS, 2, "4 times in the last day.")


def test_without_a_press_it_is_said_that_there_was_none() -> None:
    assert bars().words == "Not once in the last day."
    assert bars(BEGIN_MS - HOUR_MS, NOW_MS + HOUR_MS).words == "Not once in the last day."


@given(st.lists(st.tuples(st.integers(BEGIN_MS, NOW_MS), st.floats(-1e12, 1e12)), min_size=1, max_size=1000))
def test_a_curve_of_any_numbers_stays_in_its_frame(readings: list[tuple[int, float]]) -> None:
    day = day_of(detail(thing("sensor", "1", unit="W"), readings=tuple(sorted(readings))), NOW_MS, BEGIN_MS)
    assert isinstance(day, Curve)
    points = [tuple(map(float, point.split(","))) for point in day.points.split()]
    assert len(points) <= MOST_POINTS + 1
    assert all(0 <= x <= WIDTH and -0.1 <= y <= HEIGHT + 0.1 for x, y in points)
    assert points[-1][0] == WIDTH


def test_a_curve_says_between_which_numbers_it_went() -> None:
    readings = ((BEGIN_MS, 19.5), (NOW_MS - HOUR_MS, 22.0), (NOW_MS, 21.0))
    day = day_of(detail(thing("sensor", "21", unit="°C"), readings=readings), NOW_MS, BEGIN_MS)
    assert isinstance(day, Curve)
    assert (day.top, day.bottom) == ("22 °C", "19.5 °C")
    assert day.words == "Between 19.5 °C and 22 °C in the last day."


def test_where_nothing_is_known_nothing_is_drawn() -> None:
    assert day_of(detail(thing("sensor", "21")), NOW_MS, BEGIN_MS) is None
    assert day_of(detail(thing("contact")), NOW_MS, BEGIN_MS) is None
    assert day_of(detail(thing("battery", "80")), NOW_MS, BEGIN_MS) is None
