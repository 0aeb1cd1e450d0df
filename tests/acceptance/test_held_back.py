"""What the configuration holds back is recorded with its reason, and IFTTT hears of what counts alone."""

from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until


async def test_a_door_that_bounces_and_a_button_that_is_pressed_too_often(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    daemon.edit(f'state_topic = "{DOOR_TOPIC}"', f'state_topic = "{DOOR_TOPIC}"\ndebounce = "1s"')
    daemon.edit(f'state_topic = "{BUTTON_TOPIC}"', f'state_topic = "{BUTTON_TOPIC}"\nmin_interval = "1h"')
    token = daemon.add_user("anna")
    await daemon.start()
    await daemon.poll(token, "door_opened", {"door": "any"}, trigger_identity="one")
    await broker.publish_many(DOOR_TOPIC, ["closed", "open", "closed", "open"])
    await broker.publish_many(BUTTON_TOPIC, ["single", "double"])
    await until(lambda: realtime.told == ["one"], what="IFTTT being told")
    assert len(await daemon.poll(token, "door_opened", {"door": "any"}, trigger_identity="one")) == 1
    happened = [(event["kind"], event["reason"]) for event in daemon.events()]
    assert sorted(happened, key=str) == [
        ("button.double", "too soon"),
        ("button.single", None),
        ("contact.opened", "too short"),
        ("contact.opened", None),
    ]
