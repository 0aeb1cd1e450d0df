"""What Shellies since the second generation are described as."""

import itertools
from typing import Any

import pytest

from bridge.devices.dialects.shelly_gen2.convention import ShellyGen2
from bridge.devices.topics import matches
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.hearing import Household, body_at, entity_of, only_device, summary, told
from tests.unit.devices.dialects.shelly_gen2.examples import NAME, answered, changed, full, home, pressed


def described(status: dict[str, Any]) -> dict[str, str]:
    """Return the kinds of what a full status describes, but for what every device has."""
    kinds = summary(only_device(ShellyGen2(), [full(status)]))
    return {entity: kind for entity, kind in kinds.items() if entity != "availability"}


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ({"switch:0": {"output": True}, "switch:1": {"output": True}}, {"switch_0": "switch", "switch_1": "switch"}),
        ({"light:0": {"output": True, "brightness": 5}}, {"light_0": "light"}),
        ({"rgbw:0": {"output": True, "rgb": [1, 2, 3]}}, {"rgbw_0": "light"}),
        ({"cct:0": {"output": True, "ct": 3000}}, {"cct_0": "light"}),
        ({"cover:0": {"state": "open"}}, {"cover_0": "cover"}),
        ({"input:0": {"id": 0, "state": True}}, {"input_0": "contact?"}),
        ({"input:0": {"id": 0, "state": None}}, {"input_0.press": "button"}),
        ({"input:100": {"id": 100, "percent": 5.5}}, {"input_100.percent": "sensor"}),
        ({"input:2": {"id": 2, "counts": {"total": 5}}}, {"input_2.counts": "sensor"}),
        ({"smoke:0": {"alarm": False}}, {"smoke_0": "smoke"}),
        ({"flood:0": {"alarm": False}}, {"flood_0": "leak"}),
        (
            {"temperature:0": {"tC": 20}, "humidity:0": {"rh": 50}, "devicepower:0": {"battery": {"percent": 5}}},
            {"temperature_0.tc": "sensor", "humidity_0.rh": "sensor", "battery": "battery"},
        ),
        ({"illuminance:0": {"lux": 5}}, {"illuminance_0.lux": "sensor"}),
        ({"presencezone:200": {"value": True}}, {"presencezone_200": "motion"}),
        (
            {"em:0": {"total_act_power": 5, "a_act_power": 5}, "emdata:0": {"total_act": 5}},
            {"em_0.total_act_power": "sensor", "em_0.a_act_power": "sensor", "emdata_0.total_act": "sensor"},
        ),
        ({"pm1:0": {"apower": 5}}, {"pm1_0.apower": "sensor"}),
        ({"voltmeter:100": {"voltage": 5}}, {"voltmeter_100.voltage": "sensor"}),
        ({"bthomedevice:200": {"battery": 5}}, {"bthomedevice_200.battery": "sensor"}),
    ],
)
def test_a_full_status_describes(status: dict[str, Any], kinds: dict[str, str]) -> None:
    household = {"sys": {"mac": "441793ACB13C"}, "wifi": {"rssi": -5}, "script:1": {"running": True}, "cloud": {}}
    assert described(status | household) == kinds


def test_one_on_a_battery_has_no_availability_and_is_not_asked() -> None:
    household = home(full({"devicepower:0": {"battery": {"percent": 5}}}))
    (said,) = household.announcements().values()
    assert said.questions == ()
    assert "availability" not in summary(said.devices[0])


def test_a_device_has_one_battery() -> None:
    status = {f"devicepower:{number}": {"battery": {"percent": 5}} for number in (0, 1)}
    device = only_device(ShellyGen2(), [full(status)])
    assert summary(device) == {"battery": "battery"}
    assert device.unserved == ()


def test_what_is_missed_is_named() -> None:
    device = only_device(
        ShellyGen2(), [full({"thermostat:0": {}, "bthomesensor:200": {"value": 5}, "boolean:200": {}})]
    )
    assert {left.what for left in device.unserved} == {"thermostat:0", "bthomesensor:200", "boolean:200"}


def test_the_answer_to_our_question_describes_as_a_full_status_does() -> None:
    status = {"switch:0": {"output": True, "apower": 1.5}, "input:0": {"id": 0, "state": None}}
    assert only_device(ShellyGen2(), [answered(status)]) == only_device(ShellyGen2(), [full(status)])


def test_only_other_components_are_another_description() -> None:
    first = {
        "switch:0": {"output": True, "apower": 1.5, "errors": []},
        "sys": {"uptime": 1},
        "input:0": {"state": True},
    }
    later = {"input:0": {"state": False}, "sys": {"uptime": 9}, "switch:0": {"apower": 9.5, "output": False}}
    assert ShellyGen2().tell(*full(first)) == ShellyGen2().tell(*full(later))
    assert ShellyGen2().tell(*full(first)) != ShellyGen2().tell(*full(first | {"input:0": {"state": None}}))
    assert ShellyGen2().tell(*full(first)) != ShellyGen2().tell(*full({"switch:0": {"output": True}}))


def test_changes_show_components_until_the_whole_is_known() -> None:
    household = home(changed({"switch:0": {"apower": 5}, "input:1": {"id": 1, "state": True}, "sys": {"cfg_rev": 5}}))
    assert summary(household.devices()[NAME]).keys() == {"availability", "switch_0", "input_1"}
    household.hear([full({"switch:0": {"output": True}})])
    assert summary(household.devices()[NAME]).keys() == {"availability", "switch_0"}


def test_a_remote_shows_by_being_pressed() -> None:
    household = home(full({"switch:0": {"output": True}, "bthomedevice:200": {"battery": 9}}))
    assert "bthomedevice_200.press" not in summary(household.devices()[NAME])
    household.hear([pressed({"component": "bthomedevice:200", "id": 200, "event": "single_push", "ts": 1.5})])
    assert summary(household.devices()[NAME])["bthomedevice_200.press"] == "button"


def test_the_household_of_a_device_is_no_button() -> None:
    events = [
        {"component": "sys", "event": "sleep", "ts": 1},
        {"component": "sys", "event": "sys_btn_push", "ts": 1},
        {"component": "input:0", "event": "config_changed", "ts": 1},
        {"component": "script:1", "event": "shelly-blu", "ts": 1},
    ]
    said = ShellyGen2().tell(*pressed(*events))
    assert said is not None
    assert said.parts == {"id": NAME.encode()}


@pytest.mark.parametrize("word", ["true", "false"])
def test_one_that_is_there_is_asked_for_everything(word: str) -> None:
    household = home((f"{NAME}/online", word.encode()))
    (said,) = household.announcements().values()
    assert said.devices == ()
    assert said.topics == (f"ifttt-bridge-{NAME}/rpc",)
    (question,) = said.questions
    assert question.topic == f"{NAME}/rpc"
    assert body_at(question.payload) == {"id": 1, "src": f"ifttt-bridge-{NAME}", "method": "Shelly.GetStatus"}


def test_answers_reach_us_where_we_listen_for_nothing_else() -> None:
    household = home(full({"switch:0": {"output": True}, "input:0": {"state": None}}))
    (said,) = household.announcements().values()
    (answers,) = said.topics
    assert not any(matches(filter_, answers) for filter_ in ShellyGen2(("home/hall",)).filters)
    assert not answers.startswith(f"{NAME}/")
    assert answers in entity_of(said.devices[0], "switch_0").dialect.state_topics
    assert answers not in entity_of(said.devices[0], "input_0.press").dialect.state_topics


def test_another_prefix_is_no_other_device() -> None:
    device = only_device(ShellyGen2(("home/hall",)), [full({"switch:0": {"output": True}}, "home/hall", NAME)])
    assert (device.id, device.name, device.hardware) == (NAME, "home/hall", frozenset({"441793acb13c"}))
    assert "home/hall/status/switch:0" in entity_of(device, "switch_0").dialect.state_topics


def test_filters_catch_one_level_and_whatever_was_given() -> None:
    assert ShellyGen2(("home/hall",)).filters == (
        *("+/events/rpc", "+/online", "home/hall/events/rpc", "home/hall/online"),
    )


def test_any_order_of_messages_gives_the_same_device() -> None:
    messages = [
        full({"switch:0": {"output": True}}),
        changed({"switch:0": {"output": True}}),
        pressed({"component": "input:0", "event": "single_push", "ts": 1}),
        (f"{NAME}/online", b"true"),
        answered({"switch:0": {"output": False}}),
    ]
    homes = [Household(ShellyGen2()).hear(order).devices() for order in itertools.permutations(messages)]
    assert all(found == homes[0] for found in homes)


@pytest.mark.parametrize(
    "message",
    [
        ("somewhere/online", b"true"),
        (f"{NAME}/online", b"perhaps"),
        (f"{NAME}/online", b""),
        (f"{NAME}/rpc", b"{}"),
        told(f"{NAME}/events/rpc", {"src": NAME, "method": "Other", "params": {}}),
        told(f"{NAME}/events/rpc", {"hello": 1}),
        told(f"ifttt-bridge-{NAME}/rpc", {"id": 1, "src": NAME, "result": {"was_on": False}}),
        told(f"ifttt-bridge-{NAME}/rpc", {"id": 1, "src": NAME, "error": {"code": -103, "message": "No handler"}}),
        (f"ifttt-bridge-{NAME}/rpc", b""),
    ],
)
def test_other_messages_describe_nothing(message: tuple[str, bytes]) -> None:
    assert ShellyGen2().tell(*message) is None


@pytest.mark.parametrize("src", [None, 5, "a/b", "#", "x" * 65])
def test_a_notification_without_a_name_is_refused(src: object) -> None:
    with pytest.raises(UnreadableMessage):
        ShellyGen2().tell(*told(f"{NAME}/events/rpc", {"src": src, "method": "NotifyFullStatus", "params": {}}))


def test_a_call_is_never_empty() -> None:
    (said,) = home((f"{NAME}/online", b"true")).announcements().values()
    assert all(question.payload for question in said.questions)
