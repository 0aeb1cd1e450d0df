"""The words of remotes: which key, and which press. Known before the first press; nothing pressed is ever lost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.described import DescribedDevice
from bridge.devices.dialects.words import press_word
from bridge.devices.entity import EntityKind
from tests.unit.devices.dialects.zigbee2mqtt.network import device_of, meaning

TOPIC = "zigbee2mqtt/thing"


def remote(*values: str, **more: object) -> DescribedDevice:
    return device_of([{"type": "enum", "name": "action", "property": "action", "access": 1, "values": values}], **more)


def pressed(device: DescribedDevice, action: object) -> dict[str, str]:
    payload = json.dumps({"action": action, "battery": 90}).encode()
    buttons = [each for each in device.entities if each.kind is EntityKind.BUTTON]
    return {each.id: word for each in buttons if (word := meaning(each, TOPIC, payload)) is not None}


@pytest.mark.parametrize(
    ("values", "presses"),
    [
        (
            ["single", "double", "triple", "quadruple", "hold", "release", "many"],
            {
                "single": ("button", "single"),
                "double": ("button", "double"),
                "triple": ("button", "triple"),
                "quadruple": ("button", "quad"),
                "hold": ("button", "long"),
                "release": ("button", "release"),
                "many": ("button", "many"),
            },
        ),
        (
            ["1_single", "1_double", "1_hold", "2_single", "2_double", "2_hold"],
            {"1_single": ("button_1", "single"), "2_double": ("button_2", "double"), "2_hold": ("button_2", "long")},
        ),
        (
            ["single_left", "double_right", "hold_both"],
            {
                "single_left": ("button_left", "single"),
                "double_right": ("button_right", "double"),
                "hold_both": ("button_both", "long"),
            },
        ),
        (
            [
                "button_1_press",
                "button_1_press_release",
                "button_4_hold",
                "button_4_hold_release",
                "dial_rotate_left_slow",
            ],
            {
                "button_1_press": ("button_1", "press"),
                "button_1_press_release": ("button_1", "release"),
                "button_4_hold": ("button_4", "long"),
                "button_4_hold_release": ("button_4", "long_release"),
                "dial_rotate_left_slow": ("button", "dial_rotate_left_slow"),
            },
        ),
        (
            ["on", "off", "brightness_move_up", "brightness_stop", "recall_*", "toggle"],
            {
                "on": ("button", "on"),
                "off": ("button", "off"),
                "brightness_move_up": ("button", "brightness_move_up"),
                "brightness_stop": ("button", "brightness_stop"),
                "recall_3": ("button", "recall_3"),
                "toggle": ("button", "toggle"),
            },
        ),
        (
            ["arrow_left_click", "arrow_left_hold", "arrow_left_release", "rotate_right", "region_2_enter"],
            {
                "arrow_left_click": ("button", "arrow_left_click"),
                "arrow_left_hold": ("button", "arrow_left_hold"),
                "rotate_right": ("button", "rotate_right"),
                "region_2_enter": ("button", "region_2_enter"),
            },
        ),
        (["1_single", "1_double"], {"1_single": ("button", "single"), "1_double": ("button", "double")}),
        (["press"], {"press": ("button", "single")}),
        (["up_press", "down_press"], {"up_press": ("button_up", "single"), "down_press": ("button_down", "single")}),
        ([], {"anything": ("button", "anything"), "double": ("button", "double")}),
    ],
)
def test_an_action_is_a_press_on_a_key(values: list[str], presses: dict[str, tuple[str, str]]) -> None:
    device = remote(*values)
    assert {action: pressed(device, action) for action in presses} == {
        action: {key: f"pressed {word}"} for action, (key, word) in presses.items()
    }


def test_each_key_is_an_entity_before_anything_is_pressed() -> None:
    device = remote("single_left", "double_left", "single_right", "single_both", "shake")
    assert [(each.id, each.name, each.minor) for each in device.entities[1:]] == [
        ("button_left", "Left", False),
        ("button_right", "Right", False),
        ("button_both", "Both", False),
        ("button", "", False),
    ]
    numbered = remote("1_single", "2_single")
    assert [(each.id, each.name) for each in numbered.entities[1:]] == [
        ("button_1", "Button 1"),
        ("button_2", "Button 2"),
    ]


def test_what_a_lock_does_is_no_press_and_a_child_lock_is_no_lock() -> None:
    action = {"type": "enum", "name": "action", "property": "action", "access": 1, "values": ["manual_unlock"]}
    state = {"type": "binary", "name": "state", "access": 7, "value_on": "LOCK", "value_off": "UNLOCK"}
    door = device_of([action, {"type": "lock", "features": [state | {"property": "state"}]}])
    assert [each.kind for each in door.entities] == [EntityKind.AVAILABILITY, EntityKind.LOCK]
    assert [each.why for each in door.unserved] == ["what a lock does is told by its state"]
    valve = device_of([action, {"type": "lock", "features": [state | {"property": "child_lock"}]}])
    assert pressed(valve, "manual_unlock") == {"button": "pressed manual_unlock"}


@pytest.mark.parametrize("reset", ["", None, "unknown"])
def test_a_reset_is_no_press(reset: str | None) -> None:
    assert pressed(remote("single", "double"), reset) == {}


def test_what_was_not_foreseen_is_pressed_all_the_same() -> None:
    keys = remote("single_left", "single_right")
    assert pressed(keys, "triple_right") == {"button_right": "pressed triple"}
    assert pressed(keys, "single_both") == {"button_left": "pressed single_both"}
    assert pressed(keys, "Shake it") == {"button_left": "pressed shake_it"}
    assert pressed(keys, "?") == {"button_left": "! not a press"}
    assert pressed(remote("single", "shake"), "2_double") == {"button": "pressed 2_double"}


def test_two_equal_messages_are_two_presses() -> None:
    [button] = remote("single").entities[1:]
    payload = b'{"action":"single","last_seen":"2026-03-09T18:27:40.250Z"}'
    assert [meaning(button, TOPIC, payload) for _ in range(2)] == ["pressed single at 1773080860250"] * 2


def test_only_the_topic_of_the_device_tells_presses() -> None:
    [button] = remote("single").entities[1:]
    assert button.dialect.state_topics == (TOPIC,)
    assert meaning(button, f"{TOPIC}/action", b"single") is None


def test_a_key_repeats_itself_only_if_it_says_when_it_is_let_go() -> None:
    device = remote("1_hold", "1_hold_release", "2_hold", "2_single", "3_hold", "3_release")
    assert {each.id: each.hold_repeats for each in device.entities[1:]} == {
        "button_1": True,
        "button_2": False,
        "button_3": True,
    }


@pytest.mark.parametrize(
    ("last_seen", "at"),
    [
        ("2026-03-09T18:27:40.250Z", " at 1773080860250"),
        ("2026-03-09T18:27:40+01:00", " at 1773077260000"),
        (1773077260250, " at 1773077260250"),
        ("2026-03-09T18:27:40", ""),
        ("1970-01-01T00:00:01.000Z", ""),
        (1000, ""),
        (1e30, ""),
        (True, ""),
        (None, ""),
        ("now", ""),
        ("9999-12-31T23:59:59-23:59", ""),
        ([], ""),
    ],
)
def test_the_time_of_the_device_is_told_where_it_knows_it(last_seen: object, at: str) -> None:
    [button] = remote("single").entities[1:]
    payload = json.dumps({"action": "single", "last_seen": last_seen}).encode()
    assert meaning(button, TOPIC, payload) == f"pressed single{at}"


words = st.text("abc_0129 ", max_size=12)
verbs = st.sampled_from(["single", "hold", "press", "hold_release", "press_release", "double_press"])
names = st.sampled_from(["1", "12", "left", "button_3", "dots_1", "l1", "up", "on"])
actions = words | verbs | st.builds("{}_{}".format, names, verbs) | st.builds("{}_{}".format, verbs, names)


@given(values=st.lists(actions, max_size=8), action=actions)
def test_every_word_is_pressed_on_one_key_exactly(values: list[str], action: str) -> None:
    device = remote(*values)
    found = pressed(device, action)
    if press_word(action) is None:
        assert all(word == "! not a press" for word in found.values())
        assert len(found) == (1 if action.strip() else 0)
    else:
        [(_, word)] = found.items()
        assert word.startswith("pressed ")
