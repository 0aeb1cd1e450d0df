"""Plays a fortnight: the home lives, trouble comes and goes, Applets come and go; then the books are closed."""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import aiohttp

from bridge.settings import load
from bridge.simulator.account import Account
from bridge.simulator.applets import Applet
from bridge.simulator.authorization import Service
from bridge.simulator.cloud import SimulatedIfttt
from bridge.simulator.habits import Habits
from bridge.simulator.schedule import FREE, PRO, RARELY
from bridge.simulator.steps import CloudStep, Ordered
from bridge.simulator.way import HttpWay, Kind
from tests.simulator.fortnight import applets
from tests.simulator.fortnight.applets import Ledger
from tests.simulator.fortnight.broker import Session
from tests.simulator.fortnight.home import Home, configuration
from tests.simulator.fortnight.roads import NOWHERE, PRODUCTION, STAGING, HandedOver, Office, Road
from tests.simulator.fortnight.running_bridge import RunningBridge, settings_text
from tests.simulator.fortnight.script import CALM_FROM_S, DAY_S, DAYS, HOUR_S, Deed, Scene, mishaps, scenes
from tests.simulator.fortnight.trouble import World, meet

if TYPE_CHECKING:
    from bridge.simulator.virtual_time import VirtualLoop

KEYS: Final = {client.client_id: f"key-of-{client.client_id}" for client in (PRODUCTION, STAGING)}
AT_ONCE_S: Final = 2.0
PATIENCE_S: Final = 2 * HOUR_S
BACKOFF_S: Final = (5.0, 60.0, 600.0, 3600.0)
"""The real ones are not documented. These outlast every absence of the bridge, so that no event is dropped."""

HABITS: Final = Habits(
    interval_s=FREE, told_interval_s=RARELY, backoff_s=BACKOFF_S, user="anna", service="production", listen=None
)


MOST_ORDERS: Final = 5000
"""Several times as many as a fortnight has: a bridge that fires for ever is found out before the end of time."""


@dataclass(slots=True)
class Orders:
    """Counts the tries of actions."""

    count: int = 0

    def noted(self, step: CloudStep) -> None:
        """Take note of a step. AssertionError when there have been too many."""
        self.count += isinstance(step, Ordered)
        assert self.count <= MOST_ORDERS, "more actions are run than anything that happened can account for"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a fortnight. `facts`: how much of everything there was."""

    differences: list[str]
    facts: Counter[str]


async def play(seed: int, folder: Path) -> Verdict:
    """Play the fortnight of a seed."""
    chance = random.Random(seed)  # noqa: S311 -- draws a script, guards nothing
    async with AsyncExitStack() as stack:
        world = await _set_up(chance, folder, stack, marks=seed % 2 == 0)
        async with asyncio.TaskGroup() as going_on:
            going_on.create_task(_live(world, scenes(chance)))
            going_on.create_task(_suffer(world, chance))
            going_on.create_task(_keep_applets(world, marks=seed % 2 == 0))
        await _calm_down(world)
        world.ledger.close()
        await world.bridge.stop()
        return Verdict(_differences(world), _facts(world))


async def _set_up(chance: random.Random, folder: Path, stack: AsyncExitStack, *, marks: bool) -> World:
    loop = cast("VirtualLoop", asyncio.get_running_loop())
    group = await stack.enter_async_context(asyncio.TaskGroup())
    session, realtime = Session(loop.time), HandedOver()
    home = Home(session, loop.time)
    path = folder / "bridge.toml"
    path.write_text(settings_text(folder, KEYS, configuration()))
    bridge = RunningBridge(load(path, {}), session, realtime, group, obey=home.obey)
    await bridge.start()
    for user in ("anna", "ben"):
        await bridge.add_user(user)
    connector = aiohttp.TCPConnector(keepalive_timeout=1e5)  # else looked after every 15 s, 80,000 times
    http = HttpWay(await stack.enter_async_context(aiohttp.ClientSession(connector=connector)))
    road = Road(http, lambda: bridge.port, loop)
    office = Office(bridge, road)
    ifttts: dict[str, SimulatedIfttt] = {}
    orders = Orders()
    for client in (PRODUCTION, STAGING):
        name, key = client.client_id, KEYS[client.client_id]
        ifttts[name] = SimulatedIfttt(
            Service(NOWHERE, key, client),
            access_token=await office.grant("anna", client),
            applets=applets.ANNA if name == "production" else applets.STAGING,
            chance=chance,
            habits=replace(HABITS, service=name, first_check_marks=marks),
            way=road,
            on_step=orders.noted,
        )
        realtime.ifttts[key] = await stack.enter_async_context(ifttts[name])
    tokens = await office.grant("ben", PRODUCTION)
    ifttts["production"].connect(tokens, user="ben", applets=applets.BEN, interval_s=PRO)
    world = World(bridge, session, home, office, ifttts["production"], ifttts["staging"], Ledger())
    for account in world.accounts:
        for applet in account.applets:
            await _met(world, account, applet)
    return world


async def _met(world: World, account: Account, applet: Applet) -> None:
    await account.wait_for_checks(applet, 1, timeout_s=PATIENCE_S)
    world.ledger.began(account, applet, world.now_s)


async def _live(world: World, script: list[Scene]) -> None:
    for scene in script:
        await world.until(scene.at_s)
        match scene.deed:
            case Deed.DOOR:
                world.home.move_door(scene.device)
            case Deed.DOOR_AGAIN:
                world.home.say_again(scene.device)
            case Deed.PRESS:
                world.home.press(scene.device, scene.word)
            case Deed.LIGHT:
                world.home.flip(scene.device)


async def _suffer(world: World, chance: random.Random) -> None:
    for mishap in mishaps(chance):
        await world.until(mishap.at_s)
        world.facts[mishap.trouble] += 1
        await meet(world, mishap, chance)


async def _keep_applets(world: World, *, marks: bool) -> None:
    """Let Applets come and go, in the calm hour of some days.

    That IFTTT forgets to delete an identity, or that an Applet comes to an identity which another has had for long, is
    played only where the first check of an Applet marks: else nobody could know that what is listed is old.
    """
    anna, ben, staging = world.accounts
    await world.until(3 * DAY_S + CALM_FROM_S)
    await _disable(world, anna, applets.BEDSIDE)
    await _disable(world, ben, applets.HALL_OFF, forgets=marks)
    await world.until(5 * DAY_S + CALM_FROM_S)
    await _enable(world, anna, applets.BEDSIDE)
    await world.until(6 * DAY_S + CALM_FROM_S)
    await _disable(world, ben, applets.ANY_CLOSES)  # edited: the other identity goes, this one comes
    await _enable(world, ben, applets.BACK_CLOSES)
    await world.until(7 * DAY_S + CALM_FROM_S)
    if marks:
        await _enable(world, anna, applets.FRONT_OPENS_LATER)
    await _disable(world, staging, applets.FRONT_IN_STAGING)
    await world.until(9 * DAY_S + CALM_FROM_S)
    await _enable(world, ben, applets.HALL_OFF)
    await _enable(world, staging, applets.FRONT_IN_STAGING)
    await world.until(11 * DAY_S + CALM_FROM_S)
    await _disable(world, anna, applets.FRONT_OPENS)  # two others go on with its identity
    await world.until(DAYS * DAY_S)


async def _disable(world: World, account: Account, applet: Applet, *, forgets: bool = False) -> None:
    await _settle(world)
    world.ledger.ended(account, applet, world.now_s)
    await account.delete(applet, forgets=forgets)


async def _enable(world: World, account: Account, applet: Applet) -> None:
    world.lose_no_more()
    account.enable(applet)
    await _met(world, account, applet)
    world.lose_a_little()


async def _settle(world: World) -> None:
    """Let everything that has happened be fetched and run."""
    world.lose_no_more()
    for account in world.accounts:
        account.check_now()
    await asyncio.sleep(60.0)
    async with asyncio.timeout(PATIENCE_S):
        while any(account.is_busy for account in world.accounts):  # noqa: ASYNC110 -- a virtual minute costs nothing
            await asyncio.sleep(60.0)
    world.lose_a_little()


async def _calm_down(world: World) -> None:
    await _settle(world)
    await asyncio.sleep(HOUR_S)


def _differences(world: World) -> list[str]:
    found = world.ledger.differences(world.home.record)
    for light, orders in world.home.orders.items():
        runs = world.ledger.runs_for(light)
        crashes = world.facts["crashes"]  # what was under way then may not have left the house, and is never repeated
        if not runs - crashes <= orders <= runs:
            found.append(f"{light} was ordered {orders} times by {runs} runs")
    return found


def _facts(world: World) -> Counter[str]:
    facts = world.facts
    facts["events"] = len(world.home.record)
    anna = world.production.accounts[0]
    delays_s = world.ledger.delays_s(anna, world.home.record)
    facts["percent at once"] = 100 * sum(delay_s < AT_ONCE_S for delay_s in delays_s) // len(delays_s)
    facts["runs"] = sum(len(period.runs) for period in world.ledger.periods)
    facts["sent again"] = world.session.sent_again
    facts["user checks"] = sum(account.user_checks.total for account in world.accounts)
    facts["renewals"] = sum(account.renewals.total for account in world.accounts)
    facts["mails"] = sum(account.standing.mails for account in world.accounts)
    for kind in (Kind.CHECK, Kind.ACTION, Kind.REFRESH):
        facts[f"lost {kind}"] = world.production.losses.lost[kind] + world.staging.losses.lost[kind]
    statuses = Counter(notification.status for notification in world.production.notifications.newest)
    facts["notifications"] = statuses[200]
    facts["limited"] = statuses[429]
    return facts
