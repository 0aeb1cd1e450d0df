"""A broker that stands still with its connections open: noticed, and nothing is executed later by itself."""

from tests.parts.daemon import LIGHT_COMMAND_TOPIC, Daemon
from tests.parts.mosquitto import Listener, Mosquitto
from tests.parts.waiting import until

NOTICED_WITHIN_S = 30.0


async def test_a_command_to_a_frozen_broker_is_refused_and_never_executed_later(
    broker: Mosquitto, daemon: Daemon
) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    with broker.listener(LIGHT_COMMAND_TOPIC) as lamp:
        await until(lambda: _hears(lamp, broker, "before"), what="the lamp listening")
        broker.freeze()
        status, body = await daemon.post(
            "actions/turn_on_light", token, {"actionFields": {"light": "hall-light"}}, headers={"X-Request-ID": "1"}
        )
        assert (status, list(body)) == (503, ["errors"])
        await until(lambda: _not_ready(daemon), within_s=NOTICED_WITHIN_S, what="the frozen broker being noticed")

        broker.thaw()
        await until(daemon.is_ready, what="the connection being back")
        await until(lambda: _hears(lamp, broker, "after"), what="the lamp hearing what comes after")
        assert {payload for _, payload in lamp.received()} == {"before", "after"}

        status, body = await daemon.post(
            "actions/turn_on_light", token, {"actionFields": {"light": "hall-light"}}, headers={"X-Request-ID": "1"}
        )
        assert status == 200, body
        await until(lambda: (False, '{"state":"ON"}') in lamp.received(), what="the repeated request being carried out")


async def test_a_command_while_the_broker_is_away_is_refused(broker: Mosquitto, daemon: Daemon) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    broker.stop()
    await until(lambda: _not_ready(daemon), what="the lost connection being noticed")
    status, body = await daemon.post("actions/turn_off_light", token, {"actionFields": {"light": "hall-light"}})
    assert (status, list(body)) == (503, ["errors"])


async def _hears(lamp: Listener, broker: Mosquitto, word: str) -> bool:
    await broker.publish(LIGHT_COMMAND_TOPIC, word)
    return (False, word) in lamp.received()


async def _not_ready(daemon: Daemon) -> bool:
    return not await daemon.is_ready()
