"""What is measured while things happen. Time is the test's own."""

from dataclasses import dataclass

import pytest

from bridge.dashboard.exposition import Histogram
from bridge.dashboard.measures import MAX_POLLED, Lags, RequestCounts
from bridge.events import Event, NotOffered, press_kind
from bridge.ifttt.identities import IdentityKey
from bridge.ifttt.service import TRIGGERS
from bridge.timeline.entry import Entry
from tests.unit.realtime.examples import key, opened

A, B = key("a"), key("b")


@dataclass
class Clock:
    """Monotonic seconds."""

    now_s: float = 100.0

    def __call__(self) -> float:
        """Read it."""
        return self.now_s


def _is_live(_identity: IdentityKey) -> bool:
    return True


def summed(*histograms: Histogram) -> list[tuple[int, object]]:
    return [(each.count, pytest.approx(each.sum)) for each in histograms]


def test_each_event_is_measured_from_the_receipt_of_its_own_message() -> None:
    lags = Lags(Clock(100.0))
    lags.committed([opened(1, "a"), opened(2, "b")], [99.0, 99.75], messages=7, took_s=0.5)
    assert summed(lags.wire_to_disk, lags.commit, lags.batch) == [(2, 1.25), (1, 0.5), (1, 7)]


def test_events_count_by_family_and_by_why_they_are_not_offered() -> None:
    lags = Lags(Clock())
    press = Event(home="h", device="d", entity="e", kind=press_kind("a_word_of_the_device"), ingredients={})
    entries = [Entry(1, "1", 0, press), opened(2, "a"), opened(3, "a", reason=NotOffered.LATE)]
    lags.committed(entries, [0.0] * 3, messages=3, took_s=0.0)
    assert lags.events == {("button", ""): 1, ("contact", ""): 1, ("contact", "late"): 1}


def test_a_poll_is_measured_from_the_first_telling_since_the_last_poll() -> None:
    clock = Clock(100.0)
    lags = Lags(clock)
    lags.told([(A, 0.25)], began_s=99.5)
    clock.now_s = 101.0
    lags.told([(A, 0.5)], began_s=100.5)
    clock.now_s = 103.0
    assert lags.awaiting_poll(_is_live) == 1
    lags.polled(A)
    lags.polled(A)
    assert summed(lags.disk_to_told, lags.told_to_polled) == [(2, 0.75), (1, 3.0)]
    assert lags.awaiting_poll(_is_live) == 0


def test_a_poll_that_overtakes_the_answer_to_the_telling_counts_as_at_once() -> None:
    clock = Clock(100.0)
    lags = Lags(clock)
    lags.polled(A)
    clock.now_s = 101.0
    lags.told([(A, 0.1)], began_s=99.0)
    assert (summed(lags.told_to_polled), lags.awaiting_poll(_is_live)) == ([(1, 0.0)], 0)
    lags.told([(A, 0.1)], began_s=100.5)
    assert (summed(lags.told_to_polled), lags.awaiting_poll(_is_live)) == ([(1, 0.0)], 1)


def test_polls_that_nobody_asked_for_measure_nothing() -> None:
    lags = Lags(Clock())
    lags.polled(A)
    lags.polled(A)
    assert summed(lags.told_to_polled) == [(0, 0.0)]


def test_nothing_is_kept_of_an_identity_that_ended() -> None:
    lags = Lags(Clock())
    lags.told([(A, 0.1)], began_s=99.0)
    lags.forget(A)
    lags.forget(B)
    lags.polled(A)
    assert (summed(lags.told_to_polled), lags.awaiting_poll(_is_live)) == ([(0, 0.0)], 0)


def test_an_identity_that_is_gone_is_awaited_no_longer() -> None:
    lags = Lags(Clock())
    lags.told([(A, 0.1), (B, 0.1)], began_s=99.0)
    assert lags.awaiting_poll(lambda identity: identity == B) == 1
    assert lags.awaiting_poll(_is_live) == 1


def test_memory_of_polls_is_bounded_and_the_oldest_goes_first() -> None:
    lags = Lags(Clock(100.0))
    for number in range(MAX_POLLED + 1):
        lags.polled(key(str(number)))
    lags.told([(key("0"), 0.1), (key("1"), 0.1)], began_s=99.0)
    assert (summed(lags.told_to_polled), lags.awaiting_poll(_is_live)) == ([(1, 0.0)], 1)


@pytest.mark.parametrize(
    ("method", "segments", "endpoint"),
    [
        ("POST", ("triggers", "door_opened"), "poll"),
        ("POST", ("actions", "turn_on_light"), "action"),
        ("POST", ("triggers", "door_opened", "fields", "door", "options"), "options"),
        ("POST", ("actions", "turn_on_light", "fields", "light", "options"), "options"),
        ("DELETE", ("triggers", "door_opened", "trigger_identity", "abc"), "identity"),
        ("GET", ("status",), "status"),
        ("POST", ("test", "setup"), "test_setup"),
        ("GET", ("user", "info"), "user_info"),
        ("GET", (), "other"),
        ("GET", ("triggers", "door_opened"), "other"),
        ("BREW", ("a-strangers-words",), "other"),
    ],
)
def test_requests_count_by_endpoint(method: str, segments: tuple[str, ...], endpoint: str) -> None:
    requests = RequestCounts()
    requests.served(method, segments, 204)
    assert +requests.by_endpoint == {(endpoint, "2xx"): 1}


def test_the_words_of_strangers_add_no_series() -> None:
    requests = RequestCounts()
    for number in range(1000):
        requests.served("POST", ("triggers", f"slug-{number}"), 404)
        requests.served("GET", (f"path-{number}",), 418)
    assert requests.polls == {("other", "4xx"): 1000} | {(slug, "2xx"): 0 for slug in TRIGGERS}
    assert requests.refused == {("400",): 0, ("401",): 0, ("404",): 1000, ("429",): 0, ("other",): 1000}
    assert +requests.by_endpoint == {("poll", "4xx"): 1000, ("other", "4xx"): 1000}
