"""Times as people read them, in the zone that their browser names."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.dashboard.local_time import LocalTime, at_ms, local_time

NOW: int = at_ms("2026-03-02T12:00:00Z")


@pytest.mark.parametrize(
    ("iso", "day", "moment"),
    [
        ("2026-03-02T11:59:58Z", "Today", "today at 12:59:58"),
        ("2026-03-01T23:30:00Z", "Today", "today at 00:30:00"),
        ("2026-03-01T22:30:00Z", "Yesterday", "1 March at 23:30"),
        ("2026-02-27T10:00:00Z", "Friday 27 February", "27 February at 11:00"),
        ("2025-12-31T22:59:00Z", "Wednesday 31 December 2025", "31 December 2025 at 23:59"),
    ],
)
def test_days_begin_at_midnight_of_the_zone(iso: str, day: str, moment: str) -> None:
    berlin = local_time("Europe/Berlin", NOW)
    assert berlin.name == "Europe/Berlin"
    assert (berlin.day(at_ms(iso)), berlin.moment(at_ms(iso)).text) == (day, moment)
    assert berlin.moment(at_ms(iso)).iso == iso


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"),
        (0, "just now"),
        (59, "59 s ago"),
        (7200, "2 h ago"),
        (40 * 86_400, "40 days ago"),
    ],
)
def test_how_long_ago_is_said_as_on_each_page(seconds: int, said: str) -> None:
    assert local_time("", NOW).ago(NOW - seconds * 1000).text == said


def test_what_is_typed_is_a_time_of_the_zone_on_its_day() -> None:
    berlin = local_time("Europe/Berlin", NOW)
    assert berlin.typed("2026-01-31T12:00") == at_ms("2026-01-31T11:00:00Z")
    assert berlin.typed("2026-07-31T12:00:30") == at_ms("2026-07-31T10:00:30Z")
    assert berlin.typed("") is None
    assert berlin.typed("tomorrow") is None


@given(st.text(max_size=80))
def test_whatever_a_browser_says_is_a_zone_or_utc(said: str) -> None:
    clock = local_time(said, NOW)
    assert clock.name in (said, "UTC")
    assert clock.clock(NOW).iso == "2026-03-02T12:00:00Z"


@pytest.mark.parametrize(
    "said", ["../../etc/passwd", "/etc/passwd", "Europe", "a\0b", "x" * 5000, "Europe/Nowhere", "..", "posixrules"]
)
def test_no_file_is_read_that_is_no_zone(said: str) -> None:
    assert local_time(said, NOW).clock(NOW).text


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_time_or_nothing(said: str) -> None:
    found = LocalTime(UTC, "UTC", NOW).typed(said)
    assert found is None or datetime.fromtimestamp(found // 1000, UTC).tzinfo is UTC
