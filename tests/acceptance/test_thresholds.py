"""A number past a threshold, from the broker to IFTTT: once for each time, and with hysteresis not at every tremble."""

from tests.parts.daemon import Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

LAST_LINE = 'command_topic = "home/kettle/set"\n'
ATTIC = """
[[devices]]
id = "attic"
name = "Attic"
kind = "sensor"
state_topic = "home/attic"
value_path = "temperature"
unit = "°C"
hysteresis = 0.5
"""
ABOVE = {"sensor": "attic", "threshold": "25,0"}


async def test_a_number_that_trembles_at_a_threshold_is_told_of_once(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    daemon.edit(LAST_LINE, LAST_LINE + ATTIC.replace("{", "{{").replace("}", "}}"))
    token = daemon.add_user("anna")
    await daemon.start()
    assert await daemon.poll(token, "value_rose_above", ABOVE, trigger_identity="one") == []
    values = ["24.8", "25.4", "24.6", "25.1", "24.4", "25.0"]
    await broker.publish_many("home/attic", [f'{{"temperature":{value}}}' for value in values])
    await until(lambda: daemon.count_events() == 3, what="every crossing on disk")
    daemon.kill()
    await daemon.start()
    newest, first = await daemon.poll(token, "value_rose_above", ABOVE, trigger_identity="one")
    assert (first["value"], first["previous_value"], first["unit"], first["threshold"]) == ("25.4", "24.8", "°C", "25")
    assert (newest["value"], newest["previous_value"]) == ("25", "24.4")
    assert [event["reason"] for event in daemon.events()] == [None, "within hysteresis", None]
    await broker.publish("home/attic", '{"temperature":26}')
    await until(lambda: set(realtime.told) == {"one"}, what="IFTTT being told")
