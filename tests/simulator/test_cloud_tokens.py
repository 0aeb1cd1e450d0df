"""Dead tokens, and what becomes of users: against the hand-written service, weeks of it in virtual time."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import parse_qs

from bridge.simulator.account import Account
from bridge.simulator.authorization import Client, Renewal, Service, Tokens
from bridge.simulator.cloud import SimulatedIfttt
from bridge.simulator.schedule import DAY_S
from bridge.simulator.virtual_time import run_virtually
from bridge.simulator.way import Kind
from tests.simulator.canned_service import CannedService, Received, Reply, event
from tests.simulator.running import BUTTON, DOOR, KEY, QUIET, notify_of

SETTLE_S = 0.01
DEAD = Reply(401, b'{"errors": [{"message": "The access token is not valid."}]}')
NEW = Reply(200, b'{"access_token": "access-2", "refresh_token": "refresh-2"}')
NO = Reply(400, b'{"error": "invalid_grant"}')
Body = Callable[[CannedService, SimulatedIfttt, Account], Awaitable[None]]


@asynccontextmanager
async def connected(
    service: CannedService, *, refresh: str | None = "refresh-1", together: bool = False
) -> AsyncIterator[SimulatedIfttt]:
    """Let one user in, with a door and a button, checked and found well."""
    told = Service(service.url, KEY, Client(f"{service.url}/token", "ifttt", "secret"))
    ifttt = SimulatedIfttt(
        told,
        access_token=Tokens("access-1", refresh),
        applets=[DOOR, BUTTON],
        chance=random.Random(7),  # noqa: S311 -- spreads checks over time, keeps no secret
        habits=replace(QUIET, interval_s=(DAY_S, DAY_S), refresh_together=together),
    )
    async with ifttt:
        account = ifttt.accounts[0]
        await account.wait_for_checks(DOOR, 1)
        await account.wait_for_checks(BUTTON, 1)
        await account.user_checks.wait_for(1, timeout_s=10.0, what="checks of the user")
        yield ifttt


def in_virtual_time(body: Body, *, refresh: str | None = "refresh-1", together: bool = False) -> None:
    """Run the body of a test."""

    async def run() -> None:
        async with CannedService() as service, connected(service, refresh=refresh, together=together) as ifttt:
            await body(service, ifttt, ifttt.accounts[0])

    run_virtually(run(), settle_s=SETTLE_S)


def bearers(requests: list[Received]) -> list[str]:
    """Return the tokens of requests."""
    return [request.headers["Authorization"].removeprefix("Bearer ") for request in requests]


def form(request: Received) -> Mapping[str, list[str]]:
    """Return what a refresh said."""
    return parse_qs(request.body.decode())


def test_a_401_is_followed_by_a_refresh_the_same_request_and_a_look_at_the_user() -> None:
    async def body(service: CannedService, ifttt: SimulatedIfttt, account: Account) -> None:
        service.planned["check"].append(DEAD)
        service.planned["refresh"].append(NEW)
        await notify_of(ifttt, DOOR)
        await account.wait_for_checks(DOOR, 2)
        await account.user_checks.wait_for(2, timeout_s=10.0, what="checks of the user")

        dead, again = service.of("check")[-2:]
        assert bearers([dead, again]) == ["access-1", "access-2"]
        assert dead.headers["X-Request-ID"] == again.headers["X-Request-ID"]
        (refresh,) = service.of("refresh")
        assert form(refresh)["refresh_token"] == ["refresh-1"]
        assert "Authorization" not in refresh.headers
        assert bearers(service.of("user")) == ["access-1", "access-2"]
        assert account.tokens == Tokens("access-2", "refresh-2")
        assert ifttt.failures.total == 0
        assert not ifttt.user_is_offline

    in_virtual_time(body)


def test_a_refused_refresh_takes_the_user_offline_who_is_mailed_once_and_checked_no_more() -> None:
    async def body(service: CannedService, ifttt: SimulatedIfttt, account: Account) -> None:
        service.planned["check"].extend([DEAD, DEAD])
        service.planned["refresh"].extend([NO, NO])
        service.planned["user"].extend([DEAD] * 100)
        account.check_now()
        await ifttt.wait_for_failures(2)
        checks = len(service.of("check"))
        await asyncio.sleep(3 * DAY_S)

        assert (account.standing.offline, account.standing.mails) == (True, 1)
        assert len(service.of("check")) == checks
        assert account.user_checks.total > 3

    in_virtual_time(body)


def test_a_user_who_connects_again_is_online_and_misses_nothing() -> None:
    async def body(service: CannedService, ifttt: SimulatedIfttt, account: Account) -> None:
        service.planned["check"].extend([DEAD, DEAD])
        service.planned["refresh"].extend([NO, NO])
        account.check_now()
        await ifttt.wait_for_failures(2)
        service.events["door_opened"] = [event(2), event(1)]
        account.connect_again(Tokens("access-9", "refresh-9"))
        runs = await account.wait_for_runs(DOOR, 2)

        assert [run.item.id for run in runs] == ["event-1", "event-2"]
        assert not account.standing.offline
        assert bearers(service.of("order")) == ["access-9", "access-9"]

    in_virtual_time(body)


def test_an_answer_to_a_refresh_that_is_lost_makes_it_use_the_old_refresh_token_again() -> None:
    async def body(service: CannedService, ifttt: SimulatedIfttt, account: Account) -> None:
        ifttt.losses.lose(Kind.REFRESH)
        service.planned["check"].extend([DEAD, DEAD])
        service.planned["refresh"].extend([NEW, NEW])
        await notify_of(ifttt, DOOR)
        await ifttt.wait_for_failures(1)
        assert account.tokens == Tokens("access-1", "refresh-1")
        await notify_of(ifttt, DOOR)
        await account.wait_for_checks(DOOR, 2)

        assert [form(refresh)["refresh_token"] for refresh in service.of("refresh")] == [["refresh-1"]] * 2
        assert account.renewals.newest == [Renewal.LATER, Renewal.RENEWED]
        assert ifttt.losses.lost[Kind.REFRESH] == 1
        assert not account.standing.offline

    in_virtual_time(body)


def test_requests_that_meet_a_dead_token_together_refresh_once() -> None:
    async def body(service: CannedService, ifttt: SimulatedIfttt, account: Account) -> None:
        service.planned["check"].extend([DEAD, DEAD])
        service.planned["refresh"].append(NEW)
        await _both_at_once(service, ifttt, account)

        assert len(service.of("refresh")) == 1

    in_virtual_time(body)


def test_they_refresh_in_parallel_with_the_same_refresh_token_if_so_wanted() -> None:
    async def body(service: CannedService, ifttt: SimulatedIfttt, account: Account) -> None:
        service.planned["check"].extend([DEAD, DEAD])
        service.planned["refresh"].extend([NEW, NEW])
        await _both_at_once(service, ifttt, account)

        assert [form(refresh)["refresh_token"] for refresh in service.of("refresh")] == [["refresh-1"]] * 2

    in_virtual_time(body, together=True)


async def _both_at_once(service: CannedService, ifttt: SimulatedIfttt, account: Account) -> None:
    service.open.clear()
    account.check_now()
    await service.wait_for("check", 4)
    service.open.set()
    await account.wait_for_checks(DOOR, 2)
    await account.wait_for_checks(BUTTON, 2)
    assert ifttt.failures.total == 0


def test_a_user_is_looked_at_about_every_seven_days() -> None:
    async def body(service: CannedService, _ifttt: SimulatedIfttt, _account: Account) -> None:
        await asyncio.sleep(30 * DAY_S)

        assert len(service.of("user")) == 5

    in_virtual_time(body)


def test_fifteen_failed_looks_at_a_user_within_two_weeks_disable_all_applets() -> None:
    async def body(service: CannedService, ifttt: SimulatedIfttt, account: Account) -> None:
        service.planned["user"].extend([Reply(500)] * 100)
        await asyncio.sleep(7.6 * DAY_S)
        looks = len(service.of("user"))
        assert looks > 1
        assert account.applets == (DOOR, BUTTON)
        await asyncio.sleep(14 * DAY_S)

        assert account.standing.disabled
        assert not account.applets
        assert len(service.of("delete")) == 2
        checks = len(service.of("check"))
        await asyncio.sleep(7 * DAY_S)
        assert len(service.of("check")) == checks
        assert {failure.what for failure in ifttt.failures.newest} == {"user"}

    in_virtual_time(body)


def test_a_token_that_works_again_brings_the_user_back_online() -> None:
    async def body(service: CannedService, ifttt: SimulatedIfttt, account: Account) -> None:
        service.planned["check"].append(DEAD)
        await notify_of(ifttt, DOOR)
        await ifttt.wait_for_failures(1)
        assert account.standing.offline
        await asyncio.sleep(8 * DAY_S)

        assert not account.standing.offline
        assert len(account.checks(DOOR)) > 1

    in_virtual_time(body, refresh=None)
