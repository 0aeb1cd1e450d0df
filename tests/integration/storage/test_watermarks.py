"""How far each identity was told and has asked, on disk: a row when it moves, and only the newest."""

import sqlite3
from pathlib import Path

import pytest

from bridge.homes.user import User
from bridge.ifttt.identities import Identity, IdentityKey
from bridge.ifttt.service import timeline_of
from bridge.ifttt.watermarks import Asked, KeptMoves, Moves, Told
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database, open_database
from bridge.storage.events import Events
from bridge.storage.identities import REMOVED_KEPT, TriggerIdentities
from bridge.storage.migrate import load_migrations, migrate
from bridge.storage.watermarks import KeptWatermarks
from tests.integration.storage.examples import NOON_MS, add_user, entry, execute, identity

KEEP = 5


@pytest.fixture
async def ann(database: Database) -> User:
    return await add_user(database)


@pytest.fixture
async def applet(database: Database, ann: User) -> Identity:
    return await waiting(database, ann)


async def waiting(database: Database, user: User, text: str = "abc") -> Identity:
    found = identity(user, text)
    await TriggerIdentities(database, timeline_of).keep(found)
    return found


def told(seq: int, outcome: str = "200", *, at_ms: int | None = None) -> Told:
    return Told(seq, outcome, at_ms or seq, at_ms or seq)


async def add(database: Database, key: IdentityKey, *moves: Told | Asked) -> None:
    found = Moves(
        [each for each in moves if isinstance(each, Told)], [each for each in moves if isinstance(each, Asked)]
    )
    await KeptWatermarks(database).add({key: found}, keep=KEEP)


async def kept(database: Database, key: IdentityKey) -> KeptMoves:
    return (await KeptWatermarks(database).of([key])).get(key, KeptMoves([], []))


async def count(database: Database) -> int:
    def question(connection: sqlite3.Connection) -> int:
        row = connection.execute("SELECT (SELECT count(*) FROM notifications) + (SELECT count(*) FROM polls)")
        return int(row.fetchone()[0])

    return await database.read(question)


async def test_what_is_written_is_what_is_read(database: Database, ann: User, applet: Identity) -> None:
    other = await waiting(database, ann, "other")
    await add(database, applet.key, told(3), Asked(3, 4), told(7, "503"), told(7), Asked(7, 8))
    await add(database, other.key, told(9))
    assert await KeptWatermarks(database).of([applet.key, other.key, identity(ann, "never").key]) == {
        applet.key: KeptMoves([told(3), told(7, "503"), told(7)], [Asked(3, 4), Asked(7, 8)]),
        other.key: KeptMoves([told(9)], []),
    }


async def test_attempts_in_vain_go_on_in_the_row_that_there_is(database: Database, applet: Identity) -> None:
    for at_ms, seq in ((10, 3), (20, 3), (30, 4)):
        await add(database, applet.key, told(seq, "503", at_ms=at_ms))
    await add(database, applet.key, told(4, "timeout", at_ms=40))
    await add(database, applet.key, told(4, "503", at_ms=50))
    assert (await kept(database, applet.key)).told == [
        Told(4, "503", 10, 30, attempts=3),
        told(4, "timeout", at_ms=40),
        told(4, "503", at_ms=50),
    ]


async def test_a_poll_that_shows_what_an_earlier_run_showed_is_no_row(database: Database, applet: Identity) -> None:
    await add(database, applet.key, Asked(3, 4))
    await add(database, applet.key, Asked(3, 9), Asked(5, 10))
    assert (await kept(database, applet.key)).asked == [Asked(3, 4), Asked(5, 10)]


async def test_only_the_newest_stay_and_that_there_was_more_is_known(database: Database, applet: Identity) -> None:
    for seq in range(1, 3 * KEEP):
        await add(database, applet.key, told(seq), Asked(seq, seq))
    found = await kept(database, applet.key)
    assert [each.up_to_seq for each in found.told] == [each.up_to_seq for each in found.asked] == [*range(10, 15)]
    assert found.told_before
    assert found.asked_before


async def test_what_belongs_to_nobody_any_more_is_not_written(database: Database, ann: User, applet: Identity) -> None:
    await Accounts(database).remove_user(ann.name)
    await add(database, applet.key, told(3), Asked(3, 3))
    assert await count(database) == 0


async def test_with_a_user_it_is_erased(database: Database, ann: User, applet: Identity) -> None:
    await add(database, applet.key, told(3), Asked(3, 3))
    assert await count(database) == 2
    await Accounts(database).remove_user(ann.name)
    assert await count(database) == 0


async def test_an_identity_that_ended_keeps_it_until_it_is_itself_forgotten(database: Database, ann: User) -> None:
    register = TriggerIdentities(database, timeline_of)
    for number in range(REMOVED_KEPT + 1):
        ended = await waiting(database, ann, f"{number:040}")
        await add(database, ended.key, told(3))
        await register.remove(ended.key, now_ms=NOON_MS + number)
    assert await count(database) == REMOVED_KEPT


async def test_an_older_database_has_none_and_its_events_do_not_say_how_they_came(path: Path) -> None:
    async with open_database(path) as database:
        await migrate(database, load_migrations()[:8])
        await execute(
            database,
            "INSERT INTO events (seq, id, home, device, entity, kind, recorded_at_ms, ingredients, offered) "
            "VALUES (1, 'id-1', 'elm', 'elm-door', 'elm-door', 'contact.opened', 1, '{}', 1)",
        )
        await migrate(database)
        assert await count(database) == 0
        (found,) = await Events(database).after(0, 10)
        assert (found.id, found.arrived) == ("id-1", None)
        assert found.event == entry(1).event
