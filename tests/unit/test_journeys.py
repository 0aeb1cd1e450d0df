"""Moves are noted by the wall clock and written a few at a time; what cannot be written is written the next time."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from bridge.errors import StorageUnavailable
from bridge.ifttt.identities import Identities, IdentityKey
from bridge.ifttt.watermarks import KEPT_OF_EACH, Asked, Moves, Told
from bridge.journeys import CHUNK, JourneyNotes


class Disk:
    """Keeps what is written to it; fails so many times first."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.written: dict[IdentityKey, Moves] = {}
        self.sizes: list[int] = []

    async def add(self, moves: Mapping[IdentityKey, Moves], *, keep: int) -> None:
        """Write."""
        assert keep == KEPT_OF_EACH
        self.failures -= 1
        if self.failures >= 0:
            raise StorageUnavailable("the disk is full")
        self.sizes.append(len(moves))
        self.written |= moves


def key(number: int) -> IdentityKey:
    return IdentityKey("", "u_1", str(number))


def notes_on(disk: Disk) -> JourneyNotes:
    return JourneyNotes(cast("Any", disk), Identities(), lambda: 42)


async def test_what_is_noted_is_written_a_few_at_a_time() -> None:
    disk = Disk()
    notes = notes_on(disk)
    notes.replied([(key(number), 7) for number in range(2 * CHUNK + 1)], "200")
    notes.shown(key(0), 7)
    await notes.write()
    assert disk.sizes == [CHUNK, CHUNK, 1]
    assert disk.written[key(0)] == Moves([Told(7, "200", 42, 42)], [Asked(7, 42)])
    await notes.write()
    assert len(disk.sizes) == 3, "there is nothing left"


async def test_what_cannot_be_written_is_written_the_next_time() -> None:
    disk = Disk(failures=1)
    notes = notes_on(disk)
    notes.replied([(key(0), 7)], "200")
    with pytest.raises(StorageUnavailable):
        await notes.write()
    notes.replied([(key(0), 9)], "200")
    await notes.write()
    assert disk.written[key(0)].told == [Told(9, "200", 42, 42)], "the later one came in a chunk of its own"
    assert disk.sizes == [1, 1]
