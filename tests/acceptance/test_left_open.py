"""A door left open, through a daemon that is killed between the opening and the moment to tell of it.

Nobody waits for the minute: while the daemon is dead, what it wrote is moved into the past by almost as much.
"""

import contextlib
import sqlite3

import pytest

from tests.parts.daemon import DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

ONE_MINUTE = {"door": "front-door", "minutes": "1"}
LEFT_OPEN = "contact.left_open.1"


def deadlines(daemon: Daemon) -> list[tuple[str, int, int]]:
    with daemon.reader() as connection:
        return connection.execute("SELECT entity, minutes, told FROM deadlines").fetchall()


def move_into_the_past(daemon: Daemon, seconds: int) -> None:
    with contextlib.closing(sqlite3.connect(daemon.database)) as connection, connection:
        by_ms = (seconds * 1000,)
        connection.execute("UPDATE deadlines SET opened_at_ms = opened_at_ms - ?1, due_ms = due_ms - ?1", by_ms)
        connection.execute("UPDATE entity_states SET since_ms = since_ms - ?1", by_ms)


@pytest.mark.parametrize("seconds", [57, 90], ids=["due while it runs", "due while it was dead"])
async def test_a_door_left_open_is_told_once_though_the_daemon_was_killed(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi, seconds: int
) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed", retain=True)
    await broker.publish(DOOR_TOPIC, "open", retain=True)
    await until(lambda: daemon.count_events() == 1, what="the opening on disk")
    assert await daemon.poll(token, "door_left_open", ONE_MINUTE, trigger_identity="one") == []
    await until(lambda: deadlines(daemon) == [("front-door", 1, 0)], what="the deadline of who has just begun to ask")
    daemon.kill()
    move_into_the_past(daemon, seconds)
    await daemon.start()
    await until(lambda: realtime.told == ["one"], what="IFTTT being told")
    (item,) = await daemon.poll(token, "door_left_open", ONE_MINUTE, trigger_identity="one")
    assert (item["minutes"], item["device_name"]) == ("1", "Front door")
    assert item["opened_at"] < item["created_at"]
    daemon.kill()
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed", retain=True)
    await until(lambda: deadlines(daemon) == [], what="the closing on disk")
    assert [event["kind"] for event in daemon.events()] == ["contact.opened", LEFT_OPEN, "contact.closed"]


async def test_a_door_that_was_closed_while_the_daemon_was_dead_is_not_told_of(
    broker: Mosquitto, daemon: Daemon
) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    await daemon.poll(token, "door_left_open", ONE_MINUTE, trigger_identity="one")
    await broker.publish(DOOR_TOPIC, "closed", retain=True)
    await broker.publish(DOOR_TOPIC, "open", retain=True)
    await until(lambda: deadlines(daemon) == [("front-door", 1, 0)], what="the deadline on disk")
    daemon.kill()
    move_into_the_past(daemon, 90)
    await broker.publish(DOOR_TOPIC, "closed", retain=True)
    await daemon.start()
    await until(lambda: deadlines(daemon) == [], what="the closing on disk")
    assert LEFT_OPEN not in [event["kind"] for event in daemon.events()]
