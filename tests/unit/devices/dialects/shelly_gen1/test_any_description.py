"""Whatever Shellies of the first generation say, nothing worse than UnreadableMessage comes of it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.dialects.shelly_gen1.convention import ShellyGen1
from bridge.devices.dialects.shelly_gen1.models import MODELS
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.fuzzing import heard_without_harm, nearly
from tests.unit.devices.dialects.shelly_gen1.examples import announced

REPORT: dict[str, Any] = {
    "ison": True,
    "mode": "color",
    "brightness": 5,
    "gain": 5,
    "temp": 3000,
    "red": 1,
    "green": 2,
    "blue": 3,
    "event": "S",
    "event_cnt": 4,
    "motion": True,
    "vibration": False,
    "lux": 5,
    "bat": {"value": 5},
    "tmp": {"value": 1},
    "thermostats": [{"tmp": {"value": 1}}],
}
WORDS = st.sampled_from([b"on", b"off", b"1", b"-1", b"999", b"1e99", b"true", b"open", b"", b"\xff", b"nan"])


@given(st.sampled_from(sorted(MODELS)), st.sampled_from(["relay", "roller", "color", "white"]), nearly(REPORT), WORDS)
def test_odd_reports_of_any_model_do_no_harm(model: str, mode: str, report: bytes, word: bytes) -> None:
    home = heard_without_harm(ShellyGen1(), [announced(f"{model}-1", mode=mode), ("x", report), ("x", word)])
    assert home.devices()


@given(nearly(json.loads(announced("shellyswitch25-1", "SHSW-25", mode="relay")[1])))
def test_odd_announcements_do_no_harm(announcement: bytes) -> None:
    heard_without_harm(
        ShellyGen1(), [("shellies/announce", announcement), ("shellies/shelly1-1/announce", announcement)]
    )


@given(st.text(max_size=40), st.binary(max_size=40))
def test_any_message_on_any_topic_is_told_or_unreadable(topic: str, payload: bytes) -> None:
    for where in (topic, f"shellies/{topic}", f"shellies/{topic}/online", "shellies/announce"):
        try:
            ShellyGen1().tell(where, payload)
        except UnreadableMessage:
            continue


@given(
    st.sampled_from(["shellyswitch25-1", "x"]) | st.text(max_size=8),
    st.dictionaries(
        st.sampled_from(["announce", "online", "mode", "ext_switch/0"]) | st.text(max_size=4),
        st.binary(max_size=40) | nearly({"model": "SHSW-25", "mac": "AABBCCDDEEFF", "counts": True}),
    ),
)
def test_damaged_parts_are_unreadable_or_nothing(group: str, parts: dict[str, bytes]) -> None:
    try:
        ShellyGen1().read(group, parts)
    except UnreadableMessage as error:
        assert error.reason  # noqa: PT017 -- whether it is raised at all is not the question
