"""Devices that announce themselves, from the first word to an Applet that is told, with a real broker."""

import asyncio
import sys
from typing import Any

import msgspec
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.parts.daemon import Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

HALL = "homeassistant/binary_sensor/hall/config"
OPENED = "door_opened"


def door(name: str = "Hall door", topic: str = "hall/door", device: str = "hall", **more: object) -> str:
    described = {
        "name": None,
        "unique_id": f"{device}-door",
        "device_class": "door",
        "state_topic": topic,
        "device": {"identifiers": [device], "name": name},
    }
    return msgspec.json.encode(described | more).decode()


def announced(daemon: Daemon, *more: str) -> list[dict[str, Any]]:
    """Return the devices that wait."""
    lines = daemon.command("device", "list", "--discovered", "--json", *more).splitlines()
    return [msgspec.json.decode(line) for line in lines]


def entities(daemon: Daemon) -> dict[str, str]:
    """Return the ids of all that devices do which announced themselves, by name."""
    rows = [msgspec.json.decode(line) for line in daemon.command("device", "list", "--json").splitlines()]
    return {row["name"]: row["id"] for row in rows if row["id"].startswith("e_")}


async def options(daemon: Daemon, token: str) -> list[str]:
    """Return the doors that somebody can choose, by name."""
    status, body = await daemon.post(f"triggers/{OPENED}/fields/door/options", token, {})
    assert status == 200
    return [option["label"] for option in body["data"][1:]]  # the first is any of them


async def fired(daemon: Daemon, token: str, entity: str) -> list[str]:
    """Return what an Applet on a door has been shown, oldest first."""
    items = await daemon.poll(token, OPENED, {"door": entity}, trigger_identity="1" * 40)
    return [item["meta"]["id"] for item in reversed(items)]


@pytest.fixture
def home(daemon: Daemon) -> Daemon:
    """A home in which Home Assistant's way of announcing devices is listened to."""
    daemon.mqtt = 'discovery = ["homeassistant"]'
    return daemon


async def discovered(broker: Mosquitto, home: Daemon, topic: str = HALL, payload: str = "") -> dict[str, Any]:
    """Let a device announce itself, and return it when it waits."""
    await broker.publish(topic, payload or door(), retain=True)
    await until(lambda: bool(announced(home)), what="the device being discovered")
    return announced(home)[-1]


async def opened(broker: Mosquitto, home: Daemon, topic: str = "hall/door") -> None:
    """Let a door open, from closed."""
    before = times_opened(home)
    for word in ("OFF", "ON"):
        await broker.publish(topic, word)
    await until(lambda: times_opened(home) > before, what="the door being heard")


def state_of(home: Daemon, entity: str) -> str:
    """Return the state on disk, with the entity behind it."""
    with home.reader() as connection:
        row = connection.execute("SELECT value FROM entity_states WHERE entity = ?", (entity,)).fetchone()
        return f"{row[0]}  {entity}" if row else ""


def times_opened(home: Daemon) -> int:
    """Count how often any door was opened."""
    with home.reader() as connection:
        question = "SELECT count(*) FROM events WHERE kind = 'contact.opened'"
        count: int = connection.execute(question).fetchone()[0]
        return count


async def test_a_device_is_discovered_accepted_offered_and_told(
    broker: Mosquitto, home: Daemon, realtime: RealtimeApi
) -> None:
    token = home.add_user("anna")
    await home.start()
    device = await discovered(broker, home)
    assert (device["name"], [each["kind"] for each in device["abilities"]]) == ("Hall door", ["contact"])
    assert await options(home, token) == ["Front door"], "nobody accepted it"
    said = home.command("device", "accept", "hall door", "--room", "Hall")
    assert f"{device['id']} " in said
    assert "accepted into home: contact" in said
    assert announced(home) == []
    assert await options(home, token) == ["Front door", "Hall door"]
    entity = entities(home)["Hall door"]
    await broker.publish("hall/door", "OFF", retain=True)
    await until(lambda: home.knows(entity), what="the door being known")
    assert await fired(home, token, entity) == []
    await opened(broker, home)
    await until(lambda: "1" * 40 in realtime.told, what="IFTTT being told")
    assert len(await fired(home, token, entity)) == 1
    assert "event=device.discovered" in home.log


async def test_a_rename_at_the_source_and_a_restart_keep_an_applet_alive(broker: Mosquitto, home: Daemon) -> None:
    token = home.add_user("anna")
    await home.start()
    await discovered(broker, home)
    home.command("device", "accept", "Hall door")
    entity = entities(home)["Hall door"]
    await fired(home, token, entity)
    await opened(broker, home)
    first = await fired(home, token, entity)
    assert len(first) == 1
    await broker.publish(HALL, door("Porch", "porch/door"), retain=True)
    await until(lambda: "Porch" in entities(home), what="the other name")
    await opened(broker, home, "porch/door")
    second = await fired(home, token, entity)
    assert second[:-1] == first
    home.kill()
    await home.start()
    assert entities(home) == {"Porch": entity}
    assert await fired(home, token, entity) == second, "nothing old became new"
    await opened(broker, home, "porch/door")
    assert (await fired(home, token, entity))[:-1] == second


async def test_what_waits_and_what_was_accepted_is_the_same_without_a_daemon(broker: Mosquitto, home: Daemon) -> None:
    await home.start()
    device = await discovered(broker, home)
    assert home.stop() == 0
    assert announced(home) == [device]
    home.command("device", "rename", device["id"], "My door", "--room", "Attic")
    home.command("device", "accept", "My door")
    assert [*entities(home)] == ["My door"]
    shown = home.command("device", "show", "my door")
    assert "Attic" in shown
    await home.start()
    assert [*entities(home)] == ["My door"]


async def test_a_window_accepts_what_announces_itself_while_it_is_open_and_ends(
    broker: Mosquitto, home: Daemon
) -> None:
    await home.start()
    waits = await discovered(broker, home)
    command = [sys.executable, "-m", "bridge", "--config", str(home.folder / "bridge.toml"), "device", "permit"]
    permit = await asyncio.create_subprocess_exec(*command, "--for", "5", stdout=asyncio.subprocess.PIPE)
    assert permit.stdout is not None
    assert b"is accepted into home" in await permit.stdout.readline(), "it is open now"
    await broker.publish("homeassistant/binary_sensor/shed/config", door("Shed", "shed/door", "shed"), retain=True)
    assert b"Shed is accepted into home: contact" in await permit.stdout.readline()
    assert await permit.stdout.readline() == b"The time is over: 1 device accepted\n"
    assert await permit.wait() == 0
    assert [each["id"] for each in announced(home)] == [waits["id"]]
    assert [*entities(home)] == ["Shed"]


async def test_a_removed_device_is_erased_and_waits_again(broker: Mosquitto, home: Daemon) -> None:
    token = home.add_user("anna")
    await home.start()
    device = await discovered(broker, home)
    home.command("device", "accept", device["id"])
    entity = entities(home)["Hall door"]
    await fired(home, token, entity)
    await opened(broker, home)
    assert len(await fired(home, token, entity)) == 1
    any_door = {"door": "any"}
    assert len(await home.poll(token, OPENED, any_door, trigger_identity="2" * 40)) == 1
    home.command("device", "remove", "Hall door")
    assert home.count_events() == 0
    assert await home.poll(token, OPENED, any_door, trigger_identity="2" * 40) == [], "no kept answer tells of it"
    assert entities(home) == {}
    assert await options(home, token) == ["Front door"]
    [again] = announced(home)
    assert again["id"] != device["id"]
    home.command("device", "accept", "Hall door")
    assert entities(home)["Hall door"] != entity


async def test_everything_is_accepted_at_once_where_that_is_wanted(broker: Mosquitto, home: Daemon) -> None:
    home.edit("[storage]", '[pairing]\naccept = "all"\n[storage]')
    await home.start()
    await broker.publish(HALL, door(), retain=True)
    await broker.publish("hall/door", "OFF", retain=True)
    await until(lambda: "Hall door" in entities(home), what="the device being accepted")
    entity = entities(home)["Hall door"]
    await until(lambda: home.knows(entity), what="what it said before")
    home.command("device", "hide", "Hall door")
    assert home.stop() == 0
    await home.start()
    assert entities(home) == {"Hall door": entity}
    assert "(hidden from IFTTT)" in home.command("device", "list")


async def test_a_kind_is_corrected_by_hand(broker: Mosquitto, home: Daemon) -> None:
    token = home.add_user("anna")
    await home.start()
    device = await discovered(broker, home, payload=door(device_class="motion"))
    home.command("device", "accept", device["id"])
    assert await options(home, token) == ["Front door"]
    entity = entities(home)["Hall door"]
    await broker.publish("hall/door", "ON", retain=True)
    await until(lambda: home.knows(entity), what="the door being known")
    home.command("device", "kind", device["id"], entity, "contact")
    await until(lambda: f"open  {entity}" in state_of(home, entity), what="what the broker keeps being heard again")
    assert await options(home, token) == ["Front door", "Hall door"]
    home.command("device", "kind", "hall door", entity)
    assert await options(home, token) == ["Front door"]


async def test_an_announced_lock_is_unlocked_only_where_the_configuration_allows_it(
    broker: Mosquitto, home: Daemon
) -> None:
    token = home.add_user("anna")
    await home.start()
    lock = {"state_topic": "hall/lock", "command_topic": "hall/lock/set", "unique_id": "lock", "name": None}
    described = msgspec.json.encode(lock | {"device": {"identifiers": ["lock"], "name": "Hall lock"}}).decode()
    device = await discovered(broker, home, "homeassistant/lock/hall/config", described)
    home.command("device", "accept", device["id"])
    fields = {"actionFields": {"lock": entities(home)["Hall lock"]}}
    await broker.publish("hall/lock", "LOCKED", retain=True)
    await until(lambda: home.knows(fields["actionFields"]["lock"]), what="the lock being known")
    with broker.listener("hall/lock/set") as orders:
        assert (await home.post("actions/unlock_door", token, fields))[0] == 404
        home.edit("[storage]", f'[pairing]\nallow_unlock = ["{device["id"]}"]\n[storage]')
        await home.reload()
        assert (await home.post("actions/unlock_door", token, fields))[0] == 200
        await until(lambda: bool(orders.received()), what="the order")
        assert orders.received() == [(False, "UNLOCK")]


async def test_hostile_neighbours_leave_the_daemon_well_and_are_told_once(broker: Mosquitto, home: Daemon) -> None:
    await home.start()
    own = "ifttt-bridge/ifttt-bridge/status"
    await flood(
        broker,
        [
            ("homeassistant/binary_sensor/wide/config", door("Wide", "#", "wide")),
            ("homeassistant/binary_sensor/own/config", door("Own", own, "own")),
            *(("homeassistant/binary_sensor/flap/config", door(f"Flap {turn}", "flap", "flap")) for turn in range(60)),
            *(
                (f"homeassistant/binary_sensor/n{number}/config", door(f"N {number}", f"n/{number}", f"n{number}"))
                for number in range(5000)
            ),
        ],
    )
    await broker.publish("home/front-door/state", "closed")
    await until(lambda: home.knows("front-door"), what="the home being heard meanwhile")
    assert await home.is_ready()
    await until(lambda: len(announced(home)) > 1000, what="the others being discovered")
    waiting = announced(home)
    assert len(waiting) <= 2000
    listened = {topic for each in waiting for ability in each["abilities"] for topic in ability["topics"]}
    assert listened.isdisjoint({"#", own})
    assert home.log.count("too many new entities within a minute") + home.log.count("more than 2000") <= 2
    assert home.log.count("changes too often") == 1
    assert home.log.count("event=device.discovered") <= 500, "not a line for each of them"


async def flood(broker: Mosquitto, messages: list[tuple[str, str]]) -> None:
    """Publish many messages over one connection."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(500)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    sent = [client.publish(topic, payload, qos=1) for topic, payload in messages]
    await asyncio.to_thread(sent[-1].wait_for_publish, 60)
    client.disconnect()
    client.loop_stop()


async def test_what_is_at_the_broker_is_read_and_nothing_is_changed(broker: Mosquitto, home: Daemon) -> None:
    await broker.publish(HALL, door(), retain=True)
    await home.start()
    await until(lambda: bool(announced(home)), what="the device being discovered")
    before = announced(home)
    [found] = map(msgspec.json.decode, home.command("device", "import", "--for", "2", "--json").splitlines())
    assert (found["source"], found["name"]) == ("homeassistant", "Hall door")
    assert [each["kind"] for each in found["entities"]] == ["contact"]
    assert "Hall door, homeassistant" in home.command("device", "import", "--for", "2")
    assert announced(home) == before
    assert home.log.count("event=mqtt.connected ") == 1, "the daemon kept its connection"


async def test_another_home_does_not_see_it(broker: Mosquitto, home: Daemon) -> None:
    elm = '[[homes]]\nid = "elm"\nname = "Elm"\n[[homes]]\nid = "oak"\nname = "Oak"\n'
    home.edit('[[devices]]\nid = "front-door"', f'{elm}[[devices]]\nid = "front-door"')
    token = home.add_user("anna")
    home.command("user", "add", "ben", "--home", "oak")
    stranger = home.command("token", "mint", "ben").split()[-1]
    await home.start()
    device = await discovered(broker, home)
    home.command("device", "accept", device["id"], "--home", "elm")
    entity = entities(home)["Hall door"]
    await opened(broker, home)
    assert len(await fired(home, token, entity)) == 1
    assert await options(home, stranger) == []
    assert await home.poll(stranger, OPENED, {"door": "any"}, trigger_identity="3" * 40) == []
    status, _ = await home.post(f"triggers/{OPENED}", stranger, {"triggerFields": {"door": entity}})
    assert status == 400


def zigbee_list(name: str) -> str:
    """Return Zigbee2MQTT's list with one contact of a name."""
    contact = {"type": "binary", "name": "contact", "property": "contact", "value_on": False, "value_off": True}
    link = {"type": "numeric", "name": "linkquality", "property": "linkquality", "unit": "lqi", "access": 1}
    definition = {"model": "MCCGQ11LM", "vendor": "Xiaomi", "exposes": [contact | {"access": 1}, link]}
    device = {
        "ieee_address": "0x00158d0001a2b3c4",
        "type": "EndDevice",
        "friendly_name": name,
        "supported": True,
        "interview_completed": True,
        "definition": definition,
    }
    return msgspec.json.encode([device]).decode()


async def test_a_zigbee_device_that_is_renamed_at_its_gateway_is_the_same_to_an_applet(
    broker: Mosquitto, daemon: Daemon
) -> None:
    daemon.mqtt = 'discovery = ["zigbee2mqtt"]'
    token = daemon.add_user("anna")
    await daemon.start()
    await broker.publish("zigbee2mqtt/bridge/state", '{"state":"online"}', retain=True)
    await broker.publish("zigbee2mqtt/bridge/devices", zigbee_list("Hall"), retain=True)
    await until(lambda: "Hall" in [each["name"] for each in announced(daemon)], what="the device being discovered")
    daemon.command("device", "accept", "Hall")
    assert await options(daemon, token) == ["Front door", "Hall"], "neither its gateway nor what is minor"
    assert not any("Zigbee2MQTT" in name for name in entities(daemon)), "its gateway was not accepted"
    rows = [msgspec.json.decode(line) for line in daemon.command("device", "list", "--json").splitlines()]
    [entity] = [row["id"] for row in rows if row["kind"] == "contact" and row["id"].startswith("e_")]
    await fired(daemon, token, entity)
    for name in ("Hall", "Porch"):
        await broker.publish("zigbee2mqtt/bridge/devices", zigbee_list(name), retain=True)
        await until(lambda: any(name in each for each in entities(daemon)), what="the name")  # noqa: B023 -- at once
        count = times_opened(daemon)
        for word in ("true", "false"):
            await broker.publish(f"zigbee2mqtt/{name}", f'{{"contact":{word},"linkquality":20}}')
        await until(lambda: times_opened(daemon) > count, what="the door being heard")  # noqa: B023 -- at once
    assert len(await fired(daemon, token, entity)) == 2
