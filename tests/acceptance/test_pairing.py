"""Devices that announce themselves, from the first word to an Applet that is told, with a real broker."""

from typing import Any

import msgspec
import pytest

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
    return [option["label"] for option in body["data"]]


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
    before = home.count_events()
    for word in ("OFF", "ON"):
        await broker.publish(topic, word)
    await until(lambda: home.count_events() > before, what="the door being heard")


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
    await until(lambda: len(realtime.bodies) > 0, what="IFTTT being told")
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
    import asyncio  # noqa: PLC0415 -- here alone

    await home.start()
    waits = await discovered(broker, home)
    permit = asyncio.create_task(asyncio.to_thread(home.command, "device", "permit", "--for", "6"))
    await asyncio.sleep(1.5)
    await broker.publish("homeassistant/binary_sensor/shed/config", door("Shed", "shed/door", "shed"), retain=True)
    said = await permit
    assert "Shed is accepted into home" in said
    assert said.endswith("The time is over: 1 device accepted\n")
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
    assert len(await home.poll(token, OPENED, {"door": "any"}, trigger_identity="2" * 40)) == 0
    home.command("device", "remove", "Hall door")
    assert home.count_events() == 0
    assert entities(home) == {}
    assert await options(home, token) == ["Front door"]
    [again] = announced(home)
    assert again["id"] != device["id"]
    home.command("device", "accept", "Hall door")
    assert entities(home)["Hall door"] != entity


async def test_everything_is_accepted_at_once_where_that_is_wanted_and_a_first_word_counts(
    broker: Mosquitto, home: Daemon
) -> None:
    home.edit("[storage]", '[pairing]\naccept = "all"\n[storage]')
    await home.start()
    await broker.publish(HALL, door(), retain=True)
    await broker.publish("hall/door", "OFF")
    await until(lambda: "Hall door" in entities(home), what="the device being accepted")
    entity = entities(home)["Hall door"]
    await until(lambda: home.knows(entity), what="what it said in the same breath")
    home.command("device", "hide", "Hall door")
    assert home.stop() == 0
    await home.start()
    assert entities(home) == {"Hall door": entity}
    assert "(hidden from IFTTT)" in home.command("device", "list")


async def test_a_kind_is_corrected_by_hand(broker: Mosquitto, home: Daemon) -> None:
    token = home.add_user("anna")
    await home.start()
    device = await discovered(broker, home, payload=door(device_class=None, name="Input"))
    home.command("device", "accept", device["id"])
    assert await options(home, token) == ["Front door"]
    home.command("device", "kind", device["id"], "Input", "contact")
    assert await options(home, token) == ["Front door", "Hall door: Input"]


async def test_hostile_neighbours_leave_the_daemon_well_and_are_told_once(broker: Mosquitto, home: Daemon) -> None:
    await home.start()
    await broker.publish(HALL, door("Wide", "#", "wide"))
    await broker.publish(HALL, door("Own", "ifttt-bridge/ifttt-bridge/status", "own"))
    for number in range(3000):
        topic = f"homeassistant/binary_sensor/n{number}/config"
        await broker.publish(topic, door(f"Flood {number}", f"flood/{number}", f"n{number}"))
    for turn in range(60):
        await broker.publish("homeassistant/binary_sensor/flap/config", door(f"Flap {turn}", "flap", "flap"))
    await discovered(broker, home)
    assert await home.is_ready()
    assert len(announced(home)) <= 2001
    assert home.log.count("more than 2000") <= 1
    assert home.log.count("changes too often") <= 1
    await broker.publish("home/front-door/state", "closed")
    await until(lambda: home.knows("front-door"), what="the home being heard meanwhile")
