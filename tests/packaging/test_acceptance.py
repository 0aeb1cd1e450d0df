"""What a person was promised, kept by the installed package under the restrictions of its unit.

These are tests of `tests/acceptance/` with systemd's daemon in the place of the plain one: the package's own libraries
on Debian's Python, under every line of the shipped unit. Kills come in a short form.

What is left out, and why. Each daemon costs seconds here, so of tests that wait long for their effect (twenty kills,
ten reloads, restarts of the broker, a broker or a daemon that stands still, IFTTT away for long) the shorter ones
stand for the rest.
Tests of the command line, the control socket, the completion, the doctor and a log's form start programs beside the
daemon, as its own user and on files of the test: those are not under the unit. Credentials, watchdog and reload are
tried below with systemd itself in the place of the stand-in of test_service_manager.py. Refused commands, an encrypted
broker and the proxies need a broker or programs of their own, made for a daemon that the test starts itself.
"""

from tests.acceptance.test_absence import (
    test_a_device_that_left_the_configuration_is_no_longer_listened_to,
    test_a_restart_alone_makes_no_event,
    test_a_retained_press_never_fires,
    test_a_state_that_only_the_retained_message_shows_is_changed_while_away,
    test_edges_of_the_absence_count,
    test_presses_of_the_absence_are_offered_unless_they_are_late,
)
from tests.acceptance.test_bad_messages import (
    test_a_picture_of_many_megabytes_never_reaches_the_bridge,
    test_more_bad_messages_than_a_window_hold_nothing_up_and_are_said_once_a_topic,
)
from tests.acceptance.test_crashes import (
    test_the_daemon_starts_without_its_broker_and_connects_when_it_comes,
)
from tests.acceptance.test_frozen_broker import (
    test_a_command_while_the_broker_is_away_is_refused,
)
from tests.acceptance.test_full_disk import (
    test_a_failed_commit_loses_no_edge,
    test_what_a_full_disk_held_up_survives_a_kill,
)
from tests.acceptance.test_ifttt_away import (
    test_what_is_owed_survives_a_kill,
    test_what_was_told_is_not_told_again_after_a_clean_stop,
)
from tests.acceptance.test_metrics import (
    test_a_command_that_the_device_obeys_counts_as_confirmed,
    test_a_slow_ifttt_shows_in_its_own_lag_alone,
    test_a_topic_of_any_name_and_what_nobody_understands_is_only_counted,
    test_each_opening_counts_once_on_its_whole_way,
    test_late_presses_and_changes_while_away_count_with_their_reason,
    test_refused_requests_count_by_code_and_a_strangers_words_are_no_label,
    test_the_daemon_says_what_it_is_and_what_it_takes,
)
from tests.acceptance.test_reload import (
    test_a_new_service_key_counts_at_once_in_both_directions,
    test_devices_come_and_go_without_a_new_connection_and_retained_only_sets_their_state,
    test_what_needs_a_restart_is_named_and_keeps_its_value,
)
from tests.acceptance.test_retained_health import (
    test_whoever_comes_later_finds_how_the_bridge_is,
)
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
    "test_a_command_that_the_device_obeys_counts_as_confirmed",
    "test_a_command_while_the_broker_is_away_is_refused",
    "test_a_device_that_left_the_configuration_is_no_longer_listened_to",
    "test_a_door_opens_and_ifttt_knows_and_orders_and_the_lamp_obeys",
    "test_a_failed_commit_loses_no_edge",
    "test_a_new_service_key_counts_at_once_in_both_directions",
    "test_a_picture_of_many_megabytes_never_reaches_the_bridge",
    "test_a_restart_alone_makes_no_event",
    "test_a_retained_press_never_fires",
    "test_a_slow_ifttt_shows_in_its_own_lag_alone",
    "test_a_state_that_only_the_retained_message_shows_is_changed_while_away",
    "test_a_topic_of_any_name_and_what_nobody_understands_is_only_counted",
    "test_devices_come_and_go_without_a_new_connection_and_retained_only_sets_their_state",
    "test_each_opening_counts_once_on_its_whole_way",
    "test_edges_of_the_absence_count",
    "test_late_presses_and_changes_while_away_count_with_their_reason",
    "test_more_bad_messages_than_a_window_hold_nothing_up_and_are_said_once_a_topic",
    "test_presses_of_the_absence_are_offered_unless_they_are_late",
    "test_refused_requests_count_by_code_and_a_strangers_words_are_no_label",
    "test_sigterm_ends_with_status_zero_and_says_goodbye_in_order",
    "test_the_daemon_says_what_it_is_and_what_it_takes",
    "test_the_daemon_starts_without_its_broker_and_connects_when_it_comes",
    "test_what_a_full_disk_held_up_survives_a_kill",
    "test_what_is_owed_survives_a_kill",
    "test_what_needs_a_restart_is_named_and_keeps_its_value",
    "test_what_was_told_is_not_told_again_after_a_clean_stop",
    "test_whoever_comes_later_finds_how_the_bridge_is",
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


async def test_a_daemon_that_dies_is_started_again(daemon: InstalledDaemon) -> None:
    await daemon.start()
    daemon.kill()
    await until(daemon.is_ready, what="systemd having started it again")


async def test_with_a_wrong_configuration_the_unit_says_so_and_goes_on_once_it_is_right(
    daemon: InstalledDaemon,
) -> None:
    right, daemon.mqtt = daemon.mqtt, 'clientid = "x"'
    await daemon.start(ready=False)
    assert "mqtt.clientid" in daemon.show("StatusText")
    assert (daemon.show("ActiveState"), daemon.show("NRestarts")) == ("active", "0")
    assert not await daemon.is_ready()
    daemon.mqtt = right
    await daemon.start()
    assert (daemon.show("ActiveState"), daemon.show("NRestarts")) == ("active", "0")


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
