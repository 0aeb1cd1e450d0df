"""Packets however they are cut, against what paho reads in the same bytes, and nonsense."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import _packet
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.exception import MalformedPacket
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties, VariableByteIntegers

from bridge.errors import PacketMalformed
from bridge.mqtt.message import Message
from bridge.mqtt.properties import routes_of
from bridge.mqtt.wire import Packet, Unpacker

PUBLISH, QOS_2, RETAINED, DUPLICATE = 0x30, 0x04, 0x01, 0x08
FIRST = {False: MQTTProtocolVersion.MQTTv311, True: MQTTProtocolVersion.MQTTv5}
words = st.text(st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"]), max_size=4)
topics = words.filter(bool).map(str.encode) | st.sampled_from([b"\xff\xfe", b"home/" + 100 * b"x"])
payloads = st.binary(max_size=20) | st.sampled_from([200 * b"y", 20_000 * b"z"])


@st.composite
def properties(draw: st.DrawFn) -> Properties:
    """Return any that a message may have, made by paho."""
    made = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call] # paho leaves it untyped
    for name, values in (
        ("PayloadFormatIndicator", st.integers(0, 1)),
        ("MessageExpiryInterval", st.integers(0, 2**32 - 1)),
        ("TopicAlias", st.integers(1, 65535)),
        ("ResponseTopic", words),
        ("CorrelationData", st.binary(max_size=200)),
        ("ContentType", words),
        ("UserProperty", st.tuples(words, words)),
        ("SubscriptionIdentifier", st.integers(1, 268_435_455)),
    ):
        several = name in {"UserProperty", "SubscriptionIdentifier"}
        for value in draw(st.lists(values, max_size=3 if several else 1)):
            setattr(made, name, value)
    return made


@st.composite
def publications(draw: st.DrawFn, *, v5: bool) -> tuple[int, bytes]:
    """Return the first byte of a PUBLISH of QoS 0 or 1, and what follows its length."""
    qos = draw(st.integers(0, 1))
    topic = draw(topics)
    body = len(topic).to_bytes(2) + topic
    if qos:
        body += draw(st.integers(0, 65535)).to_bytes(2)
    if v5:
        body += draw(properties()).pack()  # type: ignore[no-untyped-call] # paho leaves it untyped
    flags = draw(st.sampled_from([0, RETAINED, DUPLICATE, RETAINED | DUPLICATE]))
    return PUBLISH | qos << 1 | flags, body + draw(payloads)


others = st.tuples(st.integers(0, 255), payloads).filter(lambda packet: packet[0] & 0xF4 != PUBLISH)


@st.composite
def streams(draw: st.DrawFn) -> tuple[bool, list[tuple[int, bytes]], list[bytes]]:
    """Return which MQTT it is, packets, and their bytes in pieces."""
    v5 = draw(st.booleans())
    packets = draw(st.lists(publications(v5=v5) | others, max_size=6))
    whole = b"".join(framed(*packet) for packet in packets)
    cuts = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    return v5, packets, [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


def framed(header: int, body: bytes) -> bytes:
    length: bytes = VariableByteIntegers.encode(len(body))  # type: ignore[no-untyped-call] # paho leaves it untyped
    return bytes([header]) + length + body


def taken(unpacker: Unpacker, pieces: list[bytes]) -> list[Message | Packet]:
    return [each for piece in pieces for each in unpacker.take(piece, 1.0)]


def read_by_paho(header: int, body: bytes, *, v5: bool) -> Message:
    """Return what a message is by the library's own reading."""
    found = _packet.decode_publish(header, body, FIRST[v5])
    try:
        topic: str | None = found.topic.decode()
    except UnicodeDecodeError:
        topic = None
    routes = () if found.properties is None else routes_of(found.properties)
    payload = bytes(found.payload)
    return Message(7, topic, payload, found.qos, found.retain, found.dup, found.mid, 1.0, routes)


@given(streams())
def test_however_the_bytes_are_cut_each_packet_comes_once_in_its_place_and_says_what_paho_reads_in_it(
    stream: tuple[bool, list[tuple[int, bytes]], list[bytes]],
) -> None:
    v5, packets, pieces = stream
    wanted = [
        read_by_paho(header, body, v5=v5) if header & 0xF4 == PUBLISH else Packet(header, body)
        for header, body in packets
    ]
    assert taken(Unpacker(7, v5=v5), pieces) == wanted


@given(publications(v5=True))
def test_a_byte_at_a_time_comes_to_the_same(publication: tuple[int, bytes]) -> None:
    header, body = publication
    whole = framed(header, body[:500])
    found = taken(Unpacker(7, v5=True), [whole[at : at + 1] for at in range(len(whole))])
    assert found == taken(Unpacker(7, v5=True), [whole])


@given(st.lists(st.binary(max_size=40), max_size=5), st.booleans())
def test_nonsense_is_malformed_or_waits_for_more_and_nothing_else(pieces: list[bytes], v5: bool) -> None:  # noqa: FBT001 -- drawn
    with contextlib.suppress(PacketMalformed):
        taken(Unpacker(7, v5=v5), pieces)


@given(publications(v5=True), st.data())
def test_a_message_with_a_byte_changed_or_its_end_missing_is_read_as_paho_does_or_malformed(
    publication: tuple[int, bytes], data: st.DataObject
) -> None:
    header, body = publication[0], bytearray(publication[1][:300])
    body = body[: data.draw(st.integers(0, len(body)))]
    if body:
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = taken(Unpacker(7, v5=True), [framed(header, bytes(body))])
    except PacketMalformed:
        return
    assert len(found) == 1
    try:
        wanted = read_by_paho(header, bytes(body), v5=True)
    except MalformedPacket:
        return  # it looks into what is stepped over here
    assert found == [wanted]


@pytest.mark.parametrize(
    ("v5", "body", "words"),
    [
        (False, b"", "beyond its end"),
        (False, b"\x00\x05home", "beyond its end"),
        (False, b"\x00\x04home\x00", "beyond its end"),
        (False, b"\x00\x00\x00\x01x", "without a topic"),
        (True, b"\x00\x04home\x00\x01", "within a number"),
        (True, b"\x00\x04home\x00\x01\x05\x0b", "beyond its end"),
        (True, b"\x00\x04home\x00\x01\x01\x0b", "within a number"),
        (True, b"\x00\x04home\x00\x01\x02\x02\x00x", "goes beyond"),
        (True, b"\x00\x04home\x00\x01\x04\x03\x00\x09xx", "goes beyond"),
        (True, b"\x00\x04home\x00\x01\x05\x11\x00\x00\x00\x01", r"no message has \(17\)"),
    ],
)
def test_what_does_not_fit_into_its_packet_is_malformed(v5: bool, body: bytes, words: str) -> None:  # noqa: FBT001 -- a column
    with pytest.raises(PacketMalformed, match=words):
        taken(Unpacker(7, v5=v5), [framed(PUBLISH | 2, body)])


def test_what_came_before_a_malformed_packet_has_been_handed_over() -> None:
    found = Unpacker(7, v5=False).take(framed(PUBLISH, b"\x00\x01ax") + framed(PUBLISH, b""), 1.0)
    assert next(found) == Message(7, "a", b"x", 0, retained=False, duplicate=False, packet_id=0, received_s=1.0)
    with pytest.raises(PacketMalformed):
        next(found)


def test_a_length_of_more_than_four_bytes_or_above_the_limit_is_malformed_before_anything_is_kept_for_it() -> None:
    with pytest.raises(PacketMalformed, match="four bytes"):
        taken(Unpacker(7, v5=True), [b"\x30\xff\xff\xff\xff"])
    with pytest.raises(PacketMalformed, match="larger"):
        taken(Unpacker(7, v5=True, largest=1000), [b"\x30\xe9\x07"])


def test_a_message_of_qos_2_is_left_to_the_library() -> None:
    body = b"\x00\x01a\x00\x01x"
    assert taken(Unpacker(7, v5=False), [framed(PUBLISH | QOS_2, body)]) == [Packet(PUBLISH | QOS_2, body)]
