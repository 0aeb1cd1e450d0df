"""Asking the timeline: the right entries, from the right index."""

import sqlite3
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.events import ALARM_CLEARED, ALARM_RAISED, BUTTON, NotOffered, any_of
from bridge.storage.database import Database
from bridge.storage.events import FEW, GLANCE, Events
from bridge.timeline.entry import Entry, TimelineKey, keys_of
from bridge.timeline.timeline import Question
from tests.integration.storage.examples import commit, entry, execute

KINDS: Final = (
    "contact.opened",
    "contact.closed",
    "button.single",
    "button.double",
    "button",
    "button.",
    "buttons.x",
    "alarm.raised.leak",
    "alarm.raised.smoke",
    "alarm.cleared.leak",
)
WHERE: Final = ("elm-door", "elm-button", "oak-door", "oak-button")
HAPPENINGS: Final = st.lists(
    st.tuples(st.sampled_from(WHERE), st.sampled_from(KINDS), st.none() | st.sampled_from(NotOffered)), max_size=40
)
KEYS: Final = st.builds(
    TimelineKey,
    st.sampled_from(["elm", "oak", "ash"]),
    st.none() | st.sampled_from(WHERE),
    st.sampled_from([*KINDS, any_of(BUTTON), any_of(ALARM_RAISED), any_of(ALARM_CLEARED)]),
)
QUESTIONS: Final = st.builds(Question, KEYS, st.integers(0, 12) | st.integers(0, 45), st.integers(0, 50), st.none())
ABSENT: Final = tuple((f"elm-absent-{number}", 0) for number in range(FEW))


def naive(entries: list[Entry], question: Question) -> list[Entry]:
    """Answer by looking at everything there is."""
    shown = [
        each
        for each in entries
        if each.offered and each.seq >= question.start_seq and question.key in keys_of(each.event)
    ]
    return shown[::-1][: question.limit]


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=HAPPENINGS, questions=st.lists(QUESTIONS, min_size=1, max_size=10))
async def test_the_newest_are_what_looking_at_everything_would_find(
    database: Database,
    happened: list[tuple[str, str, NotOffered | None]],
    questions: list[Question],
) -> None:
    await execute(database, "DELETE FROM events", "DELETE FROM sqlite_sequence")
    entries = [entry(n, where, kind, reason=reason) for n, (where, kind, reason) in enumerate(happened, 1)]
    await commit(database, *entries)
    events = Events(database)
    for question in questions:
        assert await events.newest(question) == naive(entries, question)
        home = question.key.home
        of_home = [each for each in entries if each.seq > question.start_seq and each.event.home == home]
        assert await events.after(question.start_seq, question.limit, home=home) == of_home[: question.limit]
        assert await events.after(question.start_seq, question.limit) == entries[question.start_seq :][: question.limit]
    assert await events.newest_seq() == len(entries)


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    happened=st.lists(st.tuples(st.sampled_from(WHERE[:2]), st.sampled_from(KINDS[:4])), max_size=GLANCE * 2),
    often=st.sampled_from([1, 60]),
    begins=st.tuples(st.integers(0, 100), st.integers(0, 100)),
    only=st.sampled_from([WHERE[:1], WHERE[1:2], WHERE[:2]]),
    more=st.sampled_from([(), ABSENT]),
    limit=st.integers(0, 50),
)
async def test_the_newest_among_some_things_are_what_looking_at_everything_would_find(
    database: Database,
    happened: list[tuple[str, str]],
    often: int,
    begins: tuple[int, int],
    only: tuple[str, ...],
    more: tuple[tuple[str, int], ...],
    limit: int,
) -> None:
    await execute(database, "DELETE FROM events", "DELETE FROM sqlite_sequence")
    happened = [each for each in happened for _ in range(often)]
    entries = [entry(n, where, kind) for n, (where, kind) in enumerate(happened, 1)]
    await commit(database, *entries)
    among = tuple(zip(only, begins, strict=False)) + more
    since = dict(among)
    for kind in (*KINDS[:2], any_of(BUTTON)):
        question = Question(TimelineKey("elm", None, kind), 2, limit, among)
        seen = [each for each in entries if each.seq >= since.get(each.event.entity, len(entries) + 1)]
        assert await Events(database).newest(question) == naive(seen, question)


@pytest.mark.parametrize(
    ("key", "index"),
    [
        (TimelineKey("elm", "elm-door", "contact.opened"), "events_entity_kind"),
        (TimelineKey("elm", None, "contact.opened"), "events_home_kind"),
        (TimelineKey("elm", "elm-button", any_of(BUTTON)), "events_entity_press"),
        (TimelineKey("elm", None, any_of(BUTTON)), "events_home_press"),
        (TimelineKey("elm", "elm-leak", any_of(ALARM_RAISED)), "events_entity_alarm_raised"),
        (TimelineKey("elm", None, any_of(ALARM_RAISED)), "events_home_alarm_raised"),
        (TimelineKey("elm", "elm-leak", any_of(ALARM_CLEARED)), "events_entity_alarm_cleared"),
        (TimelineKey("elm", None, any_of(ALARM_CLEARED)), "events_home_alarm_cleared"),
    ],
)
@pytest.mark.parametrize("analysed", [False, True])
async def test_every_timeline_is_a_range_of_its_index(
    database: Database, key: TimelineKey, index: str, *, analysed: bool
) -> None:
    await commit(database, *(entry(n, WHERE[n % 4], KINDS[n % 4]) for n in range(1, 500)))
    if analysed:
        await execute(database, "ANALYZE")
    (plan,) = await explained(database, Question(key, start_seq=3))
    assert plan.startswith(f"SEARCH events USING INDEX {index} (")
    assert "seq>?" in plan


async def explained(database: Database, question: Question) -> list[str]:
    """Return the plan of the very statement that the question runs."""
    seen: list[str] = []

    def listen(connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(seen.append)

    def explain(connection: sqlite3.Connection) -> list[str]:
        connection.set_trace_callback(None)
        (statement,) = [each for each in seen if "FROM events" in each]
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]

    await database.read(listen)
    await Events(database).newest(question)
    return await database.read(explain)


async def test_a_timeline_begins_with_the_very_number_asked_for(database: Database) -> None:
    await commit(database, *(entry(n) for n in range(1, 6)))
    question = Question(TimelineKey("elm", None, "contact.opened"), start_seq=3)
    assert [each.seq for each in await Events(database).newest(question)] == [5, 4, 3]


async def test_what_comes_after_is_found_by_its_number(database: Database) -> None:
    await commit(database, *(entry(n) for n in range(1, 6)))
    events = Events(database)
    assert [each.seq for each in await events.after(2, 2)] == [3, 4]
    assert await events.after(5, 10) == []
    assert await events.after(0, 0) == []
