"""Whatever is listed, kept or reported, Zigbee2MQTT is read, or said to be unreadable, and nothing else."""

import json
from collections.abc import Mapping

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge.commands import Command, Wish
from bridge.devices.described import Announcement, DescribedEntity
from bridge.devices.dialects.zigbee2mqtt import Zigbee2Mqtt
from bridge.devices.reading import AvailabilityReading, PressReading, StateReading
from bridge.devices.topics import is_topic
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.fuzzing import ODD, nearly
from tests.unit.devices.dialects.zigbee2mqtt.network import (
    DEVICES,
    GROUPS,
    Json,
    Network,
    listed_devices,
    listed_groups,
    recorded,
    whole_network,
)

CONVENTION = Zigbee2Mqtt()
NETWORK = whole_network()
ENTITIES = [each for device in NETWORK.devices().values() for each in device.entities if not each.minor]
STATES = [json.loads(line["payload"]) for line in recorded("zigbee2mqtt-more") if line["payload"].startswith("{")]
anything = (
    st.binary(max_size=64)
    | st.text(max_size=16).map(lambda text: text.encode())
    | ODD.map(lambda value: json.dumps(value).encode())
)
SHORT = [
    device | {"endpoints": {}, "definition": device["definition"] | {"options": []}} for device in listed_devices()[2:]
]
devices = st.sampled_from(SHORT).flatmap(lambda device: nearly([device]))
groups = st.sampled_from(listed_groups()).flatmap(lambda group: nearly([group]))
states = st.sampled_from(STATES).flatmap(nearly) | anything
topics = st.sampled_from([DEVICES, GROUPS, "zigbee2mqtt/bridge/info", "zigbee2mqtt/front_door"]) | st.text(max_size=12)


def announced(group: str, parts: Mapping[str, bytes]) -> Announcement:
    """Return what parts come to; nothing where they cannot be read."""
    try:
        return CONVENTION.read(group, parts)
    except UnreadableMessage as error:
        assert len(error.reason) < 50  # noqa: PT017 -- whether it is raised at all is not the question
        return Announcement()


def check_entity(entity: DescribedEntity, payload: bytes) -> None:
    """Let an entity read a message on each of its topics, and order it whatever may be asked."""
    for topic in entity.dialect.state_topics:
        assert is_topic(topic)
        assert len(topic.encode()) <= 1024
        assert not topic.startswith(("zigbee2mqtt/bridge/devices", "zigbee2mqtt/bridge/groups"))
        try:
            reading = entity.dialect.read(topic, payload)
        except UnreadableMessage as error:
            assert len(error.reason) < 50  # noqa: PT017 -- the same
        else:
            assert reading is None or isinstance(reading, StateReading | PressReading | AvailabilityReading)
    for wish in Wish:
        for order in entity.dialect.write(Command("h", "e", wish, brightness=50, color="#ff8000", position=40)):
            assert is_topic(order.topic)
            assert isinstance(json.loads(order.payload), dict)


@given(topic=topics, payload=anything | devices | groups, state=states)
@example(topic=DEVICES, payload=b'[{"ieee_address":"0x00158d0001dc126a","friendly_name":"\\ud800"}]', state=b"1")
def test_no_message_raises_anything_but_unreadable_message(topic: str, payload: bytes, state: bytes) -> None:
    try:
        told = CONVENTION.tell(topic, payload)
    except UnreadableMessage as error:
        assert len(error.reason) < 50  # noqa: PT017 -- the same
        return
    if told is None:
        return
    assert told.group in (DEVICES, GROUPS)
    for device in announced(told.group, told.parts).devices:
        assert device.id
        assert device.name.isprintable()
        assert len({entity.id for entity in device.entities}) == len(device.entities) <= 256
        for entity in device.entities:
            check_entity(entity, state)


@given(payload=devices, state=states)
def test_nearly_every_description_is_read_without_harm(payload: bytes, state: bytes) -> None:
    network = Network()
    try:
        network.hear(DEVICES, payload)
    except UnreadableMessage:
        return
    for device in network.devices().values():
        for entity in device.entities:
            check_entity(entity, state)


kept = st.sampled_from(sorted({**NETWORK.groups[DEVICES], **NETWORK.groups[GROUPS]}.items())).flatmap(
    lambda part: st.tuples(st.just(part[0]) | st.text(max_size=8), nearly(json.loads(part[1])) | anything)
)


@given(group=st.sampled_from([DEVICES, GROUPS]) | st.text(max_size=40), part=kept, state=states)
def test_no_kept_part_raises_anything_but_unreadable_message(group: str, part: tuple[str, bytes], state: bytes) -> None:
    for device in announced(group, dict([part])).devices:
        for entity in device.entities:
            if group in (DEVICES, GROUPS):
                check_entity(entity, state)


@given(entity=st.sampled_from(ENTITIES), payload=states)
def test_no_report_raises_anything_but_unreadable_message(entity: DescribedEntity, payload: bytes) -> None:
    check_entity(entity, payload)


@given(payload=devices)
def test_the_same_description_twice_gives_equal_parts(payload: bytes) -> None:
    try:
        first = CONVENTION.tell(DEVICES, payload)
    except UnreadableMessage:
        return
    assert first == CONVENTION.tell(DEVICES, payload)


@given(st.permutations(listed_devices()), st.permutations(["devices", "groups", "devices", "groups"]))
@settings(max_examples=30)
def test_any_order_of_lists_gives_the_same_devices(listed: list[Json], order: list[str]) -> None:
    network = Network()
    for which in order:
        network.hear(DEVICES, listed) if which == "devices" else network.hear(GROUPS, listed_groups())
    assert network.devices() == NETWORK.devices()
