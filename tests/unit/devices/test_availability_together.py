"""Several topics that say together whether a device can be reached."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.availability import MAX_PARTS, OFFLINE, ONLINE, together, with_part
from bridge.devices.entity import AvailabilityMode
from bridge.devices.reading import AvailabilityReading


def said(mode: AvailabilityMode, topics: int, readings: Sequence[tuple[int, bool]]) -> str | None:
    parts: tuple[str, ...] = ()
    value = None
    for part, online in readings:
        reading = AvailabilityReading(part, online)
        parts = with_part(parts, reading)
        value = together(parts, reading, mode, topics=topics)
    return value


@pytest.mark.parametrize(
    ("mode", "readings", "value"),
    [
        (AvailabilityMode.ALL, [(0, True)], None),
        (AvailabilityMode.ALL, [(1, False)], OFFLINE),
        (AvailabilityMode.ALL, [(0, True), (1, True)], ONLINE),
        (AvailabilityMode.ALL, [(0, True), (1, True), (0, False)], OFFLINE),
        (AvailabilityMode.ANY, [(1, True)], ONLINE),
        (AvailabilityMode.ANY, [(1, False)], None),
        (AvailabilityMode.ANY, [(0, False), (1, False)], OFFLINE),
        (AvailabilityMode.LATEST, [(0, True), (1, False)], OFFLINE),
        (AvailabilityMode.LATEST, [(1, False), (0, True)], ONLINE),
    ],
)
def test_each_mode_decides_as_soon_as_it_can(
    mode: AvailabilityMode, readings: list[tuple[int, bool]], value: str | None
) -> None:
    assert said(mode, 2, readings) == value


@given(
    st.sampled_from([AvailabilityMode.ALL, AvailabilityMode.ANY]),
    st.permutations([(0, True), (1, False), (2, True), (3, False)]),
)
def test_the_order_in_which_topics_speak_does_not_matter(
    mode: AvailabilityMode, readings: list[tuple[int, bool]]
) -> None:
    assert said(mode, 4, readings) == (OFFLINE if mode is AvailabilityMode.ALL else ONLINE)


@given(st.lists(st.tuples(st.integers(-5, 100_000), st.booleans())))
def test_no_part_makes_the_memory_grow(readings: list[tuple[int, bool]]) -> None:
    parts: tuple[str, ...] = ()
    for part, online in readings:
        parts = with_part(parts, AvailabilityReading(part, online))
    assert len(parts) <= MAX_PARTS
