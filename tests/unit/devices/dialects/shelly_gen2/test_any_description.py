"""Whatever Shellies since the second generation say, nothing worse than UnreadableMessage comes of it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.dialects.shelly_gen2.convention import ShellyGen2
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.fuzzing import heard_without_harm, nearly
from tests.unit.devices.dialects.shelly_gen2.examples import NAME, answered, full, pressed

STATUS: dict[str, Any] = {
    "switch:0": {"output": True, "apower": 5, "aenergy": {"total": 5.5}, "temperature": {"tC": 5}},
    "rgb:0": {"output": True, "brightness": 5, "rgb": [1, 2, 3], "mode": "rgb"},
    "cct:0": {"output": True, "brightness": 5, "ct": 3000},
    "cover:0": {"state": "open", "current_pos": 5, "pos_control": True},
    "input:0": {"state": None},
    "input:1": {"state": True, "percent": 5, "counts": {"total": 5}},
    "smoke:0": {"alarm": True},
    "devicepower:0": {"battery": {"percent": 5}},
    "presence:0": {"num_objects": 5},
    "bthomesensor:200": {"value": 5},
}
EVENTS = json.loads(pressed({"component": "input:0", "event": "single_push", "ts": 1700000000.5})[1])
WHOLE = json.loads(full(STATUS)[1])
ANSWER = json.loads(answered(STATUS)[1])
TOPIC = f"{NAME}/events/rpc"


@given(nearly(WHOLE), nearly(ANSWER), nearly(EVENTS), st.binary(max_size=32))
def test_odd_notifications_do_no_harm(whole: bytes, answer: bytes, events: bytes, bytes_: bytes) -> None:
    messages = [(TOPIC, whole), (f"ifttt-bridge-{NAME}/rpc", answer), (TOPIC, events), (f"{NAME}/online", bytes_)]
    heard_without_harm(ShellyGen2(), messages)


@given(nearly(WHOLE), nearly(STATUS["rgb:0"] | STATUS["cover:0"]), nearly(EVENTS))
def test_odd_notifications_of_a_sound_device_do_no_harm(whole: bytes, component: bytes, events: bytes) -> None:
    home = heard_without_harm(ShellyGen2(), [full(STATUS), ("x", whole), ("x", component), ("x", events)])
    assert home.devices()


@given(st.text(max_size=40), st.binary(max_size=40))
def test_any_message_on_any_topic_is_told_or_unreadable(topic: str, payload: bytes) -> None:
    for where in (topic, f"{topic}/events/rpc", f"{topic}/online", f"ifttt-bridge-{topic}/rpc", TOPIC):
        try:
            ShellyGen2().tell(where, payload)
        except UnreadableMessage:
            continue


@given(
    st.just(NAME) | st.text(max_size=8),
    st.dictionaries(
        st.sampled_from(["id", "online", "components", "seen/switch:0", "seen/", "pressed/input:0", "pressed/x"]),
        st.binary(max_size=40) | nearly({"switch:0": ["output"], "cover:0": ["state", "pos_control"]}),
    ),
)
def test_damaged_parts_are_unreadable_or_nothing(group: str, parts: dict[str, bytes]) -> None:
    try:
        ShellyGen2().read(group, parts)
    except UnreadableMessage as error:
        assert error.reason  # noqa: PT017 -- whether it is raised at all is not the question
