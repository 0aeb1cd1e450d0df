"""The health that is kept at the broker, for whoever comes later."""

from typing import Any

import msgspec

from bridge import __version__
from tests.parts.daemon import DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Listener, Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

TOPIC = "ifttt-bridge/ifttt-bridge/health"


async def test_whoever_comes_later_finds_how_the_bridge_is(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed")
    await daemon.poll(token, "door_opened", {"door": "any"}, trigger_identity="d" * 40)
    with broker.listener(TOPIC) as reports:
        await until(lambda: _last(reports).get("ready") is True, what="all being well")
        assert _last(reports)["version"] == __version__
        assert set(_last(reports)["parts"]) >= {"broker", "storage", "realtime"}
        realtime.status = 503
        await broker.publish(DOOR_TOPIC, "open")
        await until(lambda: _last(reports).get("ready") is False, what="the trouble being kept")
        assert list(_last(reports)["causes"]) == ["realtime"]
        realtime.status = 200
        await until(lambda: _last(reports).get("ready") is True, what="all being well again")
        assert daemon.stop() == 0
        await until(lambda: _last(reports).get("ready") is False, what="the end being kept")

    with broker.listener(TOPIC) as reports:
        await until(lambda: bool(reports.received()), what="the kept message")
        [(retained, kept)] = reports.received()
        assert retained
        assert msgspec.json.decode(kept)["ready"] is False
        assert msgspec.json.decode(kept)["causes"] == {"bridge": "it is starting or stopping"}


def _last(reports: Listener) -> dict[str, Any]:
    received = reports.received()
    return msgspec.json.decode(received[-1][1], type=dict[str, Any]) if received else {}
