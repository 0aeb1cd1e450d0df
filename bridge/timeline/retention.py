"""How long what has happened is kept, and how much of it. Plain values; knows neither SQL nor a clock.

The newest of each timeline stay whatever their age: what a trigger shows never changes by itself. That holds for all
timelines once it holds for each entity and kind: whatever is among the newest of a home, of a family of kinds, or of
some entities together, is among the newest of its own entity and kind.
"""

from dataclasses import dataclass
from typing import Final

from bridge.timeline.timeline import WINDOW

KEPT_OF_EACH: Final = WINDOW
"""So many of each entity and kind stay, for a trigger may ask for them."""

DAY_MS: Final = 24 * 3600 * 1000
RESERVE_SHARE: Final = 16
MOST_RESERVE_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """`keep_ms`: how long the bridge runs until an event may go. `max_bytes`: what the database may take on disk."""

    keep_ms: int
    max_bytes: int

    @property
    def reserve_bytes(self) -> int:
        """What is left free below the limit, for what is written until room has been made, and for the journal."""
        return min(self.max_bytes // RESERVE_SHARE, MOST_RESERVE_BYTES)


@dataclass(frozen=True, slots=True)
class Size:
    """What the database takes: pages that hold something, pages that hold nothing, and the write-ahead journal."""

    used_bytes: int
    free_bytes: int
    journal_bytes: int
    shrinkable: bool

    @property
    def on_disk_bytes(self) -> int:
        """All of it."""
        return self.used_bytes + self.free_bytes + self.journal_bytes

    def is_crowded(self, limits: Limits) -> bool:
        """Tell whether events have to go before their time."""
        return self.used_bytes > limits.max_bytes - 2 * limits.reserve_bytes

    def is_urgent(self, limits: Limits) -> bool:
        """Tell whether that cannot wait until there is nothing else to do."""
        return self.used_bytes > limits.max_bytes - limits.reserve_bytes

    def is_slack(self, limits: Limits) -> bool:
        """Tell whether empty pages are to be given back: the file is too large, or far larger than what it holds."""
        too_large = self.used_bytes + self.free_bytes > limits.max_bytes - limits.reserve_bytes
        half_empty = self.free_bytes > max(self.used_bytes, MOST_RESERVE_BYTES)
        return self.shrinkable and self.free_bytes > 0 and (too_large or half_empty)
