"""A topic that several subscriptions take, with a real broker, and what the bridge says of itself."""

import pytest

from bridge.devices.catalogue import Catalogue
from bridge.devices.dialects.custom import CustomMessages
from bridge.devices.dialects.plain import PlainButton
from bridge.devices.entity import Device, Dialect, Entity, EntityKind
from bridge.devices.interpretation import LatePolicy
from bridge.devices.last_known import LastKnown
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.interpreter import Interpreter, Listening
from bridge.mqtt.message import Message
from bridge.mqtt.routes import EXACT, route
from bridge.mqtt.session import Broker, Protocol
from tests.integration.mqtt.conftest import TOPIC, Listen
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until

BOTH = pytest.mark.parametrize("protocol", [Protocol.V5, Protocol.V311])
LAST = "elsewhere"
WIDE, WIDER, EVERYTHING = "home/+/state", "home/#", "#"
FILTERS = (TOPIC, WIDE, WIDER, EVERYTHING, LAST)
EACH_ONCE = ["button.single", *(f"custom.{number}" for number in range(4))]


def _entity(identity: str, kind: EntityKind, dialect: Dialect) -> Entity:
    return Entity(identity, Device(identity, "home", identity), kind, dialect)


CATALOGUE = Catalogue(
    [
        _entity("bell", EntityKind.BUTTON, PlainButton(TOPIC)),
        *(
            _entity(f"custom.{number}", EntityKind.CUSTOM, CustomMessages(topic))
            for number, topic in enumerate((TOPIC, WIDE, WIDER, EVERYTHING))
        ),
    ]
)


def _kinds(messages: list[Message]) -> list[str]:
    interpreter = Interpreter(CATALOGUE, LastKnown({}), Deliveries([], window=1000), LatePolicy())
    draft = interpreter.draft(list(messages), Listening(), next_seq=1, now_ms=0)
    return sorted(entry.event.kind for entry in draft.entries)


@BOTH
async def test_each_who_wanted_a_message_has_it_once_however_often_the_broker_sends_it(
    broker: Mosquitto, listen: Listen, protocol: Protocol
) -> None:
    async with listen(protocol=protocol, topics=FILTERS) as here:
        here.acknowledging = True
        await here.live()
        await broker.publish(TOPIC, "single")
        await broker.publish(LAST, "x", retain=True)
        await until(lambda: LAST in [message.topic for message in here.messages], what="the last message")
        copies = [message for message in here.messages if message.topic == TOPIC]
        assert _kinds(copies) == EACH_ONCE
        if protocol is Protocol.V5:
            numbers = sorted(message.routes for message in copies)
            assert numbers == sorted([(EXACT,), (route(WIDE),), (route(WIDER),), (route(EVERYTHING),)])


@BOTH
async def test_what_waited_through_a_restart_of_the_broker_still_counts_once(
    broker: Mosquitto, listen: Listen, protocol: Protocol
) -> None:
    async with listen(protocol=protocol, topics=FILTERS) as here:
        here.acknowledging = True
        await here.live()
    await broker.publish(TOPIC, "single")
    broker.stop()
    await broker.start()
    async with listen(protocol=protocol, topics=FILTERS, remembered=FILTERS) as here:
        here.acknowledging = True
        await here.live()
        assert _kinds([message for message in here.messages if message.topic == TOPIC]) == EACH_ONCE


@BOTH
async def test_what_the_bridge_says_of_itself_never_comes_in(
    broker: Mosquitto, listen: Listen, protocol: Protocol
) -> None:
    here_it_says = Broker("127.0.0.1", broker.port, "bridge-test", protocol=protocol, own_status_topic="house/bridge")
    async with listen(to=here_it_says, topics=(EVERYTHING,)) as here:
        here.acknowledging = True
        await here.live()
        await here.connection.publish_status("health", b"fine")
        await here.connection.check_awake()
        await broker.publish(TOPIC, "single")
        await until(lambda: TOPIC in [message.topic for message in here.messages], what="the message")
        assert [message.topic for message in here.messages] == [TOPIC] * len(here.messages)
