"""A wrong key is told at once, then at most once a minute, and nobody can fill the log with it."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bridge.oauth.refusals import LINE_EVERY_S, MAX_ADDRESSES, OTHERS, Refusals, Refused

steps = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 2 * MAX_ADDRESSES)), max_size=300)


def test_the_first_refusal_is_told_at_once_and_the_next_ones_a_minute_later_with_their_number() -> None:
    refusals = Refusals()
    assert refusals.add("203.0.113.7", "first", now_s=0.0) == [Refused("203.0.113.7", 1, "first")]
    assert refusals.add("203.0.113.7", "second", now_s=1.0) == []
    assert refusals.add("203.0.113.7", "third", now_s=59.0) == []
    assert refusals.add("203.0.113.7", "fourth", now_s=60.0) == [Refused("203.0.113.7", 2, "third")]
    assert refusals.add("203.0.113.7", "fifth", now_s=121.0) == [Refused("203.0.113.7", 1, "fourth")]


def test_an_address_that_was_quiet_for_a_minute_begins_anew() -> None:
    refusals = Refusals()
    refusals.add("203.0.113.7", "first", now_s=0.0)
    assert refusals.add("203.0.113.7", "again", now_s=60.0) == [Refused("203.0.113.7", 1, "again")]


def test_addresses_are_counted_apart_and_one_ipv6_network_as_one() -> None:
    refusals = Refusals()
    assert refusals.add("203.0.113.7", "no", now_s=0.0) == [Refused("203.0.113.7", 1, "no")]
    assert refusals.add("203.0.113.8", "no", now_s=0.0) == [Refused("203.0.113.8", 1, "no")]
    assert refusals.add("2001:db8::7", "no", now_s=0.0) == [Refused("2001:db8::/64", 1, "no")]
    assert refusals.add("2001:db8::ffff:8", "no", now_s=0.0) == []
    assert refusals.add("2001:db8:0:1::8", "no", now_s=0.0) == [Refused("2001:db8:0:1::/64", 1, "no")]
    assert refusals.add("unknown", "no", now_s=0.0) == [Refused("unknown", 1, "no")]


def test_beyond_a_number_of_addresses_a_minute_the_others_share_one_line() -> None:
    refusals = Refusals()
    told = [
        line.address
        for number in range(1000)
        for line in refusals.add(f"10.0.{number // 256}.{number % 256}", "", now_s=0)
    ]
    assert told == [*(f"10.0.0.{number}" for number in range(MAX_ADDRESSES)), OTHERS]
    assert refusals.add("10.9.9.9", "no", now_s=60.0)[:1] == [Refused(OTHERS, 1000 - MAX_ADDRESSES - 1, "")]


@given(steps)
def test_no_address_has_two_lines_within_a_minute_and_no_refusal_is_told_twice(walk: list[tuple[int, int]]) -> None:
    refusals, now_s = Refusals(), 0.0
    last: dict[str, float] = {}
    happened: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for pause_s, number in walk:
        now_s += pause_s
        happened[f"10.0.0.{number}"] += 1
        for line in refusals.add(f"10.0.0.{number}", "no", now_s=now_s):
            assert now_s - last.get(line.address, -LINE_EVERY_S) >= LINE_EVERY_S
            last[line.address] = now_s
            told[line.address] += line.count
    others = told.pop(OTHERS, 0)
    assert all(count <= happened[address] for address, count in told.items())
    assert told.total() + others <= happened.total()
    assert sum(now_s - at < LINE_EVERY_S for at in last.values()) <= MAX_ADDRESSES + 1
