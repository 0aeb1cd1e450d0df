"""The private listener for machines: figures and health, for reading only, and not for strangers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.private_side import PrivateSide, running_private_side

NEIGHBOUR = "192.168.1.20"
STRANGER = "192.168.2.20"


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[PrivateSide]:
    async with running_private_side(tmp_path) as running:
        yield running


@pytest.mark.parametrize("accept", ["*/*", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"])
async def test_figures_come_as_text_whatever_else_would_be_welcome(side: PrivateSide, accept: str) -> None:
    async with side.browser(Accept=accept) as machine, machine.get("/metrics") as response:
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert (await response.text()).endswith("# TYPE doors_open gauge\ndoors_open 3\n")


async def test_health_names_each_part_that_does_not_work(side: PrivateSide) -> None:
    async with side.browser() as machine:
        async with machine.get("/livez") as response:
            assert response.status == 200
        async with machine.get("/readyz") as response:
            assert response.status == 503
            assert await response.json() == {
                "ready": False,
                "parts": {"broker": True, "storage": False},
                "causes": {"storage": "database: disk full"},
            }


async def test_nothing_is_changed_there(side: PrivateSide) -> None:
    async with side.browser() as machine:
        for method, path in (("POST", "/metrics"), ("DELETE", "/readyz"), ("PUT", "/livez")):
            async with machine.request(method, path) as response:
                assert response.status == 404
        async with machine.head("/metrics") as response:
            assert (response.status, await response.read()) == (200, b"")


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
async def test_only_who_is_trusted_or_signed_in_reads_them_from_elsewhere(side: PrivateSide, path: str) -> None:
    async with side.browser() as owner, side.browser() as machine:
        assert await side.become_first(owner) == 303
        found = {}
        for remote in (STRANGER, NEIGHBOUR, "::1", f"::ffff:{STRANGER}", f"::ffff:{NEIGHBOUR}"):
            side.remote = remote
            async with machine.get(path) as response:
                found[remote] = response.status != 403
                assert found[remote] or "disk full" not in await response.text()
        assert found == {
            STRANGER: False,
            NEIGHBOUR: True,
            "::1": True,
            f"::ffff:{STRANGER}": False,
            f"::ffff:{NEIGHBOUR}": True,
        }
        side.remote = STRANGER
        async with owner.get(path) as response:
            assert response.status != 403


async def test_that_it_lives_is_told_to_everybody(side: PrivateSide) -> None:
    side.remote = STRANGER
    async with side.browser() as machine, machine.get("/livez") as response:
        assert (response.status, await response.text()) == (200, "alive\n")
