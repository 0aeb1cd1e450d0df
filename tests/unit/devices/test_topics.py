"""Topics and filters: the examples of the specification, and what nobody may publish to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from bridge.devices.topics import is_topic, matches

LEVELS = st.sampled_from(["a", "b", "", "$SYS", "+", "#"])
TOPICS = st.lists(LEVELS.filter(lambda level: level not in "+#" or not level), min_size=1, max_size=4).map("/".join)
FILTERS = st.lists(st.sampled_from(["a", "b", "", "+", "$SYS"]), min_size=1, max_size=4).flatmap(
    lambda levels: st.sampled_from(["/".join(levels), "/".join([*levels, "#"]), "#"])
)


@given(filter_=FILTERS, topic=TOPICS.filter(bool))
def test_a_filter_takes_what_another_library_says_it_takes(filter_: str, topic: str) -> None:
    assert matches(filter_, topic) == topic_matches_sub(filter_, topic)


@pytest.mark.parametrize("topic", ["home/announce/kitchen", "a", "/", "home//x", "home/$x", "home/\N{SNOWMAN}"])
def test_topics_are_topics(topic: str) -> None:
    assert is_topic(topic)


@pytest.mark.parametrize("topic", ["", "home/+", "home/#", "#", "$SYS/x", "a\0b", "x" * 65536])
def test_what_nobody_may_publish_to_is_no_topic(topic: str) -> None:
    assert not is_topic(topic)
