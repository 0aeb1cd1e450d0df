"""The watch over connections on a real file: whose token it was, and what is left when its user is gone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from bridge.homes.user import Home, User
from bridge.oauth.connection import Cause, State
from bridge.oauth.grants import Moment
from bridge.oauth.noted import Owner
from bridge.oauth.tokens import digest_of, mint_token
from bridge.oauth.watch import ConnectionWatch
from bridge.storage.accounts import Accounts
from bridge.storage.checks import Checks
from bridge.storage.database import Database, open_database
from bridge.storage.grants import Grants
from bridge.storage.migrate import migrate
from tests.parts.grants import Connected, agree

NOON_MS: Final = 1_770_000_000_000
DECADE_MS: Final = 10 * 365 * 24 * 3600 * 1000


@dataclass
class House:
    """A watch on a file, and a clock that a test sets."""

    database: Database
    ann: User
    now_ms: int = NOON_MS

    def watch(self) -> ConnectionWatch:
        """Return a watch, as a start of the daemon does."""
        grants = Grants(self.database)

        async def whose(digest: str) -> Owner | None:
            return await grants.whose(digest, 0)

        return ConnectionWatch(grants, whose, Checks(self.database), clock_ms=lambda: self.now_ms)

    async def connect(self) -> Connected:
        """Let the user connect."""
        return await agree(self.database, "ann", now=Moment(self.now_ms, 0))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_database(tmp_path / "bridge.db") as database:
        await migrate(database)
        accounts = Accounts(database)
        await accounts.keep_homes([Home("elm", "Elm Street 4")])
        yield House(database, await accounts.add_user("ann", "elm", password_hash=None, now_ms=NOON_MS))


@pytest.mark.parametrize("token", ["access", "refresh"])
async def test_a_revoked_token_is_known_by_its_user_and_its_cause(house: House, token: str) -> None:
    _left, ended = await house.connect(), await house.connect()
    await Grants(house.database).revoke(ended.grant)
    watch = house.watch()
    for _ in range(3):
        watch.failed(digest_of(getattr(ended, token)), 401)
    await watch.write()
    [connection] = watch.connections
    assert (connection.key.user, connection.state, connection.failed) == (house.ann.id, State.FAILING, 3)
    assert connection.trouble is not None
    assert connection.trouble.reason == Cause.REVOKED
    watch.passed(house.ann.id, "my_service")
    await watch.write()
    assert watch.connections[0].state is State.CONNECTED


async def test_a_live_token_that_we_could_not_answer_is_our_own_failure(house: House) -> None:
    given, watch = await house.connect(), house.watch()
    watch.failed(digest_of(given.access), 503)
    await watch.write()
    assert watch.connections[0].trouble is not None
    assert watch.connections[0].trouble.reason == Cause.OURS


async def test_tokens_minted_by_hand_and_those_of_strangers_are_no_connections(house: House) -> None:
    minted, watch = mint_token(), house.watch()
    await Accounts(house.database).add_token(digest_of(minted), house.ann, client="", now_ms=NOON_MS)
    watch.passed(house.ann.id, "")
    for digest in (digest_of(minted), digest_of("a stranger's")):
        watch.failed(digest, 401)
        watch.refused_refresh(digest)
    await watch.write()
    assert (watch.connections, await Checks(house.database).all()) == ((), [])


async def test_a_user_who_is_removed_before_it_is_written_leaves_nothing(house: House) -> None:
    given, watch = await house.connect(), house.watch()
    watch.failed(digest_of(given.access), 503)
    watch.passed(house.ann.id, "my_service")
    watch.refused_refresh(digest_of(given.refresh))
    await Accounts(house.database).remove_user("ann")
    await watch.write()
    assert (watch.connections, await Checks(house.database).all()) == ((), [])


async def test_a_clock_ten_years_ahead_and_back_and_a_restart_lose_no_failed_check(house: House) -> None:
    given = await house.connect()
    watch = house.watch()
    for now_ms in (NOON_MS, NOON_MS + DECADE_MS, NOON_MS + 1):
        house.now_ms = now_ms
        watch.failed(digest_of(given.access), 503)
        await watch.write()
    again = house.watch()
    await again.write()
    assert [connection.failed for connection in (*watch.connections, *again.connections)] == [3, 3]


async def test_a_refused_refresh_shows_without_counting_towards_the_fifteen(house: House) -> None:
    await house.connect()
    given = await house.connect()
    await Grants(house.database).revoke(given.grant)
    watch = house.watch()
    watch.refused_refresh(digest_of(given.refresh))
    await watch.write()
    [connection] = watch.connections
    assert (connection.state, connection.failed) == (State.FAILING, 0)
    assert watch.refused_refreshes == 1
