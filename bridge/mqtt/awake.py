"""When did this process last listen? A stopped process and a suspended computer do not, and notice only afterwards."""

import time
from collections.abc import Callable
from typing import Final

STANDSTILL_S: Final = 5.0
"""Longer than the event loop is ever busy: whoever did not tick for so long stood still."""

REMEMBERED_S: Final = 20.0
"""How long after a standstill the loss of the connection is still its consequence."""


class Awake:
    """Keeps the last standstill. `tick` is called about once a second; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ticked_s = clock()
        self._stood_still_from_s = self._ticked_s
        self._woke_s = float("-inf")

    def tick(self) -> None:
        """Say that the process is awake."""
        now_s = self._clock()
        if now_s - self._ticked_s > STANDSTILL_S:
            self._stood_still_from_s, self._woke_s = self._ticked_s, now_s
        self._ticked_s = now_s

    def last_s(self) -> float:
        """Return when the process last listened: now, or when its standstill began."""
        now_s = self._clock()
        if now_s - self._ticked_s > STANDSTILL_S:
            return self._ticked_s
        return self._stood_still_from_s if now_s - self._woke_s < REMEMBERED_S else now_s


def uptime_s() -> float:
    """Return seconds that no setting of a clock moves, and that go on while the computer sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
