"""How IFTTT's checks went, on a real file: bounded, for connections that there are, gone with their user."""

from pathlib import Path
from typing import Final

import pytest

from bridge.homes.user import User
from bridge.oauth.connection import LIMIT, ConnectionKey, FailedCheck, KeptChecks
from bridge.storage.accounts import Accounts
from bridge.storage.checks import Checks
from bridge.storage.database import Database, open_database
from tests.integration.storage.examples import NOON_MS, add_user, execute

CLIENT: Final = "my_service"
DECADE_MS: Final = 10 * 365 * 24 * 3600 * 1000


async def connect(database: Database, user: User, client: str = CLIENT) -> ConnectionKey:
    """Let there be a grant."""
    sql = "INSERT INTO grants (id, user, client, code, created_at_ms{}) VALUES ('{}', '{}', '{}', '{}', 0{})"
    columns = await database.read(lambda each: [row[1] for row in each.execute("PRAGMA table_info(grants)")])
    more = (", active_run_ms", ", 0") if "active_run_ms" in columns else ("", "")
    name = f"{user.name}-{client}"
    await execute(database, sql.format(more[0], name, user.id, client, name, more[1]))
    return ConnectionKey(user.id, client)


def failure(number: int = 0, reason: str = "its token was revoked") -> FailedCheck:
    return FailedCheck(NOON_MS + number, reason)


@pytest.fixture
async def ann(database: Database) -> ConnectionKey:
    return await connect(database, await add_user(database))


async def test_what_is_noted_is_there_after_a_restart(database: Database, ann: ConnectionKey) -> None:
    checks, path = Checks(database), await _path(database)
    await checks.note({ann: NOON_MS}, [(ann, failure(1)), (ann, failure(2))], [(ann, failure(3))])
    async with open_database(path) as again:
        assert await Checks(again).all() == [KeptChecks(ann, NOON_MS, (failure(1), failure(2)), failure(3))]


async def _path(database: Database) -> Path:
    return Path(await database.read(lambda each: each.execute("PRAGMA database_list").fetchone()[2]))


async def test_before_the_first_passed_check_failed_ones_and_refused_refreshes_are_kept_too(
    database: Database, ann: ConnectionKey
) -> None:
    await Checks(database).note({}, [(ann, failure())])
    assert await Checks(database).all() == [KeptChecks(ann, None, (failure(),))]
    await Checks(database).note({}, [], [(ann, failure(1)), (ann, failure(2))])
    assert await Checks(database).all() == [KeptChecks(ann, None, (failure(),), failure(2))]


async def test_a_passed_check_ends_what_went_wrong_before_it_and_for_nobody_else(
    database: Database, ann: ConnectionKey
) -> None:
    other = await connect(database, await add_user(database, "ben"))
    clone = await connect(database, await Accounts(database).user_named("ann"), "clone")
    for key in (ann, other, clone):
        await Checks(database).note({}, [(key, failure())], [(key, failure())])
    await Checks(database).note({ann: NOON_MS})
    kept = {each.key: each for each in await Checks(database).all()}
    assert kept[ann] == KeptChecks(ann, NOON_MS)
    assert kept[other] == KeptChecks(other, None, (failure(),), failure())
    assert kept[clone] == KeptChecks(clone, None, (failure(),), failure())


async def test_the_sixteenth_failed_check_replaces_the_first_whatever_the_clock_says(
    database: Database, ann: ConnectionKey
) -> None:
    clock = [NOON_MS, NOON_MS + DECADE_MS, NOON_MS - DECADE_MS]
    came = [FailedCheck(clock[number % 3], f"number {number}") for number in range(LIMIT + 4)]
    other = await connect(database, await add_user(database, "ben"))
    await Checks(database).note({}, [(other, failure())])
    for check in came[:-2]:
        await Checks(database).note({}, [(ann, check)])
    await Checks(database).note({}, [(ann, check) for check in came[-2:]])
    kept = {each.key: each for each in await Checks(database).all()}
    assert kept[ann].failed == tuple(came[-LIMIT:])
    assert kept[other].failed == (failure(),)


async def test_nothing_is_kept_of_connections_that_there_never_were(database: Database, ann: ConnectionKey) -> None:
    for nobody in (ConnectionKey(ann.user, "another"), ConnectionKey("u_nobody", CLIENT)):
        await Checks(database).note({nobody: NOON_MS}, [(nobody, failure())], [(nobody, failure())])
    assert await Checks(database).all() == []


async def test_a_user_who_was_removed_in_between_leaves_nothing_and_hinders_nobody(
    database: Database, ann: ConnectionKey
) -> None:
    other = await connect(database, await add_user(database, "ben"))
    await Checks(database).note({ann: NOON_MS}, [(ann, failure())], [(ann, failure())])
    await Accounts(database).remove_user("ann")
    assert await Checks(database).all() == []
    await Checks(database).note({ann: NOON_MS, other: NOON_MS}, [(ann, failure())], [(ann, failure())])
    assert await Checks(database).all() == [KeptChecks(other, NOON_MS)]


async def test_an_ended_connection_is_kept_while_its_dead_tokens_are(database: Database, ann: ConnectionKey) -> None:
    columns = await database.read(lambda each: [row[1] for row in each.execute("PRAGMA table_info(dead_tokens)")])
    more = (", died_at_ms", ", 0") if "died_at_ms" in columns else ("", "")
    await execute(
        database,
        f"INSERT INTO dead_tokens (digest, user, client, reason{more[0]}) "  # noqa: S608 -- a test's own words
        f"VALUES ('d', '{ann.user}', '{ann.client}', 'revoked'{more[1]})",
        "DELETE FROM grants",
    )
    await Checks(database).note({}, [(ann, failure())])
    assert await Checks(database).all() == [KeptChecks(ann, None, (failure(),))]
    await execute(database, "DELETE FROM dead_tokens")
    await Checks(database).note({})
    assert await Checks(database).all() == []
