"""What Zigbee2MQTT lists becomes devices with entities, the same whatever the order, and only changed by changes."""

import json

import pytest

from bridge.devices.described import Told
from bridge.devices.dialects.zigbee2mqtt import Zigbee2Mqtt
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.zigbee2mqtt.network import (
    DEVICES,
    GROUPS,
    Json,
    Network,
    device_of,
    listed_devices,
    listed_groups,
    meaning,
    summary,
    whole_network,
)

DOOR = "0x00158d0001dc126a"


def told(topic: str, body: object) -> Told:
    found = Zigbee2Mqtt().tell(topic, json.dumps(body).encode())
    assert found is not None
    return found


def changed(**changes: object) -> list[Json]:
    return [device | (changes if device["ieee_address"] == DOOR else {}) for device in listed_devices()]


def binary(name: str, on: object = True, off: object = False, access: int = 1, **more: object) -> Json:  # noqa: FBT002 -- what stands in the description
    return {
        "type": "binary",
        "name": name,
        "property": name,
        "access": access,
        "value_on": on,
        "value_off": off,
        **more,
    }


@pytest.mark.parametrize(
    ("expose", "expected"),
    [
        (binary("contact", on=False, off=True), "contact contact 'Contact'"),
        (binary("garage_door_contact"), "contact garage_door_contact 'Garage door contact'"),
        (binary("window_open"), "contact window_open 'Window open'"),
        (binary("window_open", "OPEN", "CLOSE", 7), "contact window_open 'Window open'"),
        (binary("occupancy"), "motion occupancy 'Occupancy'"),
        (binary("presence"), "motion presence 'Presence'"),
        (binary("water_leak"), "leak water_leak 'Water leak'"),
        (binary("smoke"), "smoke smoke 'Smoke'"),
        (binary("gas"), "gas gas 'Gas'"),
        (binary("carbon_monoxide"), "co carbon_monoxide 'Carbon monoxide'"),
        (binary("vibration"), "vibration vibration 'Vibration'"),
        (binary("tamper"), "tamper tamper 'Tamper'"),
        (binary("tamper", category="diagnostic"), "tamper tamper 'Tamper' minor"),
        (binary("battery_low", category="diagnostic"), "battery battery 'Battery low' %"),
        (binary("sos"), "tamper sos 'Sos' guess"),
        (binary("ac_status"), "contact ac_status 'Ac status' minor guess"),
        (binary("child_lock", "LOCK", "UNLOCK", 7), "switch child_lock 'Child lock' minor"),
        (binary("state", "OPEN", "CLOSE", 7), "switch state guess"),
    ],
)
def test_a_binary_property_is_what_its_name_says(expose: Json, expected: str) -> None:
    assert summary(device_of([expose]))[1:] == [expected]


@pytest.mark.parametrize(
    ("expose", "payload", "expected"),
    [
        (binary("contact", on=False, off=True), {"contact": True}, "closed"),
        (binary("garage_door_contact"), {"garage_door_contact": True}, "closed"),
        (binary("window_open"), {"window_open": True}, "open"),
        (binary("window_open", "OPEN", "CLOSE", 7), {"window_open": "OPEN"}, "open"),
        (binary("water_leak"), {"water_leak": 1}, "! not one of the described values"),
        (binary("battery_low"), {"battery_low": True}, "0"),
        (binary("battery_low"), {"battery_low": False}, "100"),
        (binary("valve_state", "OPEN", "CLOSED"), {"valve_state": "CLOSED"}, "closed"),
        (binary("smoke", 1, 0), {"smoke": 1}, "on"),
        (binary("smoke", 1, 0), {"smoke": True}, "! not one of the described values"),
    ],
)
def test_a_binary_property_means_what_its_values_say(expose: Json, payload: Json, expected: str) -> None:
    entity = device_of([expose]).entities[1]
    assert meaning(entity, "zigbee2mqtt/thing", json.dumps(payload).encode()) == expected


@pytest.mark.parametrize(
    ("expose", "expected"),
    [
        ({"name": "temperature", "unit": "°C"}, "sensor temperature 'Temperature' °C"),
        (
            {"name": "temperature", "endpoint": "l1", "property": "temperature_l1"},
            "sensor temperature_l1 'Temperature l1'",
        ),
        ({"name": "battery", "unit": "%", "category": "diagnostic"}, "battery battery 'Battery' %"),
        ({"name": "battery", "unit": "V"}, "sensor battery_ 'Battery' V"),
        ({"name": "linkquality"}, "sensor linkquality 'Linkquality' minor"),
        ({"name": "voltage", "unit": "mV", "category": "diagnostic"}, "sensor voltage 'Voltage' mV minor"),
        ({"name": "countdown", "access": 7}, "sensor countdown 'Countdown' minor"),
    ],
)
def test_a_number_is_a_sensor_or_the_battery(expose: Json, expected: str) -> None:
    device = device_of([{"type": "numeric", "property": expose["name"], "access": 1, **expose}])
    assert summary(device)[1:] == [expected]


@pytest.mark.parametrize(
    ("expose", "why"),
    [
        ({"type": "enum", "name": "effect", "access": 2}, "a setting that the device takes and never tells"),
        ({"type": "enum", "name": "mode", "access": 7}, "not supported: a property of type enum"),
        ({"type": "text", "name": "schedule", "access": 7}, "not supported: a property of type text"),
        ({"type": "list", "name": "times", "access": 1}, "not supported: a property of type list"),
        ({"type": "composite", "name": "warning", "access": 1}, "not supported: a property of type composite"),
        ({"type": "fan", "features": []}, "not supported: it has no state of two values"),
        ({"type": "climate", "features": []}, "not supported: heating and cooling; what it measures is served"),
        (binary("x", on=False, off=False), "not supported: on and off are the same"),
        ({"name": "x", "access": 1}, "not supported: a property of type unknown"),
    ],
)
def test_what_is_not_served_is_told_with_the_reason(expose: Json, why: str) -> None:
    name = expose.get("name", "")
    device = device_of([expose | ({"property": name} if name else {})])
    assert len(device.entities) == 1
    assert [each.why for each in device.unserved] == [why]


def test_the_voltage_of_a_battery_does_not_take_the_place_of_its_level() -> None:
    volts = {"type": "numeric", "name": "battery", "property": "battery", "unit": "V", "access": 1}
    device = device_of([volts, binary("battery_low")])
    assert summary(device)[1:] == ["sensor battery_ 'Battery' V", "battery battery 'Battery low' %"]


def test_other_devices_of_the_recordings_do_these_things() -> None:
    by_name = {device.name: summary(device)[1:] for device in whole_network().devices().values()}
    link = "sensor linkquality 'Linkquality' lqi minor"
    battery = "battery battery 'Battery' %"
    assert by_name["wall_switch_double"] == [
        "switch switch_left 'Left'",
        "switch switch_right 'Right'",
        "button button_left 'Left' repeats",
        "button button_right 'Right' repeats",
        "button button_both 'Both'",
        "sensor device_temperature 'Device temperature' °C minor",
        link,
    ]
    assert by_name["bosch_radiator"] == [
        "sensor local_temperature 'Local temperature' °C",
        "sensor pi_heating_demand 'Pi heating demand' %",
        "contact window_open 'Window open'",
        "lock child_lock 'Child lock' minor",
        battery,
        link,
    ]
    assert by_name["3157100_thermostat"] == [
        "sensor local_temperature 'Local temperature' °C",
        "sensor occupied_heating_setpoint 'Occupied heating setpoint' °C minor",
        "switch fan guess",
        battery,
        link,
    ]
    assert by_name["dimmer"] == [battery, "button button_on 'On' repeats", "button button_off 'Off' repeats", link]
    assert by_name["upstairs/curtain"] == ["cover cover", link]
    assert by_name["switch_group"] == ["light light guess"]


def test_the_same_list_gives_equal_parts_and_so_does_what_does_not_matter() -> None:
    noise = {
        "endpoints": {"1": {"bindings": [1]}},
        "network_address": 4,
        "software_build_id": "2",
        "interviewing": True,
        "date_code": "x",
        "power_source": "Unknown",
        "some_new_key": {"a": 1},
    }
    assert told(DEVICES, changed(**noise)) == told(DEVICES, listed_devices())
    assert told(DEVICES, list(reversed(listed_devices()))) == told(DEVICES, listed_devices())
    scenes = [group | {"scenes": [{"id": 1}], "description": "x"} for group in listed_groups()]
    assert told(GROUPS, scenes) == told(GROUPS, listed_groups())


def test_a_change_changes_the_part_of_its_device_alone() -> None:
    before, after = told(DEVICES, listed_devices()).parts, told(DEVICES, changed(friendly_name="back_door")).parts
    assert {key for key in before if before[key] != after[key]} == {DOOR}


def test_a_renamed_device_keeps_its_identity_and_its_entities_and_speaks_elsewhere() -> None:
    network = whole_network()
    before = network.devices()[DOOR]
    after = network.hear(DEVICES, changed(friendly_name="hall/front door")).devices()[DOOR]
    assert [each.id for each in after.entities] == [each.id for each in before.entities]
    assert after.name == "hall/front door"
    assert {each.dialect.state_topics[0] for each in after.entities} == {
        "zigbee2mqtt/hall/front door",
        "zigbee2mqtt/hall/front door/availability",
    }


def test_a_device_that_is_listed_no_more_is_gone_and_groups_stay() -> None:
    network = whole_network()
    everything = set(network.devices())
    network.hear(DEVICES, [device for device in listed_devices() if device["ieee_address"] != DOOR])
    assert everything - set(network.devices()) == {DOOR}
    network.hear(GROUPS, [])
    assert everything - set(network.devices()) == {DOOR, *(f"zigbee2mqtt/group/{n}" for n in (1, 2, 9))}


def test_an_empty_message_is_an_empty_list() -> None:
    assert Zigbee2Mqtt().tell(DEVICES, b"") == Told(DEVICES, {}, whole=True)


def test_the_order_of_the_lists_does_not_matter() -> None:
    first = Network().hear(GROUPS, listed_groups()).hear(DEVICES, listed_devices())
    second = Network().hear(DEVICES, listed_devices()).hear(GROUPS, listed_groups()).hear(DEVICES, listed_devices())
    assert first.devices() == second.devices() == whole_network().devices()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"disabled": True}, "it is disabled in Zigbee2MQTT: it reports nothing and takes no orders"),
        ({"definition": None, "supported": False}, "Zigbee2MQTT does not know this model"),
        (
            {"definition": None, "interview_state": "IN_PROGRESS"},
            "Zigbee2MQTT is still finding out what it is, or could not",
        ),
        (
            {"definition": None, "interview_state": None, "interview_completed": False},
            "Zigbee2MQTT is still finding out what it is, or could not",
        ),
    ],
)
def test_why_a_device_says_nothing_is_told(changes: Json, why: str) -> None:
    device = Network().hear(DEVICES, changed(**changes)).devices()[DOOR]
    assert [(each.what, each.why) for each in device.unserved] == [("everything", why)]
    keeps_entities = changes.get("definition", True) is True
    assert len(device.entities) == (8 if keeps_entities else 1)


def test_a_device_that_is_interviewed_again_keeps_what_it_does() -> None:
    again = Network().hear(DEVICES, changed(interview_state="IN_PROGRESS")).devices()[DOOR]
    assert again == whole_network().devices()[DOOR]


def test_several_networks_are_told_apart_by_their_bases() -> None:
    first, second = Zigbee2Mqtt("home/zigbee/one"), Zigbee2Mqtt("home/zigbee/two", source="zigbee2mqtt-two")
    assert first.filters == ("home/zigbee/one/bridge/devices", "home/zigbee/one/bridge/groups")
    assert (first.source, second.source) == ("zigbee2mqtt", "zigbee2mqtt-two")
    body = json.dumps(listed_devices()).encode()
    assert first.tell(second.filters[0], body) is None
    found = first.tell(first.filters[0], body)
    assert found is not None
    gateway, *devices = second.read(found.group, found.parts).devices
    assert gateway.id == "home/zigbee/one"
    assert {device.via for device in devices} == {"home/zigbee/one"}
    topics = {topic for device in devices for each in device.entities for topic in each.dialect.state_topics}
    assert all(topic.startswith("home/zigbee/one/") for topic in topics)


def test_a_list_of_hundreds_of_devices_is_read_and_one_without_end_is_not() -> None:
    door = next(device for device in listed_devices() if device["ieee_address"] == DOOR)
    home = [door | {"ieee_address": f"0x{number:016x}", "padding": "x" * 3000} for number in range(400)]
    assert len(json.dumps(home)) > 1024 * 1024
    assert len(told(DEVICES, home).parts) == 400
    with pytest.raises(UnreadableMessage, match="more than 1000"):
        told(DEVICES, [{}] * 1001)
    with pytest.raises(UnreadableMessage, match="larger than 4 MiB"):
        Zigbee2Mqtt().tell(DEVICES, b" " * (4 * 1024 * 1024) + b"[]")


def test_a_device_that_says_too_much_of_itself_takes_no_other_along() -> None:
    endless = [binary(f"x{number}" + "x" * 90) for number in range(500)]
    network = Network().hear(DEVICES, changed(definition={"exposes": endless}))
    assert [each.why for each in network.devices()[DOOR].unserved] == ["its description is too long"]
    many = [binary(f"x{number}") for number in range(400)]
    device = Network().hear(DEVICES, changed(definition={"exposes": many})).devices()[DOOR]
    assert len(device.entities) == 256
    assert device.unserved[-1].why == "a device has at most 256 entities"


def test_a_kept_part_that_is_damaged_takes_no_other_along() -> None:
    network = whole_network()
    network.groups[DEVICES][DOOR] = b"\xff{"
    network.groups[DEVICES]["nobody"] = b"{}"
    announcement = network.convention.read(DEVICES, network.groups[DEVICES])
    assert [(each.what, each.why) for each in announcement.unserved] == [
        (DOOR, "not JSON"),
        ("nobody", "a device without an address"),
    ]
    assert len(announcement.devices) == len(listed_devices()) - 1
    with pytest.raises(UnreadableMessage, match="neither devices nor groups"):
        network.convention.read("zigbee2mqtt", {})
