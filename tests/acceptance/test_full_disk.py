"""A disk that fills: nothing is acknowledged, no edge is swallowed, and it goes on by itself."""

import resource
from pathlib import Path

from tests.parts.daemon import DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until

EDGES = 60


async def test_a_failed_commit_loses_no_edge(broker: Mosquitto, daemon: Daemon) -> None:
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed")
    await broker.publish(DOOR_TOPIC, "open")
    await until(lambda: daemon.count_events() == 1, what="the first edge on disk")
    full = _largest_file(daemon.database.parent)

    daemon.limit_file_size(full)
    words = ["closed" if number % 2 == 0 else "open" for number in range(EDGES)]
    for word in words:
        await broker.publish(DOOR_TOPIC, word)
    await until(lambda: "storage.unavailable" in daemon.log, what="the full disk being said")
    assert not await daemon.is_ready()
    on_disk = daemon.count_events()
    assert on_disk < 1 + EDGES

    daemon.limit_file_size(resource.RLIM_INFINITY)
    await until(lambda: daemon.count_events() == 1 + EDGES, what="every edge on disk")
    await until(daemon.is_ready, what="being well again")
    expected = ["contact.opened"] + [f"contact.{'closed' if word == 'closed' else 'opened'}" for word in words]
    assert [event["kind"] for event in daemon.events()] == expected
    assert daemon.log.count("storage.unavailable") == daemon.log.count("storage.available") == 1


async def test_what_a_full_disk_held_up_survives_a_kill(broker: Mosquitto, daemon: Daemon) -> None:
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed")
    await broker.publish(DOOR_TOPIC, "open")
    await until(lambda: daemon.count_events() == 1, what="the first edge on disk")
    daemon.limit_file_size(_largest_file(daemon.database.parent))
    for number in range(EDGES):
        await broker.publish(DOOR_TOPIC, "closed" if number % 2 == 0 else "open")
    await until(lambda: "storage.unavailable" in daemon.log, what="the full disk being said")
    daemon.kill()

    await daemon.start()
    await until(lambda: daemon.count_events() == 1 + EDGES, what="every edge on disk")


def _largest_file(folder: Path) -> int:
    return max(path.stat().st_size for path in folder.iterdir())
