"""Which filters take a topic: level by level, as MQTT has it."""

from hypothesis import example, given
from hypothesis import strategies as st

from bridge.devices.filters import FilterTree, is_filter
from bridge.devices.topics import matches

names = st.sampled_from(["home", "door", "$SYS", "", "1"])
topics = st.lists(names, min_size=1, max_size=5).map("/".join)
filters = st.builds(
    lambda levels, end: "/".join([*levels, *end]),
    st.lists(names | st.just("+"), min_size=1, max_size=4),
    st.sampled_from([[], ["#"]]),
) | st.just("#")


@given(st.sets(filters, max_size=8), topics)
@example({"home/#", "home/+", "+"}, "home")
@example({"#", "+/1"}, "$SYS/1")
def test_the_filters_that_are_found_are_those_that_match(wanted: set[str], topic: str) -> None:
    found = FilterTree(wanted).taking(topic)
    expected = set() if topic.startswith("$") else {filter_ for filter_ in wanted if matches(filter_, topic)}
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_a_look_up_does_not_grow_with_what_lies_beside_it() -> None:
    tree = FilterTree(f"house-{number}/+/state" for number in range(1000))
    assert tree.taking("house-7/door/state") == ["house-7/+/state"]
    assert tree.taking("house-7/door") == []


def test_wildcards_make_a_filter() -> None:
    assert [is_filter(text) for text in ("a/+", "#", "a/b", "")] == [True, True, False, False]
