"""What the daemon's own log looks like where it is read: in the journal, and by programs."""

import re

import msgspec

from tests.parts.daemon import Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until

IN_JOURNAL = ("sh", "-c", 'export JOURNAL_STREAM="$(stat -L -c %d:%i /proc/self/fd/2)"; exec "$@"', "sh")
"""Lets the file that the daemon logs to pass for the journal, as systemd does."""


async def test_in_the_journal_every_line_has_its_priority_and_each_trouble_its_two_lines(
    broker: Mosquitto, daemon: Daemon
) -> None:
    daemon.launcher = IN_JOURNAL
    await daemon.start()
    broker.kill()
    await until(lambda: daemon.log.count("mqtt.connection_failed") == 1, what="the trouble being said")
    await broker.start()
    await until(daemon.is_ready, what="being well again")
    assert daemon.stop() == 0
    lines = daemon.log.splitlines()
    assert [line for line in lines if not re.match(r"<[4567]>level=\w+ event=[a-z_]+\.[a-z_]+", line)] == []
    assert "timestamp=" not in daemon.log
    said = [(line[:3], found[1]) for line in lines if (found := re.search(r"event=(mqtt\.\S+)", line))]
    assert said == [
        ("<6>", "mqtt.connected"),
        ("<4>", "mqtt.connection_lost"),
        ("<4>", "mqtt.connection_failed"),
        ("<6>", "mqtt.connected"),
        ("<4>", "mqtt.session_lost"),
    ]


async def test_programs_get_an_object_a_line_on_request(daemon: Daemon) -> None:
    daemon.launcher = ("env", "BRIDGE_LOG__FORMAT=json")
    await daemon.start()
    assert daemon.stop() == 0
    lines = [msgspec.json.decode(line, type=dict[str, object]) for line in daemon.log.splitlines()]
    assert [line["event"] for line in lines if str(line["event"]).startswith("bridge.")] == [
        "bridge.started",
        "bridge.stopping",
        "bridge.stopped",
    ]
    assert all({"timestamp", "level", "event"} <= set(line) for line in lines)
