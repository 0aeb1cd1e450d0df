"""The private listener: figures and health, for reading only."""

from collections.abc import AsyncIterator
from functools import partial

import aiohttp
import pytest

from bridge.dashboard.exposition import gauge
from bridge.dashboard.health import Health
from bridge.dashboard.private import answer_private
from bridge.web.server import listening


@pytest.fixture
async def private() -> AsyncIterator[aiohttp.ClientSession]:
    health = Health(lambda: True, {"broker": lambda: "", "storage": lambda: "database: disk full"})
    families = [gauge("doors_open", "How many doors are open.", lambda: 3)]
    async with (
        listening(partial(answer_private, health, families), "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
    ):
        yield session


@pytest.mark.parametrize("accept", ["*/*", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"])
async def test_figures_come_as_text_whatever_else_would_be_welcome(private: aiohttp.ClientSession, accept: str) -> None:
    async with private.get("/metrics", headers={"Accept": accept}) as response:
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert (await response.text()).endswith("# TYPE doors_open gauge\ndoors_open 3\n")


async def test_health_is_as_before(private: aiohttp.ClientSession) -> None:
    async with private.get("/livez") as response:
        assert response.status == 200
    async with private.get("/readyz") as response:
        assert response.status == 503
        assert await response.json() == {
            "ready": False,
            "parts": {"broker": True, "storage": False},
            "causes": {"storage": "database: disk full"},
        }


async def test_nothing_is_changed_there_and_nothing_else_is_there(private: aiohttp.ClientSession) -> None:
    for method, path in (
        ("POST", "/metrics"),
        ("DELETE", "/readyz"),
        ("GET", "/metrics/"),
        ("GET", "/ifttt/v1/status"),
    ):
        async with private.request(method, path) as response:
            assert response.status == 404
    async with private.head("/metrics") as response:
        assert (response.status, await response.read()) == (200, b"")
