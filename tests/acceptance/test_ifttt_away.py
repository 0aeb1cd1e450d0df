"""IFTTT does not answer: everything is told afterwards, also across a restart."""

import contextlib
import sqlite3

from bridge.storage.settings import RESTORED
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

DOOR = "d" * 40
BUTTON = "b" * 40


async def test_everything_is_told_once_the_realtime_api_is_back(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    await _wait_for_door_and_button(broker, daemon)
    realtime.status = 503

    await broker.publish(DOOR_TOPIC, "open")
    await until(lambda: realtime.requests >= 1, what="the first attempt")
    await broker.publish(BUTTON_TOPIC, "double")
    await until(lambda: realtime.requests >= 4, what="further attempts")
    assert realtime.told == []
    assert not await daemon.is_ready()

    realtime.status = 200
    await until(lambda: {DOOR, BUTTON} <= set(realtime.told), what="everything being told")
    await until(daemon.is_ready, what="being well again")
    assert daemon.log.count("realtime.unavailable") == daemon.log.count("realtime.available") == 1


async def test_what_is_owed_survives_a_kill(broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi) -> None:
    await _wait_for_door_and_button(broker, daemon)
    realtime.status = 503
    await broker.publish(DOOR_TOPIC, "open")
    await until(lambda: daemon.count_events() == 1 and realtime.requests >= 1, what="the first attempt")
    daemon.kill()

    realtime.status = 200
    await daemon.start()
    await until(lambda: DOOR in realtime.told, what="the door being told after the restart")


async def test_what_was_told_is_not_told_again_after_a_clean_stop(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    await _wait_for_door_and_button(broker, daemon)
    await broker.publish(DOOR_TOPIC, "open")
    await until(lambda: realtime.told == [DOOR], what="the door being told")
    assert daemon.stop() == 0

    await daemon.start()
    await broker.publish(BUTTON_TOPIC, "double")
    await until(lambda: realtime.told == [DOOR, BUTTON], what="the button alone being told")


async def test_after_a_copy_was_put_back_each_connected_user_is_told_of_as_such_once(
    daemon: Daemon, realtime: RealtimeApi
) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    user = (await daemon.get("user/info", token))["id"]
    assert daemon.stop() == 0
    with contextlib.closing(sqlite3.connect(daemon.database)) as copy:
        copy.execute("INSERT INTO settings (name, value) VALUES (?, '1')", (RESTORED,))
        copy.commit()

    for _ in range(2):
        await daemon.start()
        await until(lambda: realtime.told == [f"user {user}"], what="the user being told of, once")
        assert daemon.stop() == 0


async def test_many_applets_of_one_user_on_one_event_are_told_by_their_user(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed")
    await until(lambda: daemon.knows("front-door"), what="the door being known")
    for number in range(21):
        await daemon.poll(token, "door_opened", {"door": "any"}, trigger_identity=f"{number:040x}")
    await broker.publish(DOOR_TOPIC, "open")
    user = (await daemon.get("user/info", token))["id"]
    await until(lambda: realtime.told == [f"user {user}"], what="the user being told of")


async def _wait_for_door_and_button(broker: Mosquitto, daemon: Daemon) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed")
    await daemon.poll(token, "door_opened", {"door": "any"}, trigger_identity=DOOR)
    await daemon.poll(token, "button_pressed", {"button": "bedside-button", "press": "any"}, trigger_identity=BUTTON)
