"""Brings together what becomes of events: how far IFTTT was told and has asked is noted while it happens, and written
down now and then, a little at a time: an event's commit comes first.
"""  # noqa: D205 -- one sentence

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bridge.devices.catalogue import Catalogue
from bridge.homes.sight import Sights
from bridge.ifttt.identities import Identities, IdentityKey
from bridge.ifttt.watermarks import Watermarks, kept_of_each
from bridge.registers import Registers
from bridge.storage.watermarks import KeptWatermarks

if TYPE_CHECKING:
    from bridge.desk.journeys import Journeys

CHUNK: Final = 64
"""Identities whose moves are written at once: that takes the writer for a millisecond or two."""


@dataclass(frozen=True, slots=True)
class JourneyNotes:
    """Notes the moves, by the wall clock, and writes them down."""

    kept: KeptWatermarks
    identities: Identities
    clock_ms: Callable[[], int]
    watermarks: Watermarks = field(default_factory=Watermarks)

    def replied(self, covered: Sequence[tuple[IdentityKey, int]], outcome: str) -> None:
        """IFTTT answered a notification, or did not."""
        self.watermarks.replied(covered, outcome, self.clock_ms())

    def shown(self, key: IdentityKey, seq: int) -> None:
        """IFTTT asked, and was shown all up to there."""
        self.watermarks.shown(key, seq, self.clock_ms())

    async def write(self) -> None:
        """Write down what is new. Raises StorageUnavailable: then it is written the next time."""
        keep = kept_of_each(len(self.identities))
        while moves := self.watermarks.take(CHUNK):
            await self.kept.add(moves, keep=keep)
            self.watermarks.written()


def journeys_of(
    registers: Registers,
    catalogue: Callable[[], Catalogue],
    sights: Callable[[], Sights],
    clock_ms: Callable[[], int],
    notes: JourneyNotes | None = None,
) -> "Journeys":
    """Return what answers about journeys. `notes` None: no daemon runs, and all there is has been written."""
    from bridge.desk.journeys import Journeys  # noqa: PLC0415 -- a megabyte, for what a daemon is seldom asked
    from bridge.storage.applets import Applets  # noqa: PLC0415 -- the same

    stored = Applets(registers.database), registers.watermarks, registers.events
    if notes is None:
        return Journeys(*stored, catalogue, sights, clock_ms)
    return Journeys(*stored, catalogue, sights, clock_ms, notes.watermarks.of, notes.identities.polled_ms)
