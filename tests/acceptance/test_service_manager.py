"""What systemd hears of the whole daemon: ready, reloading, alive, stopping. From one that stands still: nothing."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.daemon import Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.service_manager import ServiceManager, service_manager
from tests.parts.waiting import until

LIMIT_S = 4.0


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServiceManager]:
    with service_manager(tmp_path) as listening:
        monkeypatch.setenv("NOTIFY_SOCKET", str(listening.address))
        monkeypatch.setenv("WATCHDOG_USEC", str(round(LIMIT_S * 1_000_000)))
        yield listening


async def test_each_reading_of_the_configuration_is_announced_and_ends_with_ready(
    daemon: Daemon, manager: ServiceManager
) -> None:
    await daemon.start()
    await daemon.reload()
    daemon.edit('name = "Kettle"', "name = 7")
    await daemon.reload()
    daemon.mqtt = 'client_id = "another"'
    daemon.edit('name = "Kettle"', 'name = "Cooker"')
    await daemon.reload()
    await until(lambda: manager.states.count("READY") == 4, what="ready again")
    began = [int(message["MONOTONIC_USEC"]) for message in manager.told if "RELOADING" in message]
    assert daemon.stop() == 0
    assert manager.states == ["READY", *("RELOADING", "READY") * 3, "STOPPING"]
    assert began == sorted(began)
    assert all(
        any(text in status for status in manager.statuses)
        for text in ("4 devices", "the changed configuration is wrong", "a restart is needed for mqtt.client_id")
    )


async def test_the_watchdog_is_fed_while_everything_moves_the_broker_or_not(
    broker: Mosquitto, daemon: Daemon, manager: ServiceManager
) -> None:
    await daemon.start()
    await until(lambda: manager.signs_of_life > 2, what="signs of life")
    broker.stop()
    await until(lambda: "broker: no connection" in manager.statuses[-1], what="the broker's absence being told")
    before = manager.signs_of_life
    await until(lambda: manager.signs_of_life > before + 2, what="signs of life without a broker")
    assert "watchdog." not in daemon.log


async def test_a_daemon_that_stands_still_gives_no_sign_of_life_and_goes_on_when_it_can(
    daemon: Daemon, manager: ServiceManager
) -> None:
    await daemon.start()
    await until(lambda: manager.signs_of_life > 1, what="signs of life")
    daemon.freeze()
    before = manager.signs_of_life
    await asyncio.sleep(LIMIT_S)  # this is what systemd waits
    assert manager.signs_of_life <= before + 1
    before = manager.signs_of_life
    daemon.thaw()
    await until(lambda: manager.signs_of_life > before + 1, what="signs of life again")
    assert "watchdog.stood_still" in daemon.log
    assert 'part="public listener"' not in daemon.log


async def test_a_watchdog_of_another_process_is_not_fed(
    daemon: Daemon, manager: ServiceManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_PID", "1")
    await daemon.start()
    await daemon.reload()
    assert daemon.stop() == 0
    assert manager.states[-1] == "STOPPING"
    assert manager.signs_of_life == 0
