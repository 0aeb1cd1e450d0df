"""The whole path, both ways, on real parts: a door at one end and a lamp at the other."""

import pytest

from tests.parts.daemon import DOOR_TOPIC, LIGHT_COMMAND_TOPIC, LIGHT_TOPIC, Daemon
from tests.parts.mosquitto import Listener, Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

IDENTITY = "92429d82a41e93048cf0e2a1b7d4c55e61f0a9b3"


async def test_a_door_opens_and_ifttt_knows_and_orders_and_the_lamp_obeys(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed", retain=True)
    await broker.publish(LIGHT_TOPIC, '{"state":"OFF"}', retain=True)
    assert await daemon.poll(token, "door_opened", {"door": "front-door"}, trigger_identity=IDENTITY) == []

    await broker.publish(DOOR_TOPIC, "open", retain=True)

    await until(lambda: realtime.told == [IDENTITY], what="IFTTT being told")
    [item] = await daemon.poll(token, "door_opened", {"door": "front-door"}, trigger_identity=IDENTITY)
    assert (item["device_name"], item["device_id"], item["room"]) == ("Front door", "front-door", "Hall")
    [event] = daemon.events()
    assert (event["id"], event["kind"], event["offered"]) == (item["meta"]["id"], "contact.opened", True)

    with broker.listener(LIGHT_COMMAND_TOPIC) as lamp:
        await until(lambda: _subscribed(lamp, broker), what="the lamp listening")
        status, body = await daemon.post(
            "actions/turn_on_light", token, {"actionFields": {"light": "hall-light", "brightness": "50"}}
        )
        assert status == 200, body
        assert body["data"][0]["id"]
        await until(lambda: (False, '{"state":"ON","brightness":128}') in lamp.received(), what="the lamp being told")
    await broker.publish(LIGHT_TOPIC, '{"state":"ON","brightness":128}', retain=True)
    await until(lambda: daemon.count_events() == 2, what="the lamp's new state on disk")
    assert daemon.events()[1]["kind"] == "light.turned_on"
    assert daemon.events()[1]["ingredients"]["brightness"] == "50"


async def test_sigterm_ends_with_status_zero_and_says_goodbye_in_order(daemon: Daemon) -> None:
    await daemon.start()
    assert daemon.stop() == 0
    names = [line.split("event=")[1].split()[0] for line in daemon.log.splitlines() if "event=" in line]
    begun = ["bridge.started", "dashboard.setup_code", "mqtt.connected"]
    assert sorted(names[:3]) == begun, "none waits for the others"
    assert names[3:] == ["bridge.stopping", "bridge.stopped"]


async def test_a_second_daemon_on_the_same_database_ends_with_status_one(daemon: Daemon) -> None:
    await daemon.start()
    second = Daemon(daemon.folder, daemon.broker_port)
    with pytest.raises(AssertionError, match="another ifttt-bridge is running"):
        await second.start()
    assert second.ended() == 1


async def _subscribed(lamp: Listener, broker: Mosquitto) -> bool:
    await broker.publish(LIGHT_COMMAND_TOPIC, "are you there?")
    return bool(lamp.received())
