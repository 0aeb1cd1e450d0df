"""Every recorded message means what is written beside it, by hand, in the recording."""

import json
from pathlib import Path
from typing import Any

import pytest

from bridge.devices.dialects.homeassistant import HomeAssistant
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.homeassistant.kept import Kept, in_words, short

RECORDINGS = Path(__file__).parents[4] / "recordings"
FILES = ("homeassistant", "esphome", "zigbee2mqtt-discovery", "homeassistant-hostile", "homeassistant-others")


def lines(name: str) -> list[dict[str, Any]]:
    text = (RECORDINGS / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def meaning(convention: HomeAssistant, kept: Kept, topic: str, payload: bytes, expected: object) -> object:
    """Return what a message means, as far as the recording says what it should."""
    try:
        told = convention.tell(topic, payload)
    except UnreadableMessage as error:
        return {"ignored": error.reason}
    if told is None:
        said = {entity.id: short(entity.dialect.read(topic, payload)) for entity in kept.listening(topic)}
        said = {identity: word for identity, word in said.items() if word is not None}
        return {"says": said} if said else "nothing"
    if not told.group:
        assert told.parts == {topic: b""}
        return "removed"
    [device] = convention.read(told.group, told.parts).devices
    found: dict[str, object] = {
        "device": device.id,
        "name": device.name,
        "entities": [in_words(entity) for entity in device.entities],
        "model": device.model,
        "hardware": sorted(device.hardware),
        "via": device.via,
    }
    wanted = expected.get("unserved", []) if isinstance(expected, dict) else []
    assert len(wanted) == len(device.unserved)
    for want, unserved in zip(wanted, device.unserved, strict=True):
        assert f"{unserved.what}: {unserved.why}".startswith(want)
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_message_means_what_is_written_beside_it(name: str) -> None:
    kept = Kept()
    for number, line in enumerate(lines(name), 1):
        expected, payload = line["expect"], line["payload"].encode()
        found = meaning(kept.convention, kept, line["topic"], payload, expected)
        if isinstance(found, dict) and isinstance(expected, dict) and "device" in expected:
            found = {key: found[key] for key in expected if key != "unserved"}
            expected = {key: value for key, value in expected.items() if key != "unserved"}
        assert found == expected, f"line {number} of {name}"
        kept.tell(line["topic"], payload)


def test_the_parts_of_zigbee2mqtt_come_to_one_device_each() -> None:
    kept = Kept()
    for line in lines("zigbee2mqtt-discovery"):
        kept.tell(line["topic"], line["payload"].encode())
    door = kept.devices()["zigbee2mqtt_0x00158d0001dc126a"]
    assert [in_words(entity) for entity in door.entities] == [
        "contact 0x00158d0001dc126a_contact_zigbee2mqtt 'Door'",
        "battery battery 'Battery' %",
        "sensor 0x00158d0001dc126a_linkquality_zigbee2mqtt 'Linkquality' lqi minor",
        "sensor 0x00158d0001dc126a_voltage_zigbee2mqtt 'Voltage' mV minor",
        "availability availability all of 2",
    ]
    remote = kept.devices()["zigbee2mqtt_0x680ae2fffeaaaa05"]
    [button] = remote.entities
    assert [short(button.dialect.read("zigbee2mqtt/shortcut_button/action", word)) for word in (b"on", b"other")] == [
        "pressed on",
        None,
    ]


def test_of_a_button_of_zigbee2mqtt_that_is_described_twice_each_press_is_told_once() -> None:
    kept = Kept()
    for line in lines("zigbee2mqtt-discovery"):
        kept.tell(line["topic"], line["payload"].encode())
    state, action = "zigbee2mqtt/cube_button", "zigbee2mqtt/cube_button/action"
    heard = [
        short(entity.dialect.read(topic, payload))
        for topic, payload in ((state, b'{"action":"hold","battery":90}'), (action, b"hold"), (state, b'{"action":""}'))
        for entity in kept.listening(topic)
    ]
    assert [word for word in heard if word is not None] == ["pressed long"]
