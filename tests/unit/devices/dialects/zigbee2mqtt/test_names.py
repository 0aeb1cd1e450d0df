"""Friendly names are parts of topics, and anybody may choose them."""

import json

import pytest

from tests.unit.devices.dialects.zigbee2mqtt.network import (
    DEVICES,
    GROUPS,
    Network,
    device_of,
    listed_groups,
    meaning,
)

SWITCH = {
    "type": "switch",
    "features": [{"type": "binary", "name": "state", "property": "state", "access": 7}],
}


@pytest.mark.parametrize(
    "name", ["hall/front door", "Küche", "灯", "a b c", "0x00158d0001dc126a", "bridges", "settings", "a/b/c/d", "1"]
)
def test_a_name_with_slashes_blanks_or_umlauts_is_part_of_the_topics(name: str) -> None:
    reach, switch = device_of([SWITCH], friendly_name=name).entities
    assert reach.dialect.state_topics == (f"zigbee2mqtt/{name}/availability",)
    assert switch.dialect.state_topics == (f"zigbee2mqtt/{name}", f"zigbee2mqtt/{name}/state")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("#", "refused: its name cannot be part of a topic"),
        ("hall/+/lamp", "refused: its name cannot be part of a topic"),
        ("", "refused: its name cannot be part of a topic"),
        ("a\u0000b", "refused: its name cannot be part of a topic"),
        ("a\nb", "refused: its name cannot be part of a topic"),
        ("x" * 2000, "refused: its name cannot be part of a topic"),
        ("ü" * 512, "refused: its name cannot be part of a topic"),
        (7, "refused: its name cannot be part of a topic"),
        ("bridge", "refused: it is called as Zigbee2MQTT's own topics"),
        ("bridge/devices", "refused: it is called as Zigbee2MQTT's own topics"),
        ("bridge/request/restart", "refused: it is called as Zigbee2MQTT's own topics"),
        ("hall/availability", "refused: it is called as another device's topics"),
        ("hall/set", "refused: it is called as another device's topics"),
        ("hall/set/state", "refused: it is called as another device's topics"),
        ("hall/get", "refused: it is called as another device's topics"),
    ],
)
def test_a_name_that_means_other_topics_is_refused_with_the_reason(name: object, why: str) -> None:
    device = device_of([SWITCH], friendly_name=name)
    assert device.entities == ()
    assert [(each.what, each.why) for each in device.unserved] == [("everything", why)]
    assert device.name
    group = listed_groups()[-1] | {"friendly_name": name}
    assert Network().hear(GROUPS, [group]).devices()["zigbee2mqtt/group/9"].entities == ()


@pytest.mark.parametrize("name", ["a/b", "set", "get", "availability", "action", "#", "x" * 120])
def test_a_property_is_told_alone_only_where_nothing_else_is(name: str) -> None:
    thing = {"type": "numeric", "name": name, "property": name, "access": 1}
    device = device_of([thing])
    for entity in device.entities[1:]:
        alone = (f"zigbee2mqtt/thing/{name}",) if name[0] == "x" else ()
        assert entity.dialect.state_topics == ("zigbee2mqtt/thing", *alone)
        assert meaning(entity, "zigbee2mqtt/thing", json.dumps({name: 1}).encode()) == "1"


def test_two_devices_whose_topics_meet_do_not_take_each_others_words() -> None:
    def listed(address: str, name: str, *exposes: object) -> dict[str, object]:
        return {"ieee_address": address, "friendly_name": name, "definition": {"exposes": exposes}}

    number = {"type": "numeric", "name": "temperature", "property": "temperature", "access": 1}
    network = Network().hear(
        DEVICES,
        [listed("0x00158d0000000001", "hall", number), listed("0x00158d0000000002", "hall/temperature", number)],
    )
    topic = "zigbee2mqtt/hall/temperature"
    hall, other = network.listening(topic)
    assert meaning(hall, topic, b'{"temperature":5}') is None
    assert meaning(other, topic, b'{"temperature":5}') == "5"
    assert meaning(hall, topic, b"7") == "7"
    assert meaning(other, topic, b"7") == "! JSON, but not an object"


def test_a_device_without_a_name_is_called_by_its_address() -> None:
    listed = {"ieee_address": "0x00158D0000000001", "definition": {"exposes": [SWITCH]}}
    device = Network().hear(DEVICES, [listed, {"ieee_address": "none"}, 3, None]).devices()["0x00158d0000000001"]
    assert device.name == "0x00158D0000000001"
    assert device.entities[1].dialect.state_topics[0] == "zigbee2mqtt/0x00158D0000000001"
