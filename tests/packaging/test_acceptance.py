"""What a person was promised, kept by the installed package under the restrictions of its unit.

These are tests of `tests/acceptance/` with systemd's daemon in the place of the plain one: the package's own libraries
on Debian's Python, under every line of the shipped unit. Kills come in a short form.
"""

import pytest

from tests.acceptance.test_absence import test_edges_of_the_absence_count
from tests.acceptance.test_crashes import test_the_daemon_starts_without_its_broker_and_connects_when_it_comes
from tests.acceptance.test_full_disk import (
    test_a_failed_commit_loses_no_edge,
    test_what_a_full_disk_held_up_survives_a_kill,
)
from tests.acceptance.test_ifttt_away import test_what_is_owed_survives_a_kill
from tests.acceptance.test_whole_path import (
    test_a_door_opens_and_ifttt_knows_and_orders_and_the_lamp_obeys,
    test_sigterm_ends_with_status_zero_and_says_goodbye_in_order,
)
from tests.parts.daemon import BUTTON_TOPIC
from tests.parts.installed import UNIT, InstalledDaemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.publisher import steady_publisher
from tests.parts.waiting import until

__all__ = [
    "test_a_door_opens_and_ifttt_knows_and_orders_and_the_lamp_obeys",
    "test_a_failed_commit_loses_no_edge",
    "test_edges_of_the_absence_count",
    "test_sigterm_ends_with_status_zero_and_says_goodbye_in_order",
    "test_the_daemon_starts_without_its_broker_and_connects_when_it_comes",
    "test_what_a_full_disk_held_up_survives_a_kill",
    "test_what_is_owed_survives_a_kill",
]
ROUNDS = 3


async def test_presses_under_kills_are_each_in_the_timeline_exactly_once_and_in_order(
    broker: Mosquitto, daemon: InstalledDaemon
) -> None:
    await daemon.start()
    async with steady_publisher(broker.port, BUTTON_TOPIC, per_second=200) as publisher:
        for _ in range(ROUNDS):
            before = daemon.count_events()
            await until(lambda before=before: daemon.count_events() > before + 20, what="presses coming in")  # type: ignore[misc]
            daemon.kill()
            await daemon.start(ready=False)
    await until(lambda: daemon.count_events() >= len(publisher.sent), what="every press on disk")
    await until(daemon.is_ready, what="the backlog being over")
    assert [event["kind"] for event in daemon.events()] == [f"button.{word}" for word in publisher.sent]


async def test_a_daemon_that_dies_is_started_again_and_a_wrong_configuration_is_not_tried_again(
    daemon: InstalledDaemon,
) -> None:
    await daemon.start()
    daemon.kill()
    await until(daemon.is_ready, what="systemd having started it again")

    daemon.stop()
    daemon.mqtt = 'clientid = "x"'
    with pytest.raises(AssertionError, match="Job for ifttt-bridge"):
        await daemon.start()
    assert (daemon.show("ActiveState"), daemon.show("ExecMainStatus")) == ("failed", "2")
    assert "mqtt.clientid" in daemon.log


async def test_a_secret_that_root_keeps_reaches_the_daemon_and_one_that_is_missing_hinders_nothing(
    daemon: InstalledDaemon,
) -> None:
    store = "/etc/credstore/ifttt-bridge.ifttt.service_keys"
    daemon.machine.run("sh", "-c", f"mkdir -p /etc/credstore && echo a-key-of-root-s-own >{store} && chmod 600 {store}")
    await daemon.start()
    handed_over = "/run/credentials/ifttt-bridge.service"
    assert daemon.machine.run("ls", handed_over).split() == ["ifttt.service_keys"]
    assert daemon.machine.run("stat", "-c", "%a %U", f"{handed_over}/ifttt.service_keys").split()[0] == "400"
    daemon.machine.run("rm", store)


async def test_systemctl_reload_takes_what_is_right_and_refuses_what_is_wrong(daemon: InstalledDaemon) -> None:
    await daemon.start()
    daemon.edit('name = "Bedside button"', 'name = "Night button"')
    daemon.machine.run("systemctl", "reload", UNIT)
    await until(lambda: "config.reloaded" in daemon.log, what="the new name being in force")
    assert "Night button" in daemon.command("device", "list")

    daemon.edit('name = "Bedside button"', 'nam = "Night button"')
    daemon.machine.run("systemctl", "reload", UNIT)
    await until(lambda: "config.refused" in daemon.log, what="the wrong key being told")
    assert await daemon.is_ready()
    assert daemon.show("ActiveState") == "active"


async def test_systemd_watches_over_a_daemon_that_stands_still(daemon: InstalledDaemon) -> None:
    """With a shorter limit than the shipped one: a minute is long for a test."""
    folder = f"/run/systemd/system/{UNIT}.d"
    daemon.machine.run("sh", "-c", f"mkdir -p {folder} && printf '[Service]\\nWatchdogSec=3\\n' >{folder}/short.conf")
    daemon.machine.run("systemctl", "daemon-reload")
    try:
        await daemon.start()
        first = daemon.show("MainPID")
        daemon.freeze()
        await until(lambda: daemon.show("MainPID") not in {first, "0"}, what="systemd having started another")
        await until(daemon.is_ready, what="that one being ready")
        assert daemon.show("NRestarts") == "1"
    finally:
        daemon.machine.run("sh", "-c", f"rm -r {folder} && systemctl daemon-reload")
