"""Erasing what is old, on a real file: what triggers show stays as it is, and the file stays as small as it may be."""

import multiprocessing
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.devices.last_known import MAX_PRESSES, EntityState
from bridge.events import ALARM_CLEARED, ALARM_RAISED, BUTTON, NotOffered, any_of, press_kind
from bridge.ifttt.service import timeline_of
from bridge.retention import AGAIN_MS, LOOK_S, Retention
from bridge.storage.database import Database, open_database
from bridge.storage.events import Events
from bridge.storage.identities import TriggerIdentities
from bridge.storage.journal import Journal
from bridge.storage.migrate import migrate
from bridge.storage.retention import Erasures
from bridge.timeline.batch import Batch
from bridge.timeline.entry import TimelineKey
from bridge.timeline.history import Page
from bridge.timeline.retention import DAY_MS, Limits, Size
from bridge.timeline.timeline import WINDOW, Question
from tests.integration.storage.examples import add_user, commit, entry, execute, identity

WHERE: Final = ("elm-door", "elm-button", "oak-button")
KINDS: Final = ("contact.opened", "button.single", "button.double", "alarm.raised.leak", "alarm.cleared.leak")
FAMILIES: Final = tuple(any_of(family) for family in (BUTTON, ALARM_RAISED, ALARM_CLEARED))
EVERY_QUESTION: Final = tuple(
    Question(TimelineKey(home, entity, kind), start, limit, among)
    for home in ("elm", "oak")
    for entity in (None, *(each for each in WHERE if each.startswith(home)))
    for kind in (*KINDS, *FAMILIES)
    for start, limit in ((0, WINDOW), (90, WINDOW), (0, 3))
    for among in ((None, (("elm-door", 0), ("elm-button", 60))) if entity is None else (None,))
)
RUNS: Final = st.lists(
    st.tuples(
        st.integers(1, 90), st.sampled_from(WHERE), st.sampled_from(KINDS), st.none() | st.sampled_from(NotOffered)
    ),
    min_size=1,
    max_size=12,
)
"""How often in a row something happens, where, what, and whether it is offered."""

LONG: Final = Limits(400 * DAY_MS, 1_000_000_000)
ROOM: Final = Size(1_000_000, 0, 0, shrinkable=True)
CROWDED: Final = Size(900_000_000, 0, 0, shrinkable=True)
URGENT: Final = Size(999_000_000, 0, 0, shrinkable=True)


class Sized(Erasures):
    """A register on a disk that is as full as a test wants it to be; None: as it is."""

    reported: Size | None = ROOM

    async def size(self) -> Size:
        """Tell what the test says."""
        return self.reported or await super().size()


class Home:
    """A home whose database is tidied on a run clock that is turned by hand."""

    def __init__(self, database: Database, limits: Limits = LONG) -> None:
        self.database, self.limits = database, limits
        self.register = Sized(database)
        self.run_ms = self.seq = 0
        self.retention = Retention(
            self.register, lambda: self.limits, lambda: self.run_ms, lambda: self.seq, lambda: False
        )

    async def happens(
        self, count: int = 1, where: str = "elm-door", kind: str = "contact.opened", reason: NotOffered | None = None
    ) -> None:
        """Let the same happen so often."""
        await commit(self.database, *(entry(self.seq + n, where, kind, reason=reason) for n in range(1, count + 1)))
        self.seq += count

    async def run(self, days: int = 0) -> None:
        """Let the bridge run for so many days; it tidies on each of them."""
        for _ in range(days):
            self.run_ms += DAY_MS
            await self.tidy()

    async def tidy(self) -> None:
        """Tidy until there is nothing more to do."""
        while await self.retention.step() < LOOK_S:
            pass

    async def seqs(self) -> list[int]:
        """Return which entries there are."""
        rows = await self.database.read(lambda c: c.execute("SELECT seq FROM events ORDER BY seq").fetchall())
        return [row[0] for row in rows]

    async def answers(self) -> list[object]:
        """Return the answer to every question."""
        events = Events(self.database)
        return [await events.newest(question) for question in EVERY_QUESTION]


@settings(max_examples=12, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=RUNS, keep_days=st.integers(1, 6), size=st.sampled_from([ROOM, CROWDED, URGENT]))
async def test_no_answer_of_a_trigger_changes_and_what_stays_is_bounded(
    database: Database, runs: list[tuple[int, str, str, NotOffered | None]], keep_days: int, size: Size
) -> None:
    await execute(database, "DELETE FROM events", "DELETE FROM run_marks", "DELETE FROM sqlite_sequence")
    home = Home(database, Limits(keep_days * DAY_MS, LONG.max_bytes))
    for count, where, kind, reason in runs:
        await home.happens(count, where, kind, reason)
        before = await home.answers()
        home.register.reported = size
        await home.run(days=1)
        assert await home.answers() == before
    home.register.reported = ROOM
    await home.run(days=keep_days + 2)
    assert len(await home.seqs()) <= WINDOW * len({run[1:3] for run in runs if run[3] is None})
    assert await Events(database).newest_seq() == home.seq


async def test_what_the_bridge_ran_longer_ago_than_events_are_kept_goes_but_for_the_newest(database: Database) -> None:
    home = Home(database)
    await home.happens(120)
    await home.tidy()
    await home.run(days=399)
    assert len(await home.seqs()) == 120
    await home.run(days=2)
    assert await home.seqs() == [*range(71, 121)]
    assert home.retention.erased == 70


async def test_events_from_before_age_was_counted_are_as_old_as_the_first_mark(database: Database) -> None:
    home = Home(database)
    await home.happens(60)
    home.run_ms = 5000 * DAY_MS  # it has run for long, and this is the first start that counts
    await home.tidy()
    assert len(await home.seqs()) == 60
    await home.run(days=401)
    assert len(await home.seqs()) == WINDOW


async def test_other_limits_count_at_once(database: Database) -> None:
    home = Home(database)
    await home.happens(60)
    await home.tidy()
    await home.run(days=10)
    home.limits = Limits(9 * DAY_MS, LONG.max_bytes)
    await home.tidy()
    assert len(await home.seqs()) == WINDOW


async def test_what_stayed_among_the_newest_goes_when_newer_ones_have_come(database: Database) -> None:
    home = Home(database, Limits(DAY_MS, LONG.max_bytes))
    await home.happens(50)
    await home.run(days=3)
    await home.happens(50)
    assert len(await home.seqs()) == 100
    await home.run(days=1)
    assert await home.seqs() == [*range(51, 101)], "the old ones are old enough, and not among the newest any more"


async def test_a_crowded_disk_loses_the_oldest_first_and_only_as_many_as_it_must(database: Database) -> None:
    home = Home(database)
    await home.happens(5000)
    home.register.reported = CROWDED
    while not home.retention.erased:
        await home.retention.step()
    home.register.reported = ROOM
    await home.tidy()
    kept = await home.seqs()
    assert kept == [*range(5001 - len(kept), 5001)]
    assert 0 < home.retention.erased < 5000 - WINDOW


async def test_where_only_what_must_stay_is_left_that_is_said_and_not_looked_at_all_the_time(
    database: Database,
) -> None:
    home = Home(database)
    await home.happens(40)
    home.register.reported = CROWDED
    await home.tidy()
    assert home.retention.without_room
    assert await home.retention.step() == LOOK_S
    home.run_ms += AGAIN_MS
    assert await home.retention.step() < LOOK_S
    home.register.reported = ROOM
    await home.tidy()
    assert not home.retention.without_room
    assert len(await home.seqs()) == 40


async def test_a_button_that_says_ever_new_words_does_not_keep_fifty_of_each(database: Database) -> None:
    home = Home(database, Limits(DAY_MS, LONG.max_bytes))
    words = tuple(f"known_{number}" for number in range(MAX_PRESSES))
    states = {"elm-button": EntityState(presses=words), "elm-other": EntityState(presses=("of_another",))}
    await Journal(database).commit(Batch(states=states))
    user = await add_user(database)
    fields = {"button": "elm-button", "press": "asked_for"}
    timeline = timeline_of("elm", "button_pressed", fields)
    assert timeline is not None
    kept = identity(user)
    waiting = type(kept)(kept.key, "button_pressed", fields, timeline, 0, 0, 0, 0)
    await TriggerIdentities(database, timeline_of).keep(waiting)
    for word in ("known_5", "of_another", "asked_for", "single"):
        await home.happens(1, "elm-button", press_kind(word))
    for number in range(200):
        await home.happens(1, "elm-button", press_kind(f"uid_{number}"))
    await home.run(days=3)
    assert await home.seqs() == [1, 2, 3, 4, *range(155, 205)]


async def test_an_erased_event_is_simply_not_there(database: Database) -> None:
    home = Home(database, Limits(DAY_MS, LONG.max_bytes))
    await home.happens(120)
    events = Events(database)
    page = Page("elm", None, 0, 50)
    first = await events.history(page)
    await home.run(days=3)
    assert await events.history(page) == first
    assert await events.history(Page("elm", None, 0, 50, before_seq=first[-1].seq)) == []
    assert [each.seq for each in await events.after(10, 3)] == [71, 72, 73], "as recovery and `events --follow` ask"
    assert await events.after(120, 3) == []


async def test_a_file_that_holds_little_becomes_small(database: Database, path: Path) -> None:
    home = Home(database, Limits(DAY_MS, 64_000_000))
    await home.happens(1)
    for _ in range(6):
        await home.happens(5000)
    home.register.reported = None
    await home.run(days=1)
    before = await home.register.size()
    home.limits = Limits(DAY_MS, before.used_bytes // 2)
    await home.run(days=1)
    after = await home.register.size()
    assert after.used_bytes <= home.limits.max_bytes
    assert after.used_bytes + after.free_bytes <= home.limits.max_bytes
    await database.write(lambda c: c.execute("PRAGMA user_version = 1"))
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert os.stat(path).st_size <= home.limits.max_bytes  # noqa: PTH116 -- one that does not wait


def _tidy_until_killed(path: Path, began: "multiprocessing.synchronize.Event") -> None:
    import asyncio  # noqa: PLC0415 -- in a process of its own

    async def tidy() -> None:
        async with open_database(path) as database:
            register, after = Erasures(database), 0
            while True:
                bite = await register.bite(after, 100_000, for_s=0.001)
                after = bite.up_to if bite.up_to < 100_000 else 0
                if bite.erased:
                    began.set()

    asyncio.run(tidy())


async def test_a_crash_in_the_midst_of_a_bite_leaves_all_that_must_stay(path: Path) -> None:
    async with open_database(path) as database:
        await migrate(database)
        home = Home(database)
        for where in ("elm-door", "elm-button", "oak-button"):
            await home.happens(4000, where, "button.single")
        before = await home.answers()
    spawn = multiprocessing.get_context("spawn")
    began = spawn.Event()
    killed = spawn.Process(target=_tidy_until_killed, args=(path, began))
    killed.start()
    assert began.wait(60)
    killed.kill()
    killed.join()
    async with open_database(path) as database:
        home = Home(database, Limits(DAY_MS, LONG.max_bytes))
        home.seq = 12_000
        assert await home.answers() == before
        assert len(await home.seqs()) < 12_000
        await home.run(days=3)
        assert await home.answers() == before
        assert len(await home.seqs()) == 3 * WINDOW
        check = await database.read(lambda c: c.execute("PRAGMA integrity_check").fetchone())
        assert check == ("ok",)
