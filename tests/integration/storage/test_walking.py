"""Walking backward through everything that happened in a home: the right entries, each once, by a short look."""

import sqlite3
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.events import CONTACT_CLOSED, CONTACT_OPENED, NotOffered
from bridge.storage import walking
from bridge.storage.database import Database
from bridge.storage.events import Events
from bridge.storage.walking import LOOKED_AT
from bridge.timeline.entry import Entry
from bridge.timeline.history import Walk
from tests.integration.storage.examples import NOON_MS, commit, entry, execute

WHERE: Final = ("elm-door", "elm-button", "oak-door")
KINDS: Final = (CONTACT_OPENED, CONTACT_CLOSED, "button.single")
HAPPENINGS: Final = st.lists(
    st.tuples(st.sampled_from(WHERE), st.sampled_from(KINDS), st.none() | st.sampled_from(NotOffered)), max_size=30
)
TIMES: Final = st.none() | st.integers(NOON_MS - 1, NOON_MS + 35)
WALKS: Final = st.builds(
    Walk,
    st.sampled_from(["elm", "oak", "ash"]),
    st.integers(1, 8),
    st.none() | st.integers(0, 35),
    device=st.none() | st.sampled_from(WHERE),
    entity=st.none() | st.sampled_from(WHERE),
    kind=st.sampled_from(["", "contact", "contact.opened", "button."]),
    from_ms=TIMES,
    until_ms=TIMES,
)


def naive(entries: list[Entry], walk: Walk) -> list[Entry]:
    """Answer by looking at everything there is."""
    return [
        each
        for each in reversed(entries)
        if each.event.home == walk.home
        and walk.device in (None, each.event.device)
        and (walk.before_seq is None or each.seq < walk.before_seq)
        and walk.wants(each.event.kind, each.event.entity, each.recorded_at_ms)
    ]


async def walk_to_the_end(events: Events, walk: Walk) -> list[Entry]:
    """Go on page by page."""
    found: list[Entry] = []
    while True:
        page = await events.walk(walk)
        found += page.entries
        assert len(page.entries) <= walk.limit
        if page.before_seq is None:
            return found
        walk = Walk(
            walk.home,
            walk.limit,
            page.before_seq,
            walk.device,
            walk.entity,
            walk.kind,
            walk.from_ms,
            walk.until_ms,
        )


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=HAPPENINGS, walks=st.lists(WALKS, min_size=1, max_size=10))
async def test_page_after_page_it_is_what_looking_at_everything_would_find(
    database: Database, happened: list[tuple[str, str, NotOffered | None]], walks: list[Walk]
) -> None:
    await execute(database, "DELETE FROM events", "DELETE FROM sqlite_sequence")
    entries = [entry(number, where, kind, reason=reason) for number, (where, kind, reason) in enumerate(happened, 1)]
    if entries:
        await commit(database, *entries)
    for walk in walks:
        assert await walk_to_the_end(Events(database), walk) == naive(entries, walk)


async def test_a_rare_thing_is_not_looked_for_through_all_there_is_at_once(database: Database) -> None:
    await commit(database, entry(1, kind="button.single"))
    await commit(database, *(entry(seq) for seq in range(2, LOOKED_AT + 100)))
    page = await Events(database).walk(Walk("elm", 10, kind="button"))
    assert page.entries == []
    assert page.before_seq == 100
    rest = await Events(database).walk(Walk("elm", 10, page.before_seq, kind="button"))
    assert ([each.seq for each in rest.entries], rest.before_seq) == ([1], None)


async def test_what_a_quiet_device_did_is_found_at_once_whatever_others_do(database: Database) -> None:
    await commit(database, entry(1, "elm-cellar"), entry(2, "elm-cellar", reason=NotOffered.HIDDEN))
    await commit(database, *(entry(seq) for seq in range(3, LOOKED_AT + 100)))
    page = await Events(database).walk(Walk("elm", 10, device="elm-cellar"))
    assert ([each.seq for each in page.entries], page.before_seq) == ([2, 1], None)


@pytest.mark.parametrize(("device", "scope"), [(None, "home"), ("elm-door", "device")])
async def test_both_ranges_are_read_from_their_indexes_without_sorting(
    database: Database, device: str | None, scope: str
) -> None:
    plans: list[str] = []

    def question(connection: sqlite3.Connection) -> None:
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        walking.walked(connection, Walk("elm", 5, device=device))
        connection.set_trace_callback(None)
        plans.extend(str(row[3]) for sql in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}"))

    await commit(database, entry(1))
    await database.read(question)
    assert len(plans) == 2
    assert f"USING INDEX events_{scope} " in plans[0]
    assert f"USING INDEX events_{scope}_kept_back " in plans[1]


async def test_of_ids_that_begin_alike_all_are_found_with_how_their_messages_came(database: Database) -> None:
    first = entry(1)
    await commit(database, Entry(1, "aabb01", first.recorded_at_ms, first.event, "1 2 home/door"))
    await commit(database, Entry(2, "aabb02", first.recorded_at_ms, first.event), Entry(3, "aac", 0, first.event))
    events = Events(database)
    found = await events.beginning("aabb", 5)
    assert [(each.seq, each.arrived) for each in found] == [(1, "1 2 home/door"), (2, None)]
    assert [each.seq for each in await events.beginning("aabb02", 5)] == [2]
    assert await events.beginning("ffffff", 5) == []
    assert [each.seq for each in await events.latest()] == [3]
