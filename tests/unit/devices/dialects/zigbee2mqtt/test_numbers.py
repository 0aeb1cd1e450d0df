"""Numbers have one spelling, however the short way to it is taken."""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from bridge.devices.dialects.written import number_word, read_number
from tests.unit.devices.dialects.zigbee2mqtt.network import device_of, entity_of, meaning

THING = device_of([{"type": "numeric", "name": "power", "property": "power", "access": 1, "unit": "W"}])
POWER = entity_of(THING, "power")
floats = st.floats(-1e14, 1e14).filter(lambda value: not 0 < abs(value) < 1e-90)
decimals = st.decimals(-1000, 1000, places=3).map(float)


@given(floats | decimals | st.integers(-(10**14), 10**14))
@example(0.0)
@example(-0.0)
@example(0.001)
@example(21.37)
@example(55.0)
@example(1e-7)
@example(1000000.0000001)
def test_a_number_is_spelt_as_everywhere(value: float) -> None:
    wanted = number_word(read_number(str(value)))
    assert meaning(POWER, "zigbee2mqtt/thing", json.dumps({"power": value}).encode()) == wanted
