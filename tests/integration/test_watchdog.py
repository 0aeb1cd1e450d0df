"""Feeding a watchdog with the real parts: what stands still stops it and is named, what is only in trouble does not."""

import asyncio
import contextlib
import socket
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bridge.errors import StorageUnavailable
from bridge.mqtt.connection import Connection
from bridge.mqtt.intake import Intake
from bridge.mqtt.session import Broker
from bridge.storage.database import open_database
from bridge.watchdog import Watchdog, Watched, http_answers
from bridge.web.server import listening
from tests.parts.ports import free_port
from tests.parts.waiting import until

LIMIT_S = 0.8


@dataclass
class Fed:
    """How often the watchdog was fed, and what was logged."""

    times: int = 0
    lines: list[dict[str, object]] = field(default_factory=list)

    def feed(self) -> None:
        """Count."""
        self.times += 1

    async def more(self) -> None:
        """Wait until it has been fed through a whole limit."""
        before = self.times
        await until(lambda: self.times > before + 4, what="the feeding")

    def names(self, event: str) -> list[object]:
        """Return the parts that a line of this name spoke of."""
        return [line["part"] for line in self.lines if line["event"] == event]


@asynccontextmanager
async def watching(*watched: Watched, limit_s: float = LIMIT_S) -> AsyncIterator[Fed]:
    fed = Fed()
    with capture_logs() as lines:
        fed.lines = lines  # type: ignore[assignment] # each line is a dictionary
        async with running(Watchdog(watched, limit_s=limit_s, feed=fed.feed).run()):
            yield fed


@asynccontextmanager
async def running(coroutine: Coroutine[None, None, None]) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(coroutine)
        try:
            yield
        finally:
            task.cancel()


async def _stops_and_goes_on(fed: Fed, name: str, release: Callable[[], object]) -> None:
    await until(lambda: fed.names("watchdog.stuck") == [name], what="the part being named")
    before = fed.times
    await asyncio.sleep(LIMIT_S)  # a service manager would have acted
    assert fed.times == before
    release()
    await fed.more()
    assert fed.names("watchdog.moving") == [name]
    assert fed.names("watchdog.stuck") == [name], "once"


async def test_a_writer_that_hangs_stops_the_feeding_until_it_goes_on(tmp_path: Path) -> None:
    let_go = threading.Event()
    async with (
        open_database(tmp_path / "bridge.db") as database,
        watching(Watched("writer", database.writer_answers, lambda: database.written_s)) as fed,
        running(database.write(lambda _: let_go.wait() or None)),  # type: ignore[arg-type]
    ):
        try:
            await _stops_and_goes_on(fed, "writer", let_go.set)
        finally:
            let_go.set()


async def test_a_database_that_another_program_holds_is_trouble_and_no_standstill(tmp_path: Path) -> None:
    path = tmp_path / "bridge.db"
    async with (
        open_database(path, busy_timeout_ms=50) as database,
        watching(Watched("writer", database.writer_answers, lambda: database.written_s)) as fed,
    ):
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageUnavailable):
                await database.write(lambda _: None)
            await fed.more()
            await fed.more()
    assert fed.lines == []


async def test_a_writer_that_is_busy_for_long_moves_with_each_unit_of_work(tmp_path: Path) -> None:
    """The watchdog's own turn comes late; that others had theirs is enough."""
    async with open_database(tmp_path / "bridge.db") as database, asyncio.TaskGroup() as tasks:
        for _ in range(12):
            tasks.create_task(database.write(lambda _: time.sleep(0.15)))
        await asyncio.sleep(0)
        async with watching(Watched("writer", database.writer_answers, lambda: database.written_s)) as fed:
            await fed.more()
            await fed.more()
    assert fed.lines == []


async def test_a_listener_that_does_not_answer_stops_the_feeding_until_it_does() -> None:
    may_answer = asyncio.Event()

    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        await may_answer.wait()
        return web.Response(status=404)

    async with (
        listening(answer, "127.0.0.1", 0) as port,
        watching(Watched("public listener", partial(http_answers, "127.0.0.1", port, "/", within_s=0.3))) as fed,
    ):
        await _stops_and_goes_on(fed, "public listener", may_answer.set)


async def test_a_listener_that_takes_no_connection_stops_the_feeding() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        port = deaf.getsockname()[1]
        async with watching(Watched("listener", partial(http_answers, "127.0.0.1", port, "/", within_s=0.3))) as fed:
            await until(lambda: fed.names("watchdog.stuck") == ["listener"], what="the listener being named")


@pytest.mark.parametrize(("host", "asked"), [("0.0.0.0", "0.0.0.0"), ("::", "::"), ("127.0.0.1", "127.0.0.1")])  # noqa: S104 -- how people let it listen
async def test_a_listener_is_reached_wherever_it_listens(host: str, asked: str) -> None:
    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=404)

    async with listening(answer, host, 0) as port:
        assert await http_answers(asked, port, "/", within_s=5)
    assert not await http_answers(asked, port, "/", within_s=5)


async def test_a_broker_that_is_away_is_no_standstill_of_the_connection() -> None:
    connection = _connection(free_port())
    async with (
        running(connection.run()),
        watching(Watched("broker loop", moved_s=lambda: connection.progress_s)) as fed,
    ):
        for _ in range(4):
            await fed.more()
    assert not connection.connected
    assert fed.names("watchdog.stuck") == []


async def test_a_connection_that_nobody_drives_stops_the_feeding() -> None:
    connection = _connection(free_port())
    async with watching(Watched("broker loop", moved_s=lambda: connection.progress_s)) as fed:
        await until(lambda: fed.names("watchdog.stuck") == ["broker loop"], what="the connection being named")


async def test_a_blocked_event_loop_is_named_with_its_place_while_it_is_blocked() -> None:
    async with watching(limit_s=0.2) as fed:
        await fed.more()
        deadline = time.monotonic() + 10
        while not fed.names("watchdog.stuck") and time.monotonic() < deadline:
            time.sleep(0.01)  # noqa: ASYNC251 -- to block is what this is about
        [line] = [line for line in fed.lines if line["event"] == "watchdog.stuck"]
        await fed.more()
    assert line["part"] == "event loop"
    assert str(line["where"]).startswith(f"{__file__}:")
    assert fed.names("watchdog.stood_still") == ["event loop"]


def _connection(port: int) -> Connection:
    async def no_topics() -> tuple[str, ...]:
        return ()

    async def forget(_topics: tuple[str, ...]) -> None:
        pass

    return Connection(
        Broker("127.0.0.1", port, "bridge-test"),
        Intake(100),
        topics=tuple,
        remembered_topics=no_topics,
        remember_topics=forget,
        away_before_start_s=0.0,
    )
