"""The world of a fortnight, and how each trouble is met in it."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import assert_never

from bridge.simulator.account import Account
from bridge.simulator.cloud import SimulatedIfttt
from bridge.simulator.way import Kind
from tests.simulator.fortnight.applets import Ledger
from tests.simulator.fortnight.broker import Session
from tests.simulator.fortnight.home import Home
from tests.simulator.fortnight.roads import PRODUCTION, STAGING, Office
from tests.simulator.fortnight.running_bridge import RunningBridge
from tests.simulator.fortnight.script import FLAPS, Mishap, Trouble

LITTLE = {Kind.CHECK: 0.03, Kind.ACTION: 0.02}
MUCH = {Kind.CHECK: 0.4, Kind.ACTION: 0.1}
SLOW_S = 30.0


@dataclass(slots=True)
class World:
    """Everything that there is."""

    bridge: RunningBridge
    session: Session
    home: Home
    office: Office
    production: SimulatedIfttt
    staging: SimulatedIfttt
    ledger: Ledger
    facts: Counter[str] = field(default_factory=Counter)

    @property
    def now_s(self) -> float:
        """Seconds since the beginning."""
        return asyncio.get_running_loop().time()

    @property
    def accounts(self) -> list[Account]:
        """Anna and Ben in production, Anna in staging."""
        return [*self.production.accounts, *self.staging.accounts]

    async def until(self, at_s: float) -> None:
        """Wait for a moment; not at all if it is over."""
        await asyncio.sleep(max(0.0, at_s - self.now_s))

    def lose_no_more(self) -> None:
        """Let every answer arrive."""
        self._lose(dict.fromkeys(LITTLE, 0.0))

    def lose_a_little(self) -> None:
        """Lose as many answers as on any day."""
        self._lose(LITTLE)

    def lose_much(self) -> None:
        """Lose many answers."""
        self._lose(MUCH)

    def _lose(self, shares: dict[Kind, float]) -> None:
        for ifttt in (self.production, self.staging):
            for kind, share in shares.items():
                ifttt.losses.lose_some(kind, share)


async def meet(world: World, mishap: Mishap, chance: random.Random) -> None:
    """Let a trouble come and go."""
    match mishap.trouble:
        case Trouble.RESTART | Trouble.CRASH | Trouble.LONG_CRASH | Trouble.CUT:
            await _away(world, mishap, chance)
        case Trouble.REVOKED | Trouble.EXPIRED | Trouble.REFRESH_LOST:
            await _tokens(world, mishap, chance)
        case Trouble.REALTIME_DOWN | Trouble.REALTIME_LIMITED | Trouble.REALTIME_BROKEN | Trouble.REALTIME_SLOW:
            await _realtime(world, mishap)
        case Trouble.PAUSED:
            world.production.pause()
            await asyncio.sleep(mishap.lasts_s)
            world.production.resume()
        case Trouble.LOST:
            world.lose_much()
            await asyncio.sleep(mishap.lasts_s)
            world.lose_a_little()
        case Trouble.POLL_STORM:
            await world.production.storm(5)
            await world.staging.storm(5)
        case Trouble.PRESS_STORM:
            for _ in range(FLAPS):
                world.home.press("bell", chance.choice(("single", "double")))
                await asyncio.sleep(chance.uniform(0.0, 0.66))
        case _:
            assert_never(mishap.trouble)


async def _away(world: World, mishap: Mishap, chance: random.Random) -> None:
    match mishap.trouble:
        case Trouble.CUT:
            world.session.detach()
            await asyncio.sleep(mishap.lasts_s)
            world.bridge.join()
            return
        case Trouble.RESTART:
            await world.bridge.stop()
        case Trouble.CRASH:
            world.home.press("bedside", "double")
            world.home.move_door("front")
            for _ in range(chance.choice((1, 2, 4, 8, 16, 32))):  # somewhere between the intake and the telling
                await asyncio.sleep(0)
            world.home.press("bedside", "long")  # and this one is surely not on disk
            await world.bridge.crash()
        case _:
            await world.bridge.crash()
    world.facts["crashes"] += mishap.trouble is not Trouble.RESTART
    await asyncio.sleep(mishap.lasts_s)
    await world.bridge.start()


async def _tokens(world: World, mishap: Mishap, chance: random.Random) -> None:
    user = chance.choice(("anna", "ben"))
    if mishap.trouble is not Trouble.REVOKED:
        if mishap.trouble is Trouble.REFRESH_LOST:
            world.production.losses.lose(Kind.REFRESH)
        await world.bridge.expire(user)
        for account in world.accounts:
            account.check_now()
        return
    await world.office.revoke(user)
    for account in world.accounts:
        account.check_now()
    await asyncio.sleep(mishap.lasts_s)
    for account, whose, client in zip(
        world.accounts, ("anna", "ben", "anna"), (*[PRODUCTION] * 2, STAGING), strict=True
    ):
        if whose == user:
            account.connect_again(await world.office.grant(user, client))


async def _realtime(world: World, mishap: Mishap) -> None:
    ifttt = world.production
    match mishap.trouble:
        case Trouble.REALTIME_DOWN:
            await ifttt.down()
            await asyncio.sleep(mishap.lasts_s)
            await ifttt.up()
        case Trouble.REALTIME_LIMITED:
            ifttt.respond_with(429, retry_after=300, times=3)
        case Trouble.REALTIME_BROKEN:
            ifttt.respond_with(503, times=5)
        case _:
            ifttt.slow(SLOW_S)
            await asyncio.sleep(mishap.lasts_s)
            ifttt.slow(0.0)
