"""The plain dialect over payloads that go wrong in the field, each with its meaning stated by hand."""

import base64
import json
from pathlib import Path

import pytest

from bridge.devices.dialects.plain import PlainState, StateWords
from bridge.devices.reading import StateReading
from bridge.errors import UnreadableMessage
from tests.unit.devices.examples import OPEN_CLOSED

FILE = Path(__file__).parents[3] / "recordings" / "edge-cases.jsonl"
LINES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]

FALSE_IS_OPEN = StateWords("false", "true", "open", "closed")
DOOR = PlainState("zigbee2mqtt/front_door", FALSE_IS_OPEN, ("contact",))
SNAPSHOT = PlainState("frigate/front_door/person/snapshot", OPEN_CLOSED)
WEATHER = PlainState("zigbee2mqtt/weather_sensor", FALSE_IS_OPEN, ("temperature",))
PORCH = PlainState("porch-node/sensor/temperature/state", OPEN_CLOSED)
DEEP = PlainState("homeassistant/sensor/deep/config", FALSE_IS_OPEN, ("a",))

OPEN, CLOSED, SAYS_NOTHING = StateReading("open"), StateReading("closed"), StateReading(None)
MEANINGS: list[tuple[PlainState, StateReading | str]] = [
    (DOOR, "not JSON"),  # bytes that are not UTF-8
    (SNAPSHOT, "not UTF-8"),  # a picture
    (DOOR, "not JSON"),  # cut off
    (DOOR, "JSON, but not an object"),  # a list
    (DOOR, "JSON, but not an object"),  # null
    (DOOR, OPEN),  # the text "false": it is compared as text
    (DOOR, SAYS_NOTHING),  # a null inside: unknown, never an event
    (DOOR, CLOSED),  # the key twice: the last counts
    (DOOR, OPEN),  # a byte order mark
    (DOOR, OPEN),  # white space around
    (WEATHER, "not JSON"),  # NaN is not JSON
    (WEATHER, "not JSON"),  # 1e999 is infinite
    (PORCH, "not one of the configured words"),  # -nan
    (DEEP, "JSON nested too deeply"),
]


@pytest.mark.parametrize(("line", "dialect", "meaning"), [(n, *meaning) for n, meaning in enumerate(MEANINGS)])
def test_an_odd_payload_means_what_is_said_here(line: int, dialect: PlainState, meaning: StateReading | str) -> None:
    recorded = LINES[line]
    encoded = recorded.get("payload_b64")
    payload = recorded["payload"].encode() if encoded is None else base64.b64decode(encoded)
    assert recorded["topic"] == dialect.state_topic
    if isinstance(meaning, StateReading):
        assert dialect.read(recorded["topic"], payload) == meaning
        return
    with pytest.raises(UnreadableMessage) as caught:
        dialect.read(recorded["topic"], payload)
    assert caught.value.reason == meaning


def test_every_recorded_line_has_its_meaning() -> None:
    assert len(MEANINGS) == len(LINES)
