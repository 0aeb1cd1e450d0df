"""Locks, covers, detectors, availability and batteries on the real daemon: what they say, and what they are told."""

from functools import partial

import pytest

from tests.parts.daemon import Daemon
from tests.parts.mosquitto import Listener, Mosquitto
from tests.parts.waiting import until

DEVICES = """
[[devices]]
id = "back-lock"
name = "Back door"
room = "Kitchen"
kind = "lock"
state_topic = "home/back-lock/state"
command_topic = "home/back-lock/set"
allow_unlock = true
availability_topic = "home/back-lock/available"
battery_topic = "home/back-lock/battery"

[[devices]]
id = "side-lock"
name = "Side door"
kind = "lock"
state_topic = "home/side-lock/state"
command_topic = "home/side-lock/set"

[[devices]]
id = "blind"
name = "Blind"
kind = "cover"
state_topic = "home/blind"
command_topic = "home/blind/set"
schema = "json"
position_path = "position"

[[devices]]
id = "cellar"
name = "Cellar"
kind = "leak"
state_topic = "home/cellar"
schema = "json"
state_path = "water_leak"
payload_on = true
payload_off = false
battery_path = "battery"

[[devices]]
id = "hall-motion"
name = "Hall motion"
kind = "motion"
state_topic = "home/hall-motion"

[[devices]]
id = "attic"
name = "Attic"
kind = "sensor"
state_topic = "home/attic"
value_path = "temperature"
unit = "°C"

[[devices]]
id = "front-door"
"""

SAID = [
    ("home/back-lock/available", '{"state":"online"}'),
    ("home/back-lock/battery", "50"),
    ("home/back-lock/state", "LOCKED"),
    ("home/blind", '{"state":"closed","position":0}'),
    ("home/cellar", '{"water_leak":false,"battery":90}'),
    ("home/hall-motion", "OFF"),
    ("home/attic", '{"temperature":20.0}'),
    # so far nobody saw anything change
    ("home/hall-motion", "ON"),
    ("home/cellar", '{"water_leak":true,"battery":90}'),
    ("home/cellar", '{"water_leak":false,"battery":9}'),
    ("home/back-lock/state", "UNLOCKED"),
    ("home/back-lock/battery", "12"),
    ("home/back-lock/battery", "11"),
    ("home/blind", '{"state":"opening","position":10}'),
    ("home/blind", '{"state":"open","position":40}'),
    ("home/attic", '{"temperature":21.5}'),
    ("home/back-lock/available", '{"state":"offline"}'),
]
HAPPENED = [
    ("motion.detected", "hall-motion"),
    ("alarm.raised.leak", "cellar"),
    ("alarm.cleared.leak", "cellar"),
    ("battery.low", "cellar"),
    ("lock.unlocked", "back-lock"),
    ("battery.low", "back-lock"),
    ("cover.opened", "blind"),
    ("device.went_offline", "back-lock"),
]
POLLS = [
    ("motion_detected", {"sensor": "hall-motion"}, {"device_name": "Hall motion"}),
    ("alarm_raised", {"sensor": "any"}, {"alarm": "leak", "device_id": "cellar"}),
    ("battery_low", {"device": "back-lock"}, {"level": "12", "device_name": "Back door"}),
    ("battery_low", {"device": "cellar"}, {"level": "9"}),
    ("device_went_offline", {"device": "any"}, {"device_id": "back-lock", "room": "Kitchen"}),
]
ORDERS = [
    ("lock_door", {"lock": "side-lock"}, "home/side-lock/set", "LOCK"),
    ("unlock_door", {"lock": "back-lock"}, "home/back-lock/set", "UNLOCK"),
    ("set_cover", {"cover": "blind", "position": "30"}, "home/blind/set", '{"position":30}'),
    ("set_cover", {"cover": "blind", "position": "close"}, "home/blind/set", '{"state":"CLOSE"}'),
    ("set_cover", {"cover": "blind", "position": "stop"}, "home/blind/set", '{"state":"STOP"}'),
    ("turn_on_switch", {"switch": "kettle"}, "home/kettle/set", "ON"),
]


@pytest.fixture
def home(daemon: Daemon) -> Daemon:
    daemon.edit('[[devices]]\nid = "front-door"\n', DEVICES)
    return daemon


async def test_what_happens_to_them_is_shown_by_triggers(home: Daemon, broker: Mosquitto) -> None:
    token = home.add_user("anna")
    await home.start()
    for trigger, fields, _ in POLLS:
        assert await home.poll(token, trigger, fields, trigger_identity=f"{trigger}-{'-'.join(fields.values())}") == []
    for topic, payload in SAID:
        await broker.publish(topic, payload)
    await until(lambda: home.count_events() >= len(HAPPENED), what="everything being on disk")
    events = [(event["kind"], event["device"], event["offered"]) for event in home.events()]
    assert events == [(kind, device, True) for kind, device in HAPPENED]
    for trigger, fields, told in POLLS:
        [item] = await home.poll(token, trigger, fields, trigger_identity=f"{trigger}-{'-'.join(fields.values())}")
        assert told.items() <= item.items()
    assert '"21.5"' in home.command("device", "show", "attic", "--json")

    status, body = await home.post("actions/lock_door", token, {"actionFields": {"lock": "back-lock"}})
    assert (status, body["errors"][0]["message"]) == (503, "Back door is offline.")


async def test_they_are_told_what_they_understand(home: Daemon, broker: Mosquitto) -> None:
    token = home.add_user("anna")
    await home.start()
    for action, fields, topic, payload in ORDERS:
        with broker.listener(topic) as device:
            await until(partial(_subscribed, device, topic, broker), what="the device listening")
            status, body = await home.post(f"actions/{action}", token, {"actionFields": fields})
            assert status == 200, body
            await until(partial(_told, device, payload), what=f"the device being told {payload}")
    status, body = await home.post("actions/unlock_door", token, {"actionFields": {"lock": "side-lock"}})
    assert status == 400
    assert body["errors"][0]["status"] == "SKIP"


async def test_a_device_gets_a_battery_while_the_bridge_runs(home: Daemon, broker: Mosquitto) -> None:
    home.edit('battery_topic = "home/back-lock/battery"\n', "")
    await home.start()
    home.edit(
        'battery_topic = "home/back-lock/battery"\n', 'battery_topic = "home/back-lock/battery"\nbattery_low = 40\n'
    )
    await home.reload()
    assert "devices_changed=back-lock" in home.log
    await broker.publish("home/back-lock/battery", "50")
    await broker.publish("home/back-lock/battery", "40")
    await until(lambda: home.count_events() == 1, what="the battery being low")
    assert [(event["kind"], event["ingredients"]["level"]) for event in home.events()] == [("battery.low", "40")]


def _told(device: Listener, payload: str) -> bool:
    return (False, payload) in device.received()


async def _subscribed(device: Listener, topic: str, broker: Mosquitto) -> bool:
    await broker.publish(topic, "are you there?")
    return bool(device.received())
