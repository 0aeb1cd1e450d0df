"""What happened while the bridge was away: edges count, presses may be late, retained messages never fire."""

import pytest

from bridge.storage.settings import LAST_CONNECTED_MS
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until


async def test_edges_of_the_absence_count(broker: Mosquitto, daemon: Daemon) -> None:
    await _seen_once(broker, daemon)
    daemon.kill()
    await broker.publish(DOOR_TOPIC, "open", retain=True)
    await daemon.start()
    assert [(event["kind"], event["offered"]) for event in daemon.events()] == [("contact.opened", True)]


@pytest.mark.parametrize(("limit", "offered"), [("120s", True), ("1ms", False)])
async def test_presses_of_the_absence_are_offered_unless_they_are_late(
    broker: Mosquitto, daemon: Daemon, limit: str, *, offered: bool
) -> None:
    daemon.mqtt = f'late_press_limit = "{limit}"'
    await _seen_once(broker, daemon)
    assert daemon.stop() == 0
    await broker.publish(BUTTON_TOPIC, "double")
    await daemon.start()
    await broker.publish(BUTTON_TOPIC, "single")
    await until(lambda: daemon.count_events() == 2, what="both presses on disk")
    late, live = daemon.events()
    assert (late["kind"], late["offered"], late["reason"]) == ("button.double", offered, None if offered else "late")
    assert (live["kind"], live["offered"]) == ("button.single", True)


async def test_a_press_is_not_late_though_the_daemon_was_killed_as_soon_as_it_listened(
    broker: Mosquitto, daemon: Daemon
) -> None:
    await daemon.start()
    await until(lambda: daemon.kept(LAST_CONNECTED_MS) is not None, within_s=15, what="the listening being noted")
    daemon.kill()
    await broker.publish(BUTTON_TOPIC, "double")
    await daemon.start()
    await until(lambda: daemon.count_events() == 1, what="the press on disk")
    assert daemon.events()[0]["offered"]


@pytest.mark.parametrize(("setting", "offered"), [("record", False), ("fire", True)])
async def test_a_state_that_only_the_retained_message_shows_is_changed_while_away(
    broker: Mosquitto, daemon: Daemon, setting: str, *, offered: bool
) -> None:
    daemon.mqtt = f'changed_while_away = "{setting}"'
    await _seen_once(broker, daemon)
    daemon.kill()
    await broker.publish(DOOR_TOPIC, "open", qos=0, retain=True)  # QoS 0 is not kept for who is away
    await daemon.start()
    await until(lambda: daemon.count_events() == 1, what="the change on disk")
    [event] = daemon.events()
    assert (event["kind"], event["offered"]) == ("contact.opened", offered)
    assert event["reason"] == (None if offered else "changed while away")


async def test_a_retained_press_never_fires(broker: Mosquitto, daemon: Daemon) -> None:
    await broker.publish(BUTTON_TOPIC, "double", retain=True)
    await daemon.start()
    await broker.publish(BUTTON_TOPIC, "single")
    await until(lambda: daemon.count_events() == 1, what="the live press on disk")
    assert daemon.events()[0]["kind"] == "button.single"


async def test_a_press_while_the_daemon_stood_still_is_late(broker: Mosquitto, daemon: Daemon) -> None:
    """A suspended computer notices the lost connection only when it wakes; the absence began long before."""
    daemon.mqtt = 'late_press_limit = "3s"'
    await _seen_once(broker, daemon)
    daemon.freeze()
    await until(lambda: "exceeded timeout" in broker.log, within_s=60.0, what="the broker giving the daemon up")
    await broker.publish(BUTTON_TOPIC, "double")
    daemon.thaw()
    await until(lambda: daemon.count_events() == 1, what="the press on disk")
    [press] = daemon.events()
    assert (press["kind"], press["reason"]) == ("button.double", "late")


async def test_presses_after_a_kill_are_not_late_however_soon_after_the_start_it_came(
    broker: Mosquitto, daemon: Daemon
) -> None:
    await _seen_once(broker, daemon)
    await until(lambda: _has_noted_that_it_listens(daemon), within_s=20.0, what="it being written down at once")
    daemon.kill()
    await broker.publish(BUTTON_TOPIC, "double")
    await daemon.start()
    await until(lambda: daemon.count_events() == 1, what="the press on disk")
    [press] = daemon.events()
    assert (press["kind"], press["offered"], press["reason"]) == ("button.double", True, None)


async def test_a_restart_alone_makes_no_event(broker: Mosquitto, daemon: Daemon) -> None:
    await _seen_once(broker, daemon)
    for _ in range(3):
        assert daemon.stop() == 0
        await daemon.start()
    assert daemon.events() == []


async def test_a_device_that_left_the_configuration_is_no_longer_listened_to(broker: Mosquitto, daemon: Daemon) -> None:
    await _seen_once(broker, daemon)
    assert daemon.stop() == 0
    daemon.rename_topic(BUTTON_TOPIC, "home/another-button/action")
    await daemon.start()
    await broker.publish(BUTTON_TOPIC, "double")
    await broker.publish("home/another-button/action", "single")
    await until(lambda: daemon.count_events() == 1, what="the press on the new topic")
    assert "message.ignored" not in daemon.log


def _has_noted_that_it_listens(daemon: Daemon) -> bool:
    with daemon.reader() as connection:
        question = "SELECT 1 FROM settings WHERE name = 'mqtt.last_connected_ms'"
        return connection.execute(question).fetchone() is not None


async def _seen_once(broker: Mosquitto, daemon: Daemon) -> None:
    """Let the bridge see the door closed, so that it knows what there is to change."""
    await broker.publish(DOOR_TOPIC, "closed", retain=True)
    await daemon.start()
    await until(lambda: daemon.knows("front-door"), what="the first state being known")
