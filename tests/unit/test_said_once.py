"""What fails goes to the log once when it fails and once when it is back, however often it is tried in between."""

import asyncio
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from bridge.commands import Outcome
from bridge.errors import StorageUnavailable
from bridge.housekeeping import Housekeeping
from bridge.ifttt.identities import Identities
from bridge.oauth.grants import Moment
from bridge.recovery import Recovery
from bridge.web.bugs import MAX_PLACES
from bridge.web.failures import Failures
from tests.fakes.realtime import AWAY, WRONG_KEY, ScriptedClient, refuse
from tests.parts.waiting import until
from tests.unit.mqtt.house import ON, House, running
from tests.unit.realtime.examples import key, opened, waiting_for
from tests.unit.realtime.running import commit, notifier_of
from tests.unit.realtime.running import running as telling

LATER_S = 16 * 60.0
"""Longer than a refused identity is left alone."""


class Disk:
    """Every place of the database that is written to or read, full for the first `failures` attempts."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures

    async def attempt(self, *_: object) -> list[Any]:
        """Do something with it."""
        self.failures -= 1
        if self.failures >= 0:
            raise StorageUnavailable("database: disk full")
        return []

    keep = keep_all = note = note_used = sweep = after = attempt


class Around:
    """The parts around the housekeeping, with nothing to write down but that the broker is there."""

    live = True
    newest_seq = 0

    def take_moves(self) -> tuple[()]:
        """Nobody was told."""
        return ()

    def take_polled(self) -> dict[str, int]:
        """Nobody polled."""
        return {}

    def take_used(self) -> dict[str, Moment]:
        """No token was used."""
        return {}

    def told_up_to(self, newest_seq: int) -> int:
        """All is told."""
        return newest_seq

    @staticmethod
    async def nothing_restored() -> None:
        """No copy was put back."""

    async def recover(self, entries_after: Any, **_: object) -> None:  # noqa: ANN401 -- a stand-in
        """Read what there is."""
        await entries_after(0, 1)


def said(logs: list[Any]) -> list[str]:
    return [line["event"] for line in logs]


async def test_housekeeping_that_cannot_write() -> None:
    disk, around = Disk(failures=3), cast("Any", Around())
    kept = cast("Any", disk)
    keeping = Housekeeping(
        kept, kept, kept, Identities(), around, around, around, around, around, lambda: Moment(0, 0), asyncio.Event()
    )
    with capture_logs() as logs:
        for _ in range(5):
            await keeping.write()
        disk.failures = 2
        await keeping.write()
    assert said(logs) == ["housekeeping.postponed", "housekeeping.resumed", "housekeeping.postponed"]


async def test_what_else_is_written_with_it_is_asked_again_as_everything_is() -> None:
    disk, around, other = Disk(failures=0), cast("Any", Around()), Disk(failures=2)
    kept = cast("Any", disk)
    keeping = Housekeeping(
        *(kept, kept, kept, Identities(), around, around, around, around, around),
        lambda: Moment(0, 0),
        asyncio.Event(),
        also=(cast("Any", other).attempt,),
    )
    with capture_logs() as logs:
        for _ in range(4):
            await keeping.write()
    assert said(logs) == ["housekeeping.postponed", "housekeeping.resumed"]
    assert other.failures == -2, "it is written each time"


async def test_recovery_without_a_readable_database() -> None:
    done, around = asyncio.Event(), cast("Any", Around())
    recovery = Recovery(
        around, cast("Any", Disk(failures=3)), Around.nothing_restored, 0, 1, lambda: 0, done, retry_s=0.0
    )
    with capture_logs() as logs:
        await recovery.run()
    assert said(logs) == ["realtime.recovery_postponed", "realtime.recovered"]
    assert done.is_set()


async def test_outcomes_of_commands_that_cannot_be_noted() -> None:
    house = House()
    await house.order()
    with capture_logs() as logs:
        house.register.failing.add("note")
        for _ in range(3):
            await house.outbound.settle()
        house.register.failing.clear()
        for _ in range(2):
            await house.outbound.settle()
    assert said(logs) == ["commands.not_noted", "commands.noted_again"]


async def test_a_device_that_does_not_report_what_it_was_told() -> None:
    house = House(confirmation_s=0.0)
    with capture_logs() as logs:
        async with running(house):
            for count in (1, 2):
                await house.order()
                await until(lambda: house.outbound.counts[Outcome.UNCONFIRMED] == count)  # noqa: B023 -- waited for here
        await house.order()
        house.report(ON)
        await house.order()
        house.report(ON)
    assert said(logs) == ["command.unconfirmed", "command.confirmed_again"]


async def test_an_identity_that_ifttt_refuses_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    client = ScriptedClient(judge=refuse({"a"}))
    notifier = notifier_of(client, waiting_for("ab"))
    loop, clock = asyncio.get_running_loop(), asyncio.get_running_loop().time
    passed_s = 0.0
    monkeypatch.setattr(loop, "time", lambda: clock() + passed_s)
    with capture_logs() as logs:
        async with telling(notifier):
            for seq in (1, 2):
                commit(notifier, opened(seq, "a"))
                await until(lambda: notifier.refused == seq)  # noqa: B023 -- waited for here
                passed_s += LATER_S
            client.judge = refuse(set())
            for seq in (3, 4):
                commit(notifier, opened(seq, "a"))
                await until(lambda: notifier.told == seq - 2)  # noqa: B023 -- the same
    assert said(logs) == ["realtime.identity_refused", "realtime.identity_accepted"]


async def test_an_identity_that_ended_is_a_new_one_when_it_comes_back() -> None:
    notifier = notifier_of(ScriptedClient(judge=refuse({"a"})), waiting_for("a"))
    with capture_logs() as logs:
        async with telling(notifier):
            for seq in (1, 2):
                commit(notifier, opened(seq, "a"))
                await until(lambda: notifier.refused == seq)  # noqa: B023 -- waited for here
                notifier.forget(key("a"))
    assert said(logs) == ["realtime.identity_refused"] * 2


async def test_an_ifttt_that_is_away_for_long_and_then_refuses_the_key() -> None:
    client = ScriptedClient(*[AWAY] * 3, *[WRONG_KEY] * 2)
    notifier = notifier_of(client, waiting_for("a"))
    with capture_logs() as logs:
        async with telling(notifier):
            for seq in (1, 2):
                commit(notifier, opened(seq, "a"))
                await until(lambda: notifier.told == seq)  # noqa: B023 -- waited for here
    assert said(logs) == ["realtime.unavailable"] * 2 + ["realtime.available"]
    assert [line.get("trouble") for line in logs[:2]] == [
        "IFTTT takes no notifications now",
        "IFTTT refuses the service key",
    ]


def test_a_fault_of_ours_in_a_request_is_told_once_for_each_place_and_answered_each_time() -> None:
    failures, faults = Failures(), [_fault(place) for place in (0, 1)]
    with capture_logs() as logs:
        answers = [failures.respond_to_bug(faults[number % 2]) for number in range(6)]
    assert [answer.status for answer in answers] == [500] * 6
    assert said(logs) == ["request.failed"] * 2


def test_faults_in_ever_new_places_do_not_fill_the_log() -> None:
    failures = Failures()
    with capture_logs() as logs:
        for number in range(2 * MAX_PLACES):
            failures.respond_to_bug(type(f"Fault{number}", (Exception,), {})())
    assert len(logs) == MAX_PLACES


def _fault(place: int) -> Exception:
    try:
        if place:
            raise RuntimeError  # noqa: TRY301 -- one place
        raise RuntimeError  # noqa: TRY301 -- and another
    except RuntimeError as error:
        return error
