"""What tells one message from another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bridge.mqtt.session import Broker
from tests.unit.mqtt.examples import message

topics = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4)


@given(topics, st.binary(max_size=4), topics, st.binary(max_size=4))
def test_messages_have_the_same_digest_exactly_when_topic_and_payload_are_the_same(
    topic: str, payload: bytes, other_topic: str, other_payload: bytes
) -> None:
    digests = message(topic, payload).digest(), message(other_topic, other_payload).digest()
    assert (digests[0] == digests[1]) == ((topic, payload) == (other_topic, other_payload))


def test_the_border_between_topic_and_payload_counts() -> None:
    assert message("a", b"bc").digest() != message("ab", b"c").digest()


def test_a_digest_does_not_depend_on_how_the_message_was_sent() -> None:
    sent = message()
    resent = replace(sent, connection=9, duplicate=True, packet_id=77, retained=True)
    assert resent.digest() == sent.digest()
    assert len(sent.digest()) == 16


@pytest.mark.parametrize("client_id", ["ifttt-bridge", "Bridge of Elm Street"])
def test_a_bridge_has_topics_of_its_own(client_id: str) -> None:
    broker = Broker("127.0.0.1", 1883, client_id)
    other = Broker("127.0.0.1", 1883, f"{client_id}-2")
    assert len({broker.marker_topic, broker.probe_topic, other.marker_topic, other.probe_topic}) == 4
