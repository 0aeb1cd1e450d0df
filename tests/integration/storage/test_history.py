"""The history of a home and of a device: the right entries, from an index."""

import sqlite3
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.events import NotOffered
from bridge.storage.database import Database
from bridge.storage.events import Events
from bridge.storage.settings import CURSOR_KEY, KeptSettings
from bridge.timeline.entry import Entry
from bridge.timeline.history import Page
from tests.integration.storage.examples import commit, entry, execute

WHERE: Final = ("elm-door", "elm-button", "oak-door")
HAPPENINGS: Final = st.lists(st.tuples(st.sampled_from(WHERE), st.none() | st.sampled_from(NotOffered)), max_size=30)
PAGES: Final = st.builds(
    Page,
    st.sampled_from(["elm", "oak", "ash"]),
    st.none() | st.sampled_from(WHERE),
    st.integers(0, 35),
    st.integers(0, 50),
    st.none() | st.integers(0, 35),
)


def naive(entries: list[Entry], page: Page) -> list[Entry]:
    """Answer by looking at everything there is."""
    told = [
        each
        for each in entries
        if each.event.home == page.home
        and page.device in (None, each.event.device)
        and each.seq >= page.since_seq
        and (page.before_seq is None or each.seq < page.before_seq)
        and each.event.reason in (None, NotOffered.LATE, NotOffered.CHANGED_WHILE_AWAY)
    ]
    return told[::-1][: page.limit]


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=HAPPENINGS, pages=st.lists(PAGES, min_size=1, max_size=10))
async def test_history_is_what_looking_at_everything_would_find(
    database: Database, happened: list[tuple[str, NotOffered | None]], pages: list[Page]
) -> None:
    await execute(database, "DELETE FROM events", "DELETE FROM sqlite_sequence")
    entries = [entry(number, where, reason=reason) for number, (where, reason) in enumerate(happened, 1)]
    if entries:
        await commit(database, *entries)
    for page in pages:
        assert await Events(database).history(page) == naive(entries, page)


@pytest.mark.parametrize(("device", "index"), [(None, "events_home"), ("elm-door", "events_device")])
async def test_a_page_is_read_from_its_index_without_sorting(
    database: Database, device: str | None, index: str
) -> None:
    plans: list[str] = []

    def look(connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(plans.append)

    await database.read(look)
    await Events(database).history(Page("elm", device, 0, 10, 50))
    (asked,) = (sql for sql in plans if "FROM events" in sql)
    plan = await database.read(
        lambda connection: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked}").fetchall()]
    )
    assert len(plan) == 1
    assert f"SEARCH events USING INDEX {index} " in plan[0]


@pytest.mark.parametrize("device", [None, "elm-door"])
async def test_what_was_hidden_costs_a_page_nothing(database: Database, device: str | None) -> None:
    hidden = [entry(number, "elm-door", reason=NotOffered.HIDDEN) for number in range(2, 2000)]
    await commit(database, entry(1, "elm-door"), *hidden, entry(2000, "elm-door", reason=NotOffered.LATE))
    steps: list[int] = []

    def look(connection: sqlite3.Connection) -> None:
        connection.set_progress_handler(lambda: steps.append(1), 1)

    await database.read(look)
    page = await Events(database).history(Page("elm", device, 0, 10))
    assert [each.seq for each in page] == [2000, 1]
    assert 0 < len(steps) < 1000, "SQLite took steps for each hidden one"


async def test_the_key_of_the_cursors_is_made_once(database: Database) -> None:
    kept = KeptSettings(database)
    assert await kept.kept_first(CURSOR_KEY, "first") == "first"
    assert await kept.kept_first(CURSOR_KEY, "second") == "first"


async def test_the_latest_of_each_device_is_that_of_its_home_and_what_did_happen(database: Database) -> None:
    entries = [
        entry(1, "elm-door"),
        entry(2, "elm-button"),
        entry(3, "elm-door", reason=NotOffered.LATE),
        entry(4, "elm-door", reason=NotOffered.HIDDEN),
        entry(5, "oak-door"),
    ]
    await commit(database, *entries)
    found = await Events(database).last_of("elm", ["elm-door", "elm-button", "oak-door", "nobody"])
    assert {device: each.seq for device, each in found.items()} == {"elm-door": 3, "elm-button": 2}
    assert await Events(database).last_of("elm", []) == {}
