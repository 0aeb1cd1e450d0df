"""Every recorded message means what is written beside it, by hand, in the recording."""

import base64
from collections.abc import Iterator

import pytest

from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.zigbee2mqtt.network import (
    Json,
    Network,
    listed_devices,
    meaning,
    recorded,
    summary,
    whole_network,
)

NETWORK = whole_network()


def lines() -> Iterator[tuple[str, int, Json]]:
    for name in ("zigbee2mqtt-native", "zigbee2mqtt-more"):
        for number, line in enumerate(recorded(name), 1):
            if line.get("expect", "described in the test") != "described in the test":
                yield name, number, line


@pytest.mark.parametrize(("name", "number", "line"), list(lines()))
def test_a_message_means_what_is_written_beside_it(name: str, number: int, line: Json) -> None:
    del name, number
    topic, payload = line["topic"], line["payload"].encode()
    entities = NETWORK.listening(topic)
    if line["expect"] == "nobody listens":
        assert not entities
        assert NETWORK.convention.tell(topic, payload) is None
        return
    assert entities
    said = {each.id: word for each in entities if (word := meaning(each, topic, payload)) is not None}
    assert said == line["expect"]


def test_every_line_has_its_meaning() -> None:
    natively = recorded("zigbee2mqtt-native")
    assert [number for number, line in enumerate(natively, 1) if line["expect"] == "described in the test"] == [1, 3]
    assert all("expect" in line for line in recorded("zigbee2mqtt-more")[2:])


def test_the_recorded_list_describes_these_devices() -> None:
    network = Network()
    for line in recorded("zigbee2mqtt-native"):
        network.hear(line["topic"], line["payload"].encode())
    devices = network.devices()
    assert {device.name: summary(device) for device in devices.values()} == {
        "Zigbee2MQTT": ["availability availability"],
        "bulb_color": [
            "availability availability",
            "light light",
            "sensor effect_speed 'Effect speed' minor",
            "sensor linkquality 'Linkquality' lqi minor",
        ],
        "front_door": [
            "availability availability",
            "battery battery 'Battery' %",
            "contact contact 'Contact'",
            "sensor device_temperature 'Device temperature' °C minor",
            "sensor voltage 'Voltage' mV minor",
            "sensor power_outage_count 'Power outage count' minor",
            "sensor trigger_count 'Trigger count' minor",
            "sensor linkquality 'Linkquality' lqi minor",
        ],
        "Kitchen leak": [
            "availability availability",
            "battery battery 'Battery' %",
            "sensor voltage 'Voltage' mV minor",
            "sensor device_temperature 'Device temperature' °C minor",
            "sensor power_outage_count 'Power outage count' minor",
            "sensor trigger_count 'Trigger count' minor",
            "leak water_leak 'Water leak'",
            "sensor linkquality 'Linkquality' lqi minor",
        ],
        "cube_button": [
            "availability availability",
            "battery battery 'Battery' %",
            "sensor voltage 'Voltage' mV minor",
            "sensor power_outage_count 'Power outage count' minor",
            "button button repeats",
            "sensor linkquality 'Linkquality' lqi minor",
        ],
        "back_lock": [
            "availability availability",
            "lock lock",
            "battery battery 'Battery' %",
            "sensor auto_relock_time 'Auto relock time' s minor",
            "sensor linkquality 'Linkquality' lqi minor",
        ],
        "button": [
            "availability availability",
            "battery battery 'Battery' %",
            "sensor voltage 'Voltage' mV minor",
            "sensor device_temperature 'Device temperature' °C minor",
            "sensor power_outage_count 'Power outage count' minor",
            "button button repeats",
            "sensor linkquality 'Linkquality' lqi minor",
        ],
        "weather_sensor": [
            "availability availability",
            "battery battery 'Battery' %",
            "sensor temperature 'Temperature' °C",
            "sensor humidity 'Humidity' %",
            "sensor pressure 'Pressure' hPa",
            "sensor voltage 'Voltage' mV minor",
            "sensor linkquality 'Linkquality' lqi minor",
        ],
        "power_plug": [
            "availability availability",
            "switch switch",
            "sensor power 'Power' W",
            "sensor energy 'Energy' kWh",
            "sensor device_temperature 'Device temperature' °C minor",
            "switch power_outage_memory 'Power outage memory' minor",
            "sensor linkquality 'Linkquality' lqi minor",
        ],
        "group_1": [],
        "group_2": [],
    }


def test_a_recorded_device_is_known_by_its_address_and_speaks_through_zigbee2mqtt() -> None:
    door = NETWORK.devices()["0x00158d0001dc126a"]
    assert (door.name, door.model, door.via) == ("front_door", "Aqara MCCGQ11LM", "zigbee2mqtt")
    assert door.hardware == {"00158d0001dc126a"}
    gateway = NETWORK.devices()["zigbee2mqtt"]
    assert gateway.via == ""
    assert gateway.hardware == {"00124b00120144ae"}
    assert gateway.entities[0].dialect.state_topics == ("zigbee2mqtt/bridge/state",)


def test_what_is_not_served_of_recorded_devices_is_told_with_the_reason() -> None:
    lock = NETWORK.devices()["0x000d6f0002aaaa04"]
    assert [f"{each.what}: {each.why}" for each in lock.unserved] == [
        "Pin code: not supported: a property of type composite",
        "Action source name: it comes with presses, and says nothing else",
        "Action user: it comes with presses, and says nothing else",
        "Sound volume: not supported: a property of type enum",
        "Battery low: the level of the battery tells it",
        "Action: what a lock does is told by its state",
    ]


EDGES = {
    "not UTF-8": "! not JSON",
    "cut JSON": "! not JSON",
    "JSON, not an object": "! JSON, but not an object",
    "": "! JSON, but not an object",  # null
    "string, not a boolean: the exposes say boolean": "! not one of the described values",
    "unknown, never an event": None,
    "duplicate key: the last wins in most parsers": "closed",
    "byte order mark": "open",
    "white space": "open",
    "not JSON, but Python json accepts it": "! not JSON",
    "infinite after parsing": "! not JSON",
}
"""By the note in the recording, what the contact or the thermometer reads."""


def test_every_odd_message_of_zigbee2mqtt_means_what_is_said_here() -> None:
    odd = [line for line in recorded("edge-cases") if line["topic"].startswith("zigbee2mqtt/")]
    assert {line.get("note", "") for line in odd} == set(EDGES)
    for line in odd:
        encoded = line.get("payload_b64")
        payload = line["payload"].encode() if encoded is None else base64.b64decode(encoded)
        wanted = "contact" if line["topic"].endswith("front_door") else "temperature"
        [entity] = [each for each in NETWORK.listening(line["topic"]) if each.id == wanted]
        assert meaning(entity, line["topic"], payload) == EDGES[line.get("note", "")], line


def test_a_list_that_is_broken_or_no_list_is_unreadable_and_takes_nothing_away() -> None:
    network = whole_network()
    for broken in (b"{}", b"[", b"nope", b"\xff", b"[1e999", b"null"):
        with pytest.raises(UnreadableMessage):
            network.hear("zigbee2mqtt/bridge/devices", broken)
    assert len(network.devices()) == len(listed_devices()) + 3  # all but the coordinator, the bridge, three groups
