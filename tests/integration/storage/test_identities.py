"""Trigger identities: kept, ended, returned, and told never backwards."""

import pytest

from bridge.homes.user import User
from bridge.ifttt.identities import IdentityKey
from bridge.ifttt.service import timeline_of
from bridge.storage.database import Database
from bridge.storage.identities import REMOVED_KEPT, TriggerIdentities
from bridge.timeline.batch import ToldMove
from tests.integration.storage.examples import NOON_MS, add_user, execute, identity


@pytest.fixture
def register(database: Database) -> TriggerIdentities:
    return TriggerIdentities(database, timeline_of)


@pytest.fixture
async def ann(database: Database) -> User:
    return await add_user(database)


async def removed(database: Database) -> list[tuple[str, int]]:
    return await database.read(
        lambda connection: connection.execute(
            "SELECT identity, removed_at_ms FROM trigger_identities WHERE removed_at_ms IS NOT NULL ORDER BY 2, 1"
        ).fetchall()
    )


async def test_what_was_kept_is_loaded(register: TriggerIdentities, ann: User) -> None:
    kept = [identity(ann, text) for text in ("abc", "ABC", "", "ä\n' --", "x" * 128)]
    for each in kept:
        await register.keep(each)
    assert sorted(await register.load(), key=repr) == sorted(kept, key=repr)


async def test_the_same_text_of_another_user_or_client_is_another_identity(
    database: Database, register: TriggerIdentities, ann: User
) -> None:
    mine = identity(ann)
    staging = mine._replace(key=IdentityKey("staging", ann.id, "abc"))
    other = identity(await add_user(database, "ben"))
    for each in (mine, staging, other):
        await register.keep(each)
    await register.remove(mine.key, now_ms=NOON_MS)
    assert {each.key for each in await register.load()} == {staging.key, other.key}


async def test_one_that_returns_starts_anew(register: TriggerIdentities, ann: User) -> None:
    await register.keep(identity(ann, start_seq=3, told_seq=7))
    await register.remove(identity(ann).key, now_ms=NOON_MS)
    assert await register.load() == []
    returned = identity(ann, door="elm-door", start_seq=20, told_seq=19)._replace(first_seen_ms=NOON_MS + 5)
    await register.keep(returned)
    assert await register.load() == [returned]


async def test_ending_twice_keeps_the_first_time_and_ending_nothing_makes_nothing(
    database: Database, register: TriggerIdentities, ann: User
) -> None:
    await register.keep(identity(ann))
    for later in (1, 2):
        await register.remove(identity(ann).key, now_ms=NOON_MS + later)
    await register.remove(IdentityKey("ifttt", ann.id, "never"), now_ms=NOON_MS)
    assert await removed(database) == [("abc", NOON_MS + 1)]


async def test_only_the_newest_ended_ones_of_each_user_stay(
    database: Database, register: TriggerIdentities, ann: User
) -> None:
    ben = await add_user(database, "ben")
    for user in (ben, ann):
        await register.keep(identity(user, "alive"))
        for number in range(REMOVED_KEPT + 3 if user is ann else 2):
            await register.keep(identity(user, f"{user.name}-{number}"))
            await register.remove(identity(user, f"{user.name}-{number}").key, now_ms=NOON_MS + number)
    left = [text for text, _ in await removed(database)]
    assert [text for text in left if text.startswith("ben")] == ["ben-0", "ben-1"]
    assert [text for text in left if text.startswith("ann")] == [f"ann-{n}" for n in range(3, REMOVED_KEPT + 3)]
    assert {each.key.identity for each in await register.load()} == {"alive"}


async def test_told_and_polled_are_noted_and_told_never_moves_backwards(
    database: Database, register: TriggerIdentities, ann: User
) -> None:
    await register.keep(identity(ann, told_seq=5))
    key = identity(ann).key
    for told, expected in ((4, 5), (9, 9), (8, 9)):
        await register.note((ToldMove(key.client, key.user, key.identity, told),), {key: NOON_MS + told})
        assert [each.told_seq for each in await register.load()] == [expected]
    polled = await database.read(
        lambda connection: connection.execute("SELECT last_polled_ms FROM trigger_identities").fetchone()
    )
    assert polled == (NOON_MS + 8,)


async def test_who_was_told_is_noted_of_them_alone_and_of_many_at_once(
    database: Database, register: TriggerIdentities, ann: User
) -> None:
    """The same text of another user or client is another identity."""
    mine, second = identity(ann), identity(ann, "def")
    staging = mine._replace(key=IdentityKey("staging", ann.id, "abc"))
    other = identity(await add_user(database, "ben"))
    for each in (mine, second, staging, other):
        await register.keep(each)
    moves = ((mine.key, 7), (second.key, 8))
    await register.note(tuple(ToldMove(key.client, key.user, key.identity, seq) for key, seq in moves), {})
    told = {each.key: each.told_seq for each in await register.load()}
    assert told == {mine.key: 7, second.key: 8, staging.key: 0, other.key: 0}


async def test_notes_about_nobody_change_nothing(register: TriggerIdentities, ann: User) -> None:
    await register.keep(identity(ann))
    stranger = IdentityKey("ifttt", ann.id, "stranger")
    await register.note((ToldMove("ifttt", ann.id, "stranger", 99),), {stranger: 1})
    assert await register.load() == [identity(ann)]


@pytest.mark.parametrize("change", ["trigger_slug = 'no_longer'", "fields = '{}'", 'fields = \'{"window":"x"}\''])
async def test_identities_of_a_trigger_that_is_no_longer_offered_are_left_out(
    database: Database, register: TriggerIdentities, ann: User, change: str
) -> None:
    await register.keep(identity(ann))
    await register.keep(identity(ann, "old"))
    await execute(database, f"UPDATE trigger_identities SET {change} WHERE identity = 'old'")  # noqa: S608 -- the examples above
    assert await register.load() == [identity(ann)]


async def test_identities_go_with_their_user(database: Database, register: TriggerIdentities, ann: User) -> None:
    await register.keep(identity(ann))
    await execute(database, "DELETE FROM users")
    assert await register.load() == []


async def test_of_an_event_from_before_its_first_sight_no_identity_was_told(
    database: Database, register: TriggerIdentities, ann: User
) -> None:
    await register.keep(identity(ann, told_seq=1)._replace(first_seen_ms=NOON_MS))
    assert not await register.was_told()
    for at_ms in (NOON_MS - 1000, NOON_MS + 1000):
        await execute(
            database,
            "INSERT INTO events (id, home, device, entity, kind, recorded_at_ms, ingredients, offered) "  # noqa: S608 -- numbers of the test
            f"VALUES ('{at_ms}', 'elm', 'elm-door', 'elm-door', 'contact.opened', {at_ms}, '{{}}', 1)",
        )
    assert not await register.was_told()
    key = identity(ann).key
    await register.note((ToldMove(key.client, key.user, key.identity, 2),), {})
    assert await register.was_told()
