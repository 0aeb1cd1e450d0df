"""How long the bridge has run, all its runs together: what ends something is measured by it.

A wall clock may jump by years, or stand in 1970 until the network is there; this clock only ever goes on. Knows not
where it is kept between the runs.
"""

from collections.abc import Callable


class RunClock:
    """Goes on from where the last run ended. `kept_ms`: how long the bridge had run until now; `monotonic`: seconds."""

    def __init__(self, kept_ms: int, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._began_s = monotonic()
        self._kept_ms = kept_ms
        self._reached_ms = kept_ms

    @property
    def ms(self) -> int:
        """How long the bridge has run, in milliseconds. Never less than it was before."""
        elapsed_ms = int((self._monotonic() - self._began_s) * 1000)
        self._reached_ms = max(self._reached_ms, self._kept_ms + elapsed_ms)
        return self._reached_ms
