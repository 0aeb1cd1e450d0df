"""An event loop whose time jumps."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest

from bridge.simulator.virtual_time import VirtualLoop, run_virtually
from tests.simulator.canned_service import CannedService

FORTNIGHT_S = 14 * 86_400.0


def test_a_fortnight_of_sleep_takes_no_time_and_wakes_in_order() -> None:
    async def sleep_all() -> tuple[list[float], float]:
        loop, woken = asyncio.get_running_loop(), list[float]()

        async def sleeper(seconds: float) -> None:
            await asyncio.sleep(seconds)
            woken.append(loop.time())

        async with asyncio.TaskGroup() as group:
            for seconds in (FORTNIGHT_S, 0.25, 3600.0):
                group.create_task(sleeper(seconds))
        return woken, loop.time()

    began_s = time.monotonic()
    woken, ended_s = run_virtually(sleep_all())

    assert woken == pytest.approx([0.25, 3600.0, FORTNIGHT_S])
    assert ended_s == pytest.approx(FORTNIGHT_S)
    assert time.monotonic() - began_s < 60.0


def test_a_timeout_is_over_in_virtual_time() -> None:
    async def wait_in_vain() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(86_400.0):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run_virtually(wait_in_vain()) == pytest.approx(86_400.0)


def test_time_stands_still_while_another_thread_works() -> None:
    async def work() -> tuple[str, float]:
        loop = cast("VirtualLoop", asyncio.get_running_loop())
        with ThreadPoolExecutor(1) as threads, loop.working():
            async with asyncio.timeout(1.0):
                done = await loop.run_in_executor(threads, _take_a_moment)
        return done, loop.time()

    assert run_virtually(work()) == ("done", 0.0)


def test_time_jumps_over_a_thread_that_nobody_told_of() -> None:
    async def work() -> None:
        with ThreadPoolExecutor(1) as threads:
            async with asyncio.timeout(1.0):
                await asyncio.get_running_loop().run_in_executor(threads, _take_a_moment)

    with pytest.raises(TimeoutError):
        run_virtually(work())


def test_sockets_are_heard_before_time_jumps() -> None:
    async def ask() -> tuple[bytes, float]:
        async with CannedService() as service, asyncio.timeout(10.0):
            host, port = service.url.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"GET /user/info HTTP/1.0\r\n\r\n")
            said = await reader.readline()
            writer.close()
            return said, asyncio.get_running_loop().time()

    said, took_s = run_virtually(ask(), settle_s=0.05)

    assert said.startswith(b"HTTP/1.0 200")
    assert took_s == 0.0


def _take_a_moment() -> str:
    time.sleep(0.02)
    return "done"
