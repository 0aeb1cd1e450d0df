"""What the daemon writes down about time and tokens, and how it goes on from there after a restart or a crash."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from bridge.entrance import build_entrance
from bridge.homes.user import User
from bridge.housekeeping import SWEEP_INTERVAL_MS, Housekeeping
from bridge.ifttt.identities import Identities, IdentityKey
from bridge.kept import load
from bridge.oauth.access import Access
from bridge.oauth.grants import ACCESS_LIFE_MS, GRACE_MS, Code, Grant, Moment, NewPair, Redemption, Refusal
from bridge.oauth.tokens import digest_of
from bridge.registers import Registers
from bridge.settings import load as load_settings
from bridge.storage.database import Database, open_database
from bridge.storage.migrate import migrate
from bridge.storage.settings import LAST_CONNECTED_MS, RUN_MS
from tests.integration.storage.examples import NOON_MS, add_user, identity
from tests.parts.waiting import until

BACK = "https://ifttt.com/channels/elm/authorize"
CODE_LIFE_MS = 60_000
YEAR_MS = 365 * 24 * 3600 * 1000


class Around:
    """The parts around the housekeeping, with nothing to write down; `live`: whether the broker is there."""

    live = False
    newest_seq = 0

    def take_moves(self) -> tuple[()]:
        """Nobody was told."""
        return ()

    def take_polled(self) -> dict[str, int]:
        """Nobody polled."""
        return {}

    def told_up_to(self, newest_seq: int) -> int:
        """All is told."""
        return newest_seq

    def forget(self, _key: IdentityKey) -> None:
        """Nobody waits there."""


class Life:
    """A daemon's housekeeping over several runs, on clocks that are turned by hand."""

    def __init__(self, database: Database) -> None:
        self.registers = Registers.of(database)
        self.wall_ms, self.run_ms = NOON_MS, 0
        self.around = Around()

    async def start(self) -> None:
        """Start a run on what is on disk."""
        self.run_ms = (await load(self.registers, now_ms=self.wall_ms, code_life_ms=CODE_LIFE_MS)).run_ms
        self.access = Access(self.registers.grants, self.now)
        registers, around = self.registers, cast("Any", self.around)
        self.housekeeping = Housekeeping(
            registers.settings,
            registers.identities,
            registers.grants,
            Identities(),
            around,
            around,
            around,
            around,
            self.access,
            self.now,
            asyncio.Event(),
        )

    def now(self) -> Moment:
        """Return the time."""
        return Moment(self.wall_ms, self.run_ms)

    def pass_time(self, ms: int) -> None:
        """Let the daemon run for some time."""
        self.wall_ms, self.run_ms = self.wall_ms + ms, self.run_ms + ms

    async def code(self, user: User, digest: str) -> None:
        """Give out a code."""
        code = Code(digest, user.id, "production", BACK, None)
        await self.registers.grants.keep_code(code, now=self.now(), life_ms=CODE_LIFE_MS)

    async def redeem(self, code: str, token: str) -> Grant | Refusal:
        """Give a token for a code."""
        pair = NewPair(digest_of(token), f"refresh of {token}")
        presented = Redemption(code, "production", BACK, None)
        return await self.registers.grants.redeem(presented, pair, now=self.now(), life_ms=CODE_LIFE_MS)

    async def refresh(self, token: str, new: str) -> Grant | Refusal:
        """Give a token for the refresh token that came with another."""
        pair = NewPair(digest_of(new), f"refresh of {new}")
        return await self.registers.grants.refresh(f"refresh of {token}", "production", pair, now=self.now())


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with open_database(tmp_path / "bridge.db") as database:
        await migrate(database)
        life = Life(database)
        await life.start()
        yield life


@pytest.fixture
async def ann(life: Life) -> User:
    return await add_user(life.registers.accounts._database)


@pytest.mark.parametrize("away_ms", [0, YEAR_MS, -10 * YEAR_MS])
async def test_the_time_that_the_bridge_has_run_goes_on_over_restarts(life: Life, away_ms: int) -> None:
    assert life.run_ms == 0
    for run in range(1, 4):
        life.pass_time(70_000)
        await life.housekeeping.write()
        life.wall_ms += away_ms
        await life.start()
        assert life.run_ms == run * 70_000


async def test_after_a_crash_it_goes_on_from_what_was_written_down_last(life: Life, ann: User) -> None:
    life.pass_time(70_000)
    await life.housekeeping.write()
    life.pass_time(29_000)
    await life.start()
    assert life.run_ms == 70_000
    life.pass_time(10_000)
    await life.code(ann, "code")
    await life.start()
    assert life.run_ms == 80_000, "a code that was given out is never of the future"


async def test_a_code_outlives_a_short_restart_and_no_long_one(life: Life, ann: User) -> None:
    for away_ms, alive in ((5000, True), (CODE_LIFE_MS, False)):
        await life.code(ann, f"code {away_ms}")
        await life.housekeeping.write()
        life.wall_ms += away_ms
        await life.start()
        assert isinstance(await life.redeem(f"code {away_ms}", str(away_ms)), Grant) == alive


async def test_uses_are_written_down(life: Life, ann: User) -> None:
    await life.code(ann, "code")
    await life.redeem("code", "token")
    life.pass_time(1000)
    await life.access.check("token")
    used_ms = life.wall_ms
    life.pass_time(1000)
    await life.housekeeping.write()
    (row,) = await life.registers.grants.listed()
    assert row.used_at_ms == used_ms


async def test_what_nobody_can_use_is_swept_away_within_an_hour(life: Life, ann: User) -> None:
    await life.code(ann, "code")
    await life.redeem("code", "first")
    await life.refresh("first", "second")
    await life.refresh("second", "third")
    life.pass_time(GRACE_MS + ACCESS_LIFE_MS - 1)
    await life.housekeeping.write()
    for passed_ms, left in ((1, 3), (SWEEP_INTERVAL_MS - 2, 3), (1, 2)):
        life.pass_time(passed_ms)
        life.wall_ms -= YEAR_MS
        await life.housekeeping.write()
        assert await _tokens(life) == left


async def test_an_identity_rests_after_a_month_of_running_whatever_the_clock_says(life: Life) -> None:
    waiting = identity(await add_user(life.registers.accounts._database))
    life.housekeeping.identities.add(waiting)
    life.housekeeping.identities.polled(waiting.key, life.wall_ms)
    await life.housekeeping.write()
    life.wall_ms += 10 * YEAR_MS
    await life.housekeeping.write()
    assert life.housekeeping.identities.resting == 0
    for _ in range(31):
        life.pass_time(YEAR_MS // 365)
        await life.housekeeping.write()
    assert life.housekeeping.identities.resting == 1


@pytest.mark.parametrize("live", [True, False])
async def test_when_the_broker_was_there_is_written_down_while_it_is(life: Life, *, live: bool) -> None:
    life.around.live = live
    life.pass_time(70_000)
    await life.housekeeping.write()
    settings = life.registers.settings
    assert await settings.number(LAST_CONNECTED_MS) == (life.wall_ms if live else None)
    assert await settings.number(RUN_MS) == life.run_ms


async def test_that_the_bridge_listens_is_written_down_as_soon_as_somebody_says_so(life: Life) -> None:
    async def known() -> bool:
        return await life.registers.settings.number(LAST_CONNECTED_MS) == life.wall_ms

    async def written() -> bool:
        return await life.registers.settings.number(RUN_MS) == life.run_ms

    life.pass_time(70_000)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(life.housekeeping.run())
        await until(written, what="the first writing, while nobody listens")
        life.around.live = True
        life.housekeeping.soon.set()
        await until(known, what="the writing that was asked for")
        running.cancel()


async def test_the_entrance_counts_on_from_the_last_run(life: Life, tmp_path: Path) -> None:
    config = tmp_path / "bridge.toml"
    config.write_text(
        f'[mqtt]\nurl = "embedded:0"\n[storage]\nurl = "sqlite://{tmp_path}/bridge.db"\n'
        f'[ifttt]\nservice_keys = ["{"k" * 40}"]\n'
    )
    entrance = build_entrance(life.registers, load_settings(config, {}), run_ms=70_000, clock_ms=lambda: NOON_MS)
    now = entrance.now()
    assert now.wall_ms == NOON_MS
    assert 70_000 <= now.run_ms < 70_000 + 60_000


async def _tokens(life: Life) -> int:
    row = await life.registers.accounts._database.read(
        lambda connection: connection.execute("SELECT count(*) FROM tokens").fetchone()
    )
    return int(row[0])
