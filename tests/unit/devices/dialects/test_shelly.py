"""Both generations of Shellies side by side, as one source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.dialects.shelly import Shelly
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.hearing import Household, recorded, told

PREFIX = "shellies/hall"
NOTIFIED = {"src": "shellyplus1-aabbccddeeff", "method": "NotifyFullStatus", "params": {"switch:0": {"output": True}}}


def test_recorded_devices_of_both_generations_are_one_source() -> None:
    household = Household(Shelly()).hear([*recorded("shelly-gen1"), *recorded("shelly-gen2")])
    devices = household.devices()
    assert {"shellybutton1-A4CF12F45174", "shellyplusplugs-80646fd031f8"} <= devices.keys()
    assert "shellydw2-483FDA825476" not in devices  # it has only reported so far
    assert {group.partition("/")[0] for group in household.groups} == {"gen1", "gen2"}


def test_a_later_one_among_the_topics_of_the_first_is_told_apart() -> None:
    household = Household(Shelly((PREFIX,)))
    household.hear([told(f"{PREFIX}/events/rpc", NOTIFIED), (f"{PREFIX}/online", b"true")])
    assert household.devices().keys() == {"shellyplus1-aabbccddeeff"}


def test_both_are_listened_for_and_only_the_first_is_asked() -> None:
    assert Shelly().filters == (
        *("shellies/announce", "shellies/+/announce", "shellies/+/online", "+/events/rpc", "+/online"),
    )
    assert [question.topic for question in Shelly().questions] == ["shellies/command"]


def test_a_group_of_no_generation_is_unreadable() -> None:
    with pytest.raises(UnreadableMessage):
        Shelly().read("hall", {})


@given(st.text(max_size=30), st.binary(max_size=30))
def test_any_message_on_any_topic_is_told_or_unreadable(topic: str, payload: bytes) -> None:
    for where in (topic, f"shellies/{topic}", f"{topic}/events/rpc", f"ifttt-bridge-{topic}/rpc"):
        try:
            Shelly().tell(where, payload)
        except UnreadableMessage:
            continue
