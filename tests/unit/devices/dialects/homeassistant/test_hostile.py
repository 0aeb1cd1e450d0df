"""What nobody may make the bridge do by describing something (rule H1), and what a change is read with."""

import json

import pytest

from bridge.commands import Wish
from bridge.devices.dialects.homeassistant import HomeAssistant
from bridge.devices.topics import is_topic
from tests.unit.devices.dialects.homeassistant.kept import only, only_device, refusal, write

FORBIDDEN = [
    "#",
    "a/+/b",
    "a/#",
    "$SYS/broker/uptime",
    "$share/group/a",
    "",
    "x" * 1025,
    "a\x00b",
    "a\nb",
    "/" * 201,
    "homeassistant/switch/x/config",
    "homeassistant/anything/x/y/config",
]
TOPIC_KEYS = {
    "switch": ["state_topic", "command_topic"],
    "light": [
        "state_topic",
        "command_topic",
        "brightness_state_topic",
        "brightness_command_topic",
        "rgb_command_topic",
        "color_temp_state_topic",
    ],
    "cover": ["state_topic", "command_topic", "position_topic", "set_position_topic"],
    "lock": ["state_topic", "command_topic"],
    "siren": ["state_topic", "command_topic"],
    "valve": ["state_topic", "command_topic"],
    "event": ["state_topic"],
    "device_automation": ["topic"],
}


@pytest.mark.parametrize(("component", "key"), [(one, key) for one, keys in TOPIC_KEYS.items() for key in keys])
@pytest.mark.parametrize("topic", FORBIDDEN)
def test_a_thing_that_names_a_forbidden_topic_is_not_served(component: str, key: str, topic: str) -> None:
    settings = {"state_topic": "t", "command_topic": "c", "topic": "t", "type": "single", "subtype": "s"}
    why = refusal(component, **(settings | {key: topic}))
    assert why == f"refused: its {key} is no topic that a description may name"


@pytest.mark.parametrize("schema", ["json", "template"])
@pytest.mark.parametrize("key", ["state_topic", "command_topic"])
def test_other_schemas_of_lights_are_held_to_the_same(schema: str, key: str) -> None:
    settings = {"schema": schema, "state_topic": "t", "command_topic": "c", "cmd_on_tpl": "a", "cmd_off_tpl": "b"}
    assert refusal("light", **(settings | {key: "a/#"})).startswith(f"refused: its {key}")


@pytest.mark.parametrize("topic", [5, True, ["a"], {"a": "b"}])
def test_a_topic_that_is_no_text_is_none(topic: object) -> None:
    assert refusal("switch", stat_t=topic, cmd_t="c").startswith("refused: its state_topic")


def test_states_and_orders_may_live_below_the_prefix_but_nobody_is_told_that_home_assistant_started() -> None:
    entity = only("switch", stat_t="homeassistant/switch/x/state", cmd_t="homeassistant/switch/x/set")
    assert write(entity, Wish.TURN_ON) == [("homeassistant/switch/x/set", "ON")]
    assert refusal("switch", cmd_t="homeassistant/status").startswith("refused: its command_topic")


@pytest.mark.parametrize("key", ["pl_on", "stat_on"])
@pytest.mark.parametrize("word", [["ON"], {"a": 1}, "x" * 4097])
def test_a_word_that_is_none_is_not_served(key: str, word: object) -> None:
    assert refusal("switch", cmd_t="c", **{key: word}).startswith("not supported: its ")


@pytest.mark.parametrize("number", ["many", [], True, 1e300, -1e300, "nan", "inf", 10**30])
@pytest.mark.parametrize(("component", "key"), [("sensor", "expire_after"), ("binary_sensor", "off_delay")])
def test_a_time_that_is_none_is_not_served(component: str, key: str, number: object) -> None:
    why = refusal(component, stat_t="t", unit_of_meas="W", **{key: number})
    assert why == f"not supported: its {key} is not a number that makes sense"


def test_everything_that_is_listened_to_may_be() -> None:
    device = only_device("switch", stat_t="t", cmd_t="c", avty=[{"t": topic} for topic in FORBIDDEN])
    assert all(is_topic(topic) for entity in device.entities for topic in entity.dialect.state_topics)


def a_home(devices: int) -> list[tuple[str, bytes]]:
    """Return the descriptions of a home, ten a device, as Zigbee2MQTT writes them."""
    described = []
    for number in range(devices):
        ieee = f"0x00158d{number:010x}"
        for key in range(10):
            settings = {
                "availability": [
                    {"topic": "zigbee2mqtt/bridge/state", "value_template": "{{ value_json.state }}"},
                    {"topic": f"zigbee2mqtt/{ieee}/availability", "value_template": "{{ value_json.state }}"},
                ],
                "availability_mode": "all",
                "device": {"identifiers": [f"zigbee2mqtt_{ieee}"], "name": ieee, "model": "A model", "sw_version": "1"},
                "device_class": "temperature",
                "origin": {"name": "Zigbee2MQTT", "sw": "2.12.1", "url": "https://www.zigbee2mqtt.io"},
                "state_topic": f"zigbee2mqtt/{ieee}",
                "unique_id": f"{ieee}_{key}",
                "value_template": f'{{{{ value_json["key{key}"] }}}}',
            }
            described.append((f"homeassistant/sensor/{ieee}/{key}/config", json.dumps(settings).encode()))
    return described


def test_a_change_is_read_with_the_parts_of_its_device_alone_however_many_devices_there_are() -> None:
    convention = HomeAssistant()
    groups = set()
    for topic, payload in a_home(20):
        told = convention.tell(topic, payload)
        assert told is not None
        assert set(told.parts) == {topic}
        groups.add(told.group)
    assert len(groups) == 20
