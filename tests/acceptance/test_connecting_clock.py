"""A clock that is wrong by years, as on a small computer without a battery: nobody is disconnected by it."""

import json
from functools import partial
from pathlib import Path

import pytest

from tests.parts.connecting import PRODUCTION, add_person, agree, check, connect, exchange, ifttt_at, refresh, register
from tests.parts.daemon import Daemon
from tests.parts.false_clock import FalseClock

TEN_YEARS_S = 10 * 365.25 * 24 * 3600


@pytest.fixture
def clock(tmp_path: Path, daemon: Daemon) -> FalseClock:
    clock = FalseClock(tmp_path / "clock")
    daemon.launcher = clock.launcher
    return clock


async def test_nobody_is_disconnected_and_no_code_lost_by_a_clock_that_jumps(daemon: Daemon, clock: FalseClock) -> None:
    clock.stand_at_the_epoch()
    register(daemon, PRODUCTION)
    add_person(daemon, "anna")
    await daemon.start()
    async with ifttt_at(daemon) as ifttt:
        token = await connect(daemon, ifttt, "anna")
        [grant] = daemon.command("grant", "list", "--json").splitlines()
        assert json.loads(grant)["since"].startswith("1970-01-01"), "the daemon lives in that year"
        given = [token]
        for jump_s in (0.0, -TEN_YEARS_S, TEN_YEARS_S):
            code = await agree(daemon, ifttt, "anna")
            clock.be_off_by(jump_s)
            given += [await exchange(ifttt, *code), await refresh(ifttt, token["refresh_token"])]
            assert [await check(daemon, each["access_token"]) for each in given] == [200] * len(given)

        for set_clock in (clock.stand_at_the_epoch, partial(clock.be_off_by, 0.0)):
            assert daemon.stop() == 0
            set_clock()
            await daemon.start()
            given.append(await refresh(ifttt, token["refresh_token"]))
            assert [await check(daemon, each["access_token"]) for each in given] == [200] * len(given)
