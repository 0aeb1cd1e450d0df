"""How long things took, minute by minute for a day: the middle and the slow end of each lag, taken from its histogram.

In memory and small: a ring of single floats for each. Knows neither what is measured nor how it is drawn.
"""

import asyncio
from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

from bridge.dashboard.exposition import Histogram

MINUTES: Final = 24 * 60
EVERY_S: Final = 60.0
MIDDLE: Final = 0.5
SLOW: Final = 0.95
NOTHING: Final = -1.0
"""A minute in which nothing was measured."""


class _Ring:
    """The two quantiles of each minute, the newest one last."""

    __slots__ = ("_before", "_histogram", "_kept")

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram
        self._before = histogram.counts
        self._kept = array("f")  # both of each minute side by side: a page is drawn on a thread meanwhile

    def sample(self) -> None:
        """Take what was measured since the last time."""
        now = self._histogram.counts
        counts = [after - before for before, after in zip(self._before, now, strict=True)]
        self._before = now
        self._kept += array("f", [quantile(self._histogram.bounds, counts, part) for part in (MIDDLE, SLOW)])
        del self._kept[: -2 * MINUTES]

    def minutes(self) -> Sequence[tuple[float, float]]:
        kept = self._kept[:]
        return list(zip(kept[::2], kept[1::2], strict=False))


class LagHistory:
    """Of several histograms, by name."""

    def __init__(self, histograms: Mapping[str, Histogram]) -> None:
        self._rings = {name: _Ring(histogram) for name, histogram in histograms.items()}

    async def run(self) -> None:
        """Sample once a minute until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            self.sample()

    def sample(self) -> None:
        """End a minute."""
        for ring in self._rings.values():
            ring.sample()

    def of(self, name: str) -> Sequence[tuple[float, float]]:
        """Return the middle and the slow end of each minute in seconds, NOTHING for both where nothing was measured."""
        return self._rings[name].minutes()


def quantile(bounds: Sequence[float], counts: Sequence[int], part: float) -> float:
    """Return the value below which this part of all lies, NOTHING without any.

    `counts`: how many were at most each of the ascending `bounds` and above the one before, and beyond the last. What
    lies between two bounds is taken to lie evenly; beyond the last one nobody knows, and that one is returned.
    """
    whole = sum(counts)
    if not whole:
        return NOTHING
    wanted, below, floor = part * whole, 0, 0.0
    for bound, count, reached in zip(bounds, counts, accumulate(counts), strict=False):
        if reached >= wanted and count:
            return floor + (bound - floor) * (wanted - below) / count
        below, floor = reached, bound
    return bounds[-1]
