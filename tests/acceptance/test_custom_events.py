"""Messages that are no device, on the whole daemon: which are an event, what they tell, and that none is one twice."""

from typing import Any

import pytest

from tests.parts.daemon import BUTTON_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

MAILBOX = "home/mailbox/1"
LAST_LINE = 'command_topic = "home/kettle/set"\n'
PARCEL = """
[[custom_events]]
slug = "parcel"
name = "Parcel in the box"
topic = "home/mailbox/+"
when = "value_json.weight > 50"
values = ["{{{{ value_json.weight }}}} g", "{{{{ value_json.from | upper }}}}"]
"""
ANYTHING = """
[[custom_events]]
slug = "anything"
name = "Anything at all"
topic = "#"
"""
BOTH = pytest.mark.parametrize("protocol", ["5", "3.1.1"])


@pytest.fixture
def home(daemon: Daemon) -> Daemon:
    daemon.edit(LAST_LINE, LAST_LINE + PARCEL)
    return daemon


async def _ask(daemon: Daemon, token: str, event: str) -> list[dict[str, Any]]:
    items = await daemon.poll(token, "custom_event", {"event": f"custom.{event}"}, trigger_identity=event)
    return [{key: item[key] for key in ("name", "value1", "value2", "value3")} for item in items]


@BOTH
async def test_a_parcel_is_told_with_its_weight_and_a_letter_is_not(
    broker: Mosquitto, home: Daemon, realtime: RealtimeApi, protocol: str
) -> None:
    home.mqtt = f'protocol = "{protocol}"'
    token = home.add_user("anna")
    await broker.publish(MAILBOX, '{"weight": 900, "from": "retained"}', retain=True)
    await home.start()
    assert await _ask(home, token, "parcel") == []
    await broker.publish(MAILBOX, '{"weight": 20, "from": "bank"}')
    await broker.publish(MAILBOX, "empty")
    await broker.publish("home/mailbox/2", '{"weight": 62, "from": "aunt"}')
    await broker.publish("home/mailbox/2/door", '{"weight": 99}')
    await broker.publish(MAILBOX, '{"weight": 50.5}')
    await until(lambda: home.count_events() == 2, what="both parcels on disk")
    assert await _ask(home, token, "parcel") == [
        {"name": "Parcel in the box", "value1": "50.5 g", "value2": "", "value3": ""},
        {"name": "Parcel in the box", "value1": "62 g", "value2": "AUNT", "value3": ""},
    ]
    assert [(event["kind"], event["offered"]) for event in home.events()] == [("custom.parcel", True)] * 2
    await until(lambda: "parcel" in realtime.told, what="IFTTT being told")


@BOTH
async def test_a_press_that_a_custom_event_hears_too_is_each_of_them_once(
    broker: Mosquitto, home: Daemon, protocol: str
) -> None:
    home.mqtt = f'protocol = "{protocol}"'
    home.edit(LAST_LINE, LAST_LINE + PARCEL + ANYTHING)
    await home.start()
    await broker.publish(BUTTON_TOPIC, "double")
    await broker.publish(MAILBOX, '{"weight": 60}')
    await until(lambda: home.count_events() >= 4, what="all events on disk")
    assert home.stop() == 0
    await broker.publish(BUTTON_TOPIC, "single")
    broker.stop()
    await broker.start()
    await home.start()
    await broker.publish(MAILBOX, '{"weight": 70}')
    await until(lambda: home.count_events() >= 8, what="what waited on disk, and what came after it")
    kinds = [event["kind"] for event in home.events()]
    expected = ["button.double", "custom.anything", "custom.parcel", "custom.anything"]
    assert sorted(kinds) == sorted([*expected, "button.single", "custom.anything", "custom.parcel", "custom.anything"])


@pytest.mark.parametrize(("limit", "offered"), [("120s", True), ("1ms", False)])
async def test_a_parcel_of_the_absence_is_offered_unless_it_is_late(
    broker: Mosquitto, home: Daemon, limit: str, *, offered: bool
) -> None:
    home.mqtt = f'late_press_limit = "{limit}"'
    await home.start()
    assert home.stop() == 0
    await broker.publish(MAILBOX, '{"weight": 60}')
    await home.start()
    await until(lambda: home.count_events() == 1, what="the parcel on disk")
    [event] = home.events()
    assert (event["offered"], event["reason"]) == (offered, None if offered else "late")


async def test_custom_events_come_change_and_go_by_a_reload(broker: Mosquitto, daemon: Daemon) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    daemon.edit(LAST_LINE, LAST_LINE + PARCEL)
    await daemon.reload()
    assert "custom_events_added=parcel" in daemon.log
    assert await _ask(daemon, token, "parcel") == []
    await broker.publish(MAILBOX, '{"weight": 60}')
    await until(lambda: daemon.count_events() == 1, what="the first parcel")
    daemon.edit(LAST_LINE, LAST_LINE + PARCEL.replace("> 50", "> 5").replace("Parcel in", "Post in"))
    await daemon.reload()
    await broker.publish(MAILBOX, '{"weight": 10}')
    await until(lambda: daemon.count_events() == 2, what="the second parcel")
    told = await _ask(daemon, token, "parcel")
    assert [(item["name"], item["value1"]) for item in told] == [
        ("Post in the box", "10 g"),
        ("Parcel in the box", "60 g"),
    ]
    daemon.edit(LAST_LINE, LAST_LINE + PARCEL.replace("> 50", "** 50"))
    await daemon.reload()
    assert "uses the operator **" in daemon.log
    daemon.edit(LAST_LINE, LAST_LINE)
    await daemon.reload()
    await broker.publish(MAILBOX, '{"weight": 60}')
    await broker.publish(BUTTON_TOPIC, "double")
    await until(lambda: daemon.count_events() == 3, what="the press after it")
    assert daemon.events()[-1]["kind"] == "button.double"
    assert daemon.log.count("mqtt.connected") == 1
    assert "message.ignored" not in daemon.log
