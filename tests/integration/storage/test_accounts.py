"""Accounts: permanent random ids, and no token or password in the file."""

import re
from pathlib import Path

import pytest

from bridge.errors import AccountError
from bridge.homes.user import Home, User
from bridge.oauth.passwords import hash_password
from bridge.oauth.tokens import digest_of, mint_token
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database, open_database
from bridge.storage.migrate import migrate
from tests.integration.storage.examples import HOMES, NOON_MS, commit, entry, execute


@pytest.fixture
async def accounts(database: Database) -> Accounts:
    accounts = Accounts(database)
    await accounts.keep_homes(HOMES)
    return accounts


async def add(accounts: Accounts, name: str, home: str = "elm") -> User:
    return await accounts.add_user(name, home, password_hash=None, now_ms=NOON_MS)


async def test_ids_are_random_and_tell_nothing(accounts: Accounts) -> None:
    users = [await add(accounts, f"user-{number}") for number in range(20)]
    assert len({user.id for user in users}) == 20
    assert all(re.fullmatch(r"u_[0-9a-f]{24}", user.id) for user in users)
    assert [user.id for user in users] != sorted(user.id for user in users)


async def test_an_account_stays_the_same_over_restarts(path: Path) -> None:
    made: list[User] = []
    for _ in range(2):
        async with open_database(path) as database:
            await migrate(database)
            accounts = Accounts(database)
            await accounts.keep_homes(HOMES)
            if not made:
                made = [await add(accounts, "ben", "oak"), await add(accounts, "ann")]
            assert await accounts.users() == sorted(made, key=lambda user: user.name)
            assert await accounts.user_named("ben") == made[0]


async def test_a_name_is_given_once_over_all_homes(accounts: Accounts) -> None:
    first = await add(accounts, "ann")
    for home in ("elm", "oak"):
        with pytest.raises(AccountError, match="already"):
            await add(accounts, "ann", home)
    assert await accounts.users() == [first]


async def test_a_user_needs_a_home_that_there_is(accounts: Accounts) -> None:
    with pytest.raises(AccountError, match="no home 'ash'"):
        await add(accounts, "ann", "ash")
    with pytest.raises(AccountError, match="no user 'ann'"):
        await accounts.user_named("ann")


async def test_a_home_may_be_renamed_and_is_never_taken_away(accounts: Accounts) -> None:
    user = await add(accounts, "ann")
    await accounts.keep_homes([Home("elm", "Elm Street 5")])
    assert await accounts.users() == [user]
    await accounts.keep_homes([Home("oak", "Oak Lane 1")])
    assert await accounts.users() == [user]


async def test_a_users_sight_begins_after_all_that_was(database: Database, accounts: Accounts) -> None:
    assert (await add(accounts, "ann")).since_seq == 1
    await commit(database, *(entry(seq) for seq in range(1, 8)))
    await execute(database, "DELETE FROM events")
    assert (await add(accounts, "ben")).since_seq == 8


async def test_credentials_are_a_user_and_the_hash_of_the_password_by_the_very_name(accounts: Accounts) -> None:
    ann = await accounts.add_user("ann", "elm", password_hash="hash", now_ms=NOON_MS)
    ben = await add(accounts, "ben", "oak")
    assert await accounts.credentials("ann") == (ann, "hash")
    assert await accounts.credentials("ben") == (ben, None)
    for nobody in ("Ann", "ann ", "an_", "%", "", "ann\0", "' OR 1=1 --"):
        assert await accounts.credentials(nobody) is None
    await accounts.set_password("ben", "other hash")
    assert await accounts.credentials("ben") == (ben, "other hash")
    await accounts.remove_user("ann")
    assert await accounts.credentials("ann") is None


async def test_a_hash_is_renewed_unless_the_password_has_been_changed_meanwhile(accounts: Accounts) -> None:
    ann, ben = [await accounts.add_user(name, "elm", password_hash="old", now_ms=NOON_MS) for name in ("ann", "ben")]
    await accounts.renew_password_hash(ann, old="old", new="new")
    assert await accounts.credentials("ann") == (ann, "new")
    assert await accounts.credentials("ben") == (ben, "old")
    await accounts.set_password("ann", "of another password")
    await accounts.renew_password_hash(ann, old="new", new="newer")
    assert await accounts.credentials("ann") == (ann, "of another password")


def contents(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_neither_token_nor_password_is_anywhere_in_the_files(path: Path) -> None:
    token, password = mint_token(), "correct horse battery"
    async with open_database(path) as database:
        await migrate(database)
        accounts = Accounts(database)
        await accounts.keep_homes(HOMES)
        hashed = hash_password(password)
        user = await accounts.add_user("ann", "elm", password_hash=hashed, now_ms=NOON_MS)
        await accounts.add_token(digest_of(token), user, client="", now_ms=NOON_MS)
        everything = contents(path.parent)
    everything += contents(path.parent)
    assert digest_of(token).encode() in everything
    assert hashed.encode() in everything
    assert token.encode() not in everything
    assert password.encode() not in everything
