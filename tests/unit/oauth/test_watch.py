"""What IFTTT's checks came to is noted at once and written later; nothing is lost on the way, nothing said twice."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pytest
from structlog.testing import capture_logs

from bridge.errors import StorageUnavailable
from bridge.homes.user import User
from bridge.oauth.connection import LIMIT, Cause, ConnectionKey, FailedCheck, KeptChecks, State
from bridge.oauth.grants import GrantRow, Refusal
from bridge.oauth.noted import MAX_WAITING, Owner
from bridge.oauth.watch import ConnectionWatch

NOON_MS: Final = 1_770_000_000_000
ANN: Final = ConnectionKey("u_ann", "my_service")
GRANT: Final = GrantRow("g1", User("u_ann", "elm", "ann", 1), "my_service", NOON_MS, None)


class House:
    """Grants, tokens and checks in memory, by the rules of `storage/`. `away`: so many more calls fail."""

    def __init__(self) -> None:
        self.grants = [GRANT]
        self.owners: dict[str, Owner] = {
            "live": ("u_ann", "my_service", None),
            "revoked": ("u_ann", "my_service", Refusal.REVOKED),
            "replaced": ("u_ann", "my_service", Refusal.SUPERSEDED),
            "minted": ("u_ann", "", None),
        }
        self.kept: dict[ConnectionKey, KeptChecks] = {}
        self.asked: list[str] = []
        self.away = 0
        self.now_ms = NOON_MS

    async def listed(self, user: str | None) -> list[GrantRow]:
        """Return the grants."""
        await self._work()
        return [grant for grant in self.grants if user in {None, grant.user.id}]

    async def whose(self, digest: str) -> Owner | None:
        """Return the owner of a token."""
        await self._work()
        self.asked.append(digest)
        return self.owners.get(digest)

    async def note(
        self,
        passed: Mapping[ConnectionKey, int],
        failed: Sequence[tuple[ConnectionKey, FailedCheck]],
        refused: Sequence[tuple[ConnectionKey, FailedCheck]],
    ) -> None:
        """Keep what came."""
        await self._work()
        for key, at_ms in passed.items():
            self.kept[key] = KeptChecks(key, at_ms)
        for key, check in failed:
            kept = self.kept.get(key, KeptChecks(key))
            self.kept[key] = replace(kept, failed=(*kept.failed, check)[-LIMIT:])
        for key, check in refused:
            self.kept[key] = replace(self.kept.get(key, KeptChecks(key)), refused=check)

    async def all(self) -> list[KeptChecks]:
        """Return what is kept."""
        await self._work()
        return list(self.kept.values())

    async def _work(self) -> None:
        await asyncio.sleep(0)
        self.away -= 1
        if self.away >= 0:
            raise StorageUnavailable("database: disk full")


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def watch(house: House) -> ConnectionWatch:
    return ConnectionWatch(house, house.whose, house, clock_ms=lambda: house.now_ms)


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as lines:
        yield lines


def said(logs: list[Any]) -> list[tuple[str, str, int | None]]:
    return [(line["event"], line["log_level"], line.get("failed")) for line in logs]


async def test_it_warns_once_at_three_once_at_ten_and_says_once_that_it_is_over(
    house: House, watch: ConnectionWatch, logs: list[Any]
) -> None:
    for _ in range(LIMIT + 1):
        watch.failed("revoked", 401)
        await watch.write()
        await watch.write()
    assert said(logs) == [("connection.failing", "warning", 3), ("connection.failing", "error", 10)]
    assert watch.connections[0].failed == LIMIT
    watch.passed(*_pair(ANN))
    await watch.write()
    await watch.write()
    assert said(logs)[2:] == [("connection.restored", "info", None)]
    assert watch.connections[0].state is State.CONNECTED
    assert house.kept[ANN] == KeptChecks(ANN, NOON_MS)


def _pair(key: ConnectionKey) -> tuple[str, str]:
    return key.user, key.client


async def test_the_warning_says_whose_it_is_why_and_what_to_do_and_no_token(
    house: House, watch: ConnectionWatch, logs: list[Any]
) -> None:
    house.owners["d1g3st"] = house.owners["replaced"]
    for _ in range(3):
        watch.failed("d1g3st", 401)
    await watch.write()
    [line] = logs
    assert (line["user"], line["client"], line["failed"], line["of"]) == ("u_ann", "my_service", 3, LIMIT)
    assert line["reason"] == Cause.SUPERSEDED
    assert "connect the service again at IFTTT" in line["note"]
    assert "d1g3st" not in str(line)


async def test_after_a_restart_it_is_said_again_only_if_it_is_still_so(house: House, logs: list[Any]) -> None:
    house.kept[ANN] = KeptChecks(ANN, None, (FailedCheck(NOON_MS, Cause.OURS),) * 4)
    for _ in range(2):
        await ConnectionWatch(house, house.whose, house, clock_ms=lambda: house.now_ms).write()
    house.kept[ANN] = KeptChecks(ANN, NOON_MS)
    await ConnectionWatch(house, house.whose, house, clock_ms=lambda: house.now_ms).write()
    assert said(logs) == [("connection.failing", "warning", 4)] * 2


async def test_failed_checks_that_grow_old_are_not_a_restored_connection(
    house: House, watch: ConnectionWatch, logs: list[Any]
) -> None:
    for _ in range(3):
        watch.failed("revoked", 401)
    await watch.write()
    house.now_ms += 15 * 24 * 3600 * 1000
    await watch.write()
    house.now_ms -= 15 * 24 * 3600 * 1000
    await watch.write()
    assert said(logs) == [("connection.failing", "warning", 3)]


async def test_a_passed_check_ends_what_failed_before_it_and_nothing_after_it(
    house: House, watch: ConnectionWatch
) -> None:
    watch.failed("revoked", 401)
    watch.refused_refresh("replaced")
    watch.passed(*_pair(ANN))
    watch.failed("live", 503)
    await watch.write()
    assert house.kept[ANN] == KeptChecks(ANN, NOON_MS, (FailedCheck(NOON_MS, Cause.OURS),))
    assert watch.outcomes == {"passed": 1, "failed": 2, "unknown": 0}
    assert watch.refused_refreshes == 1


async def test_a_refused_refresh_warns_at_once(watch: ConnectionWatch, logs: list[Any]) -> None:
    watch.refused_refresh("replaced")
    await watch.write()
    assert said(logs) == [("connection.failing", "warning", 0)]
    assert logs[0]["reason"] == Cause.SUPERSEDED
    assert watch.outcomes.total() == 0


async def test_a_live_token_that_another_client_presents_is_no_trouble_of_its_owner(
    house: House, watch: ConnectionWatch, logs: list[Any]
) -> None:
    watch.refused_refresh("live")
    await watch.write()
    assert (house.kept, logs, watch.refused_refreshes) == ({}, [], 1)


async def test_what_belongs_to_nobody_we_know_is_counted_and_not_kept(house: House, watch: ConnectionWatch) -> None:
    for digest in ("a stranger's", "minted"):
        watch.failed(digest, 401)
        watch.refused_refresh(digest)
    watch.passed("u_ann", "")
    await watch.write()
    await watch.write()
    assert house.kept == {}
    assert watch.outcomes == {"passed": 0, "failed": 0, "unknown": 1}
    assert house.asked == ["a stranger's", "minted"]


async def test_a_user_who_is_removed_in_between_leaves_nothing(
    house: House, watch: ConnectionWatch, logs: list[Any]
) -> None:
    for _ in range(3):
        watch.failed("revoked", 401)
    await watch.write()
    watch.failed("revoked", 401)
    house.grants, house.owners, house.kept = [], {}, {}
    await watch.write()
    assert (house.kept, watch.connections) == ({}, ())
    assert said(logs) == [("connection.failing", "warning", 3)]


@pytest.mark.parametrize("calls", range(1, 5))
async def test_with_the_database_away_nothing_is_lost_and_the_order_stays(
    house: House, watch: ConnectionWatch, calls: int
) -> None:
    watch.failed("revoked", 401)
    watch.passed(*_pair(ANN))
    watch.failed("live", 503)
    house.away = calls
    for _ in range(calls):
        with pytest.raises(StorageUnavailable):
            await watch.write()
        watch.failed("live", 500)
    await watch.write()
    assert house.kept[ANN].passed_at_ms == NOON_MS
    assert len(house.kept[ANN].failed) == calls + 1
    assert watch.outcomes == {"passed": 1, "failed": calls + 2, "unknown": 0}


async def test_strangers_cannot_make_it_remember_without_bound(house: House, watch: ConnectionWatch) -> None:
    watch.failed("revoked", 401)
    for number in range(10 * MAX_WAITING):
        watch.failed(f"stranger {number}", 401)
    for _ in range(10 * LIMIT):
        watch.failed("revoked", 401)
    await watch.write()
    assert len(house.asked) == MAX_WAITING
    assert len(house.kept[ANN].failed) == LIMIT


async def test_two_who_write_at_once_do_not_mix_up_the_order(house: House, watch: ConnectionWatch) -> None:
    watch.failed("revoked", 401)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(watch.write())
        await asyncio.sleep(0)
        watch.passed(*_pair(ANN))
        tasks.create_task(watch.write())
    assert house.kept[ANN] == KeptChecks(ANN, NOON_MS)
