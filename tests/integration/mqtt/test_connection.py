"""The connection to a real broker: sessions, backlog, refusals, pressure, absence."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from bridge.commands import Publication
from bridge.errors import BrokerUnavailable
from bridge.mqtt.embedded import EmbeddedBroker
from bridge.mqtt.message import BacklogEnded, Connected, Marker, Message
from bridge.mqtt.session import Protocol
from tests.integration.mqtt.conftest import TOPIC, Listen
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until

BOTH = pytest.mark.parametrize("protocol", [Protocol.V5, Protocol.V311])


@BOTH
async def test_what_waited_comes_as_backlog_and_what_follows_is_live(
    broker: Mosquitto, listen: Listen, protocol: Protocol
) -> None:
    async with listen(protocol=protocol) as here:
        await here.live()
        assert isinstance(here.arrivals[0], Connected)
        assert not here.arrivals[0].resumed
    await broker.publish_many(TOPIC, ["one", "two", "three"])

    async with listen(protocol=protocol, away_s=77) as here:
        await here.live()
        await broker.publish(TOPIC, "four")
        await until(lambda: "four" in here.payloads, what="the live message")
        first = here.arrivals[0]
        assert isinstance(first, Connected)
        assert first.resumed
        assert first.away_s == pytest.approx(77, abs=30)
        assert here.backlog == ["one", "two", "three"]
        assert [type(arrival) for arrival in here.arrivals] == [
            *(Connected, Message, Message, Message, Marker, BacklogEnded),
            Message,
        ]


@BOTH
async def test_what_was_not_acknowledged_comes_again_with_its_packet_id_and_the_dup_flag(
    broker: Mosquitto, listen: Listen, protocol: Protocol
) -> None:
    async with listen(protocol=protocol) as here:
        await here.live()
        await broker.publish_many(TOPIC, ["one", "two"])
        await until(lambda: len(here.messages) == 2, what="both messages")
        here.connection.acknowledge(here.messages[:1])
        await broker.publish(TOPIC, "three")
        await until(lambda: len(here.messages) == 3, what="the third message")
        [_, second, third] = here.messages
    async with listen(protocol=protocol) as here:
        await here.live()
        assert [(m.payload, m.packet_id, m.duplicate) for m in here.messages] == [
            (b"two", second.packet_id, True),
            (b"three", third.packet_id, True),
        ]


async def test_an_acknowledgement_for_an_ended_connection_is_not_sent(broker: Mosquitto, listen: Listen) -> None:
    async with listen() as here:
        await here.live()
        await broker.publish(TOPIC, "one")
        await until(lambda: len(here.messages) == 1, what="the message")
        broker.stop()
        await until(lambda: not here.connection.connected, what="the loss of the connection")
        await broker.start()
        await until(lambda: here.connection.live, what="the next connection")
        await until(lambda: len(here.messages) == 2, what="the message again")
        old, new = here.messages
        assert old.connection == 1
        assert new.connection > 1
        assert new.duplicate
        here.connection.acknowledge([old])
    async with listen() as here:
        await here.live()
        assert here.payloads == ["one"]


async def test_a_qos_2_message_is_taken_with_qos_1(broker: Mosquitto, listen: Listen) -> None:
    async with listen() as here:
        await here.live()
        await broker.publish(TOPIC, "open", qos=2)
        await until(lambda: bool(here.messages), what="the message")
        assert here.messages[0].qos == 1


async def test_a_retained_message_is_told_from_a_live_one(broker: Mosquitto, listen: Listen) -> None:
    await broker.publish(TOPIC, "closed", retain=True)
    async with listen() as here:
        await here.live()
        await broker.publish(TOPIC, "open", retain=True)
        await until(lambda: len(here.messages) == 2, what="both")
        assert [(m.payload, m.retained) for m in here.messages] == [(b"closed", True), (b"open", False)]


async def test_a_broker_that_knows_only_3_1_1_is_spoken_to_in_3_1_1(listen: Listen) -> None:
    async with EmbeddedBroker(port=0) as old_broker:
        with capture_logs() as logs:
            async with listen(port=old_broker.port) as here:
                await here.live()
        assert [line["protocol"] for line in logs if line["event"] == "mqtt.connected"] == ["3.1.1"]


@BOTH
async def test_refused_subscriptions_are_said_and_hold_nothing_up(
    tmp_path: Path, listen: Listen, protocol: Protocol
) -> None:
    """Not even our own marker comes through here: the backlog is declared over all the same."""
    folder = tmp_path / "strict"
    folder.mkdir()
    rules = {"publishClientSend": True, "publishClientReceive": True, "subscribe": False, "unsubscribe": True}
    (folder / "rules.json").write_bytes(msgspec.json.encode({"defaultACLAccess": rules}))
    strict = Mosquitto(folder, extra=f"plugin {_dynamic_security()}\nplugin_opt_config_file {folder}/rules.json")
    await strict.start()
    try:
        with capture_logs() as logs:
            async with listen(protocol=protocol, port=strict.port) as here:
                await here.live()
    finally:
        strict.close()
    refused = [line["topic"] for line in logs if line["event"] == "mqtt.subscription_refused"]
    assert refused == ["ifttt-bridge/bridge-test/marker", TOPIC]
    assert [line["event"] for line in logs].count("mqtt.marker_missing") == 1


async def test_a_broker_that_forgot_the_session_is_said(listen: Listen) -> None:
    with capture_logs() as logs:
        async with listen(remembered=(TOPIC,)) as here:
            await here.live()
    assert [line["event"] for line in logs if "session" in line["event"]] == ["mqtt.session_lost"]


async def test_a_topic_that_is_no_longer_wanted_is_unsubscribed(broker: Mosquitto, listen: Listen) -> None:
    async with listen(topics=(TOPIC, "home/old")) as here:
        await here.live()
    async with listen(remembered=(TOPIC, "home/old")) as here:
        await here.live()
        await broker.publish("home/old", "gone")
        await broker.publish(TOPIC, "here")
        await until(lambda: bool(here.messages), what="the message on the topic that is left")
        assert here.payloads == ["here"]


async def test_a_full_intake_stops_the_reading_and_loses_nothing(broker: Mosquitto, listen: Listen) -> None:
    sent = [f"{number}:{'x' * 2000}" for number in range(400)]
    async with listen(capacity=50) as here:
        await here.live()
        await broker.publish_many(TOPIC, sent)
        await until(lambda: here.intake.full, what="a full intake")
        assert len(here.intake) < 100
        taken: list[str] = []
        while len(taken) < len(sent):
            arrivals = await asyncio.wait_for(here.intake.take(10), 10)
            messages = [arrival for arrival in arrivals if isinstance(arrival, Message)]
            taken += [message.payload.decode() for message in messages]
            here.connection.acknowledge(messages)
            assert len(here.intake) < 100
        assert taken == sent


async def test_a_marker_that_the_broker_dropped_is_sent_again(tmp_path: Path, listen: Listen) -> None:
    """With a queue this short, the marker finds no place behind what waits."""
    folder = tmp_path / "short"
    folder.mkdir()
    short = Mosquitto(folder, extra="max_queued_messages 5\nmax_inflight_messages 1")
    await short.start()
    try:
        async with listen(port=short.port, protocol=Protocol.V311) as here:
            await here.live()
        await short.publish_many(TOPIC, [str(number) for number in range(20)])
        async with listen(port=short.port, protocol=Protocol.V311) as here:
            await until(lambda: bool(here.messages), what="the first message")
            done = 0
            while not here.connection.live:
                here.connection.acknowledge(here.owed[done:])
                done = len(here.owed)
                await asyncio.sleep(0.01)
            assert here.arrivals[-1] == BacklogEnded(1)
    finally:
        short.close()


async def test_a_marker_in_the_midst_of_a_backlog_lets_nothing_overtake(broker: Mosquitto, listen: Listen) -> None:
    """An earlier connection left it there. Were it acknowledged at once, Mosquitto would send what comes next first."""
    waiting = [str(number) for number in range(60)]
    async with listen(protocol=Protocol.V311) as here:
        await here.live()
    await broker.publish_many(TOPIC, waiting[:30])
    await broker.publish("ifttt-bridge/bridge-test/marker", "left behind")
    await broker.publish_many(TOPIC, waiting[30:])

    async with listen(protocol=Protocol.V311) as here:
        await until(lambda: len(here.messages) == 20, what="the window")
        here.connection.acknowledge(here.owed[:1])
        await until(lambda: any(isinstance(arrival, Marker) for arrival in here.arrivals), what="the old marker")
        await broker.publish(TOPIC, "newest")
        done = 1
        while "newest" not in here.payloads:
            here.connection.acknowledge(here.owed[done:])
            done = len(here.owed)
            await asyncio.sleep(0.01)
        assert here.payloads == [*waiting, "newest"]


async def test_another_client_with_our_id_does_not_end_us(listen: Listen) -> None:
    async with listen() as here:
        await here.live()
        async with listen() as rival:
            await rival.live()
            await until(lambda: isinstance(here.arrivals[-1], BacklogEnded), what="being back")
        await here.live()


async def test_a_command_is_sent_with_qos_1_and_not_retained(broker: Mosquitto, listen: Listen) -> None:
    async with listen() as here:
        await here.live()
        with broker.listener("home/lamp/set") as lamp:

            async def hears() -> bool:
                await here.connection.publish(Publication("home/lamp/set", b"ON"))
                return bool(lamp.received())

            await until(hears, what="the lamp being told")
        with broker.listener("home/lamp/set") as late_lamp:

            async def late_hears() -> bool:
                await broker.publish("home/lamp/set", "OFF")
                return bool(late_lamp.received())

            await until(late_hears, what="the late lamp hearing something")
            assert late_lamp.received()[0] == (False, "OFF")


async def test_without_a_broker_nothing_is_sent(broker: Mosquitto, listen: Listen) -> None:
    broker.stop()
    async with listen() as here:
        with pytest.raises(BrokerUnavailable):
            await here.connection.check_awake()
        with pytest.raises(BrokerUnavailable):
            await here.connection.publish(Publication("home/lamp/set", b"ON"))


def _dynamic_security() -> Path:
    """Return Mosquitto's own plugin that can refuse a SUBSCRIBE; a list of rules only filters what is delivered."""
    [plugin] = Path("/usr/lib").glob("*/mosquitto_dynamic_security.so")
    return plugin
