"""Other topics on the connection that there is, with a real broker."""

import asyncio

import pytest

from bridge.mqtt.message import Connected, Message
from bridge.mqtt.session import Protocol
from tests.integration.mqtt.conftest import TOPIC, Listen, Listening
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until

OTHER = "home/garage/state"
WINDOW = 20
BOTH = pytest.mark.parametrize("protocol", [Protocol.V5, Protocol.V311])


def connections(here: Listening) -> int:
    return sum(isinstance(arrival, Connected) for arrival in here.arrivals)


async def _hears_only(here: Listening, broker: Mosquitto, topic: str, other: str) -> None:
    before = len(here.messages)
    await broker.publish(other, "unheard")
    await broker.publish(topic, "heard")
    await until(lambda: len(here.messages) > before, what="the message")
    assert [(message.topic, message.payload) for message in here.messages[before:]] == [(topic, b"heard")]


@BOTH
async def test_other_topics_need_no_new_connection(broker: Mosquitto, listen: Listen, protocol: Protocol) -> None:
    await broker.publish(OTHER, "kept", retain=True)
    await broker.publish(TOPIC, "kept too", retain=True)
    async with listen(protocol=protocol) as here:
        await here.live()
        here.topics[:] = [TOPIC, OTHER]
        await here.connection.follow_topics()
        await until(lambda: here.payloads == ["kept too", "kept"], what="what was retained, once each")
        assert all(message.retained for message in here.messages)
        here.topics[:] = [OTHER]
        await here.connection.follow_topics()
        await _hears_only(here, broker, OTHER, TOPIC)
        assert connections(here) == 1


@BOTH
async def test_what_was_said_before_topics_are_given_up_has_come_in_when_they_are(
    broker: Mosquitto, listen: Listen, protocol: Protocol
) -> None:
    async with listen(protocol=protocol, window=WINDOW, topics=(TOPIC, OTHER)) as here:
        await here.live()
        words = [str(number) for number in range(200)]  # ten windows: most of them wait at the broker
        await broker.publish_many(TOPIC, words)
        await until(lambda: len(here.messages) == WINDOW, what="a full window")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(here.connection.give_up([TOPIC]))
            await broker.publish("elsewhere", "x")  # as long as another client needs: the broker has answered by then
            here.acknowledging = True
            here.connection.acknowledge(here.owed)
        taken = [*here.arrivals, *(await here.intake.take(1000) if len(here.intake) else [])]
        assert [arrival.payload.decode() for arrival in taken if isinstance(arrival, Message)] == words
        await here.connection.give_up([TOPIC])
        assert connections(here) == 1


async def test_topics_that_change_while_the_broker_is_away_are_those_of_the_next_connection(
    broker: Mosquitto, listen: Listen
) -> None:
    async with listen(remembered=(TOPIC,)) as here:
        await here.live()
        broker.stop()
        await until(lambda: not here.connection.connected, what="the loss of the connection")
        here.topics[:] = [OTHER]
        await here.connection.give_up([TOPIC])
        await here.connection.follow_topics()
        await broker.start()
        await here.live()
        await _hears_only(here, broker, OTHER, TOPIC)


async def test_a_change_that_the_broker_does_not_confirm_is_set_right_by_a_new_connection(
    broker: Mosquitto, listen: Listen
) -> None:
    async with listen(remembered=(TOPIC,)) as here:
        await here.live()
        here.topics[:] = [OTHER]
        broker.freeze()
        await here.connection.follow_topics()
        broker.thaw()
        await until(lambda: connections(here) == 2, what="a new connection")
        await here.live()
        await _hears_only(here, broker, OTHER, TOPIC)
