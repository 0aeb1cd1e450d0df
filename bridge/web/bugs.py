"""Faults of ours in the log: once for each place where they arise, however often somebody asks again.

Knows neither requests nor answers.
"""

import traceback
from typing import Final

import structlog

MAX_PLACES: Final = 100
"""More would mean that the lines of the log are the trouble."""


class Bugs:
    """Takes note of faults, in the log of a part of the program that `logger` names."""

    def __init__(self, logger: str) -> None:
        self._log = structlog.get_logger(logger)
        self._spoken_of: set[tuple[str, str]] = set()

    def note(self, event: str, error: Exception, **facts: object) -> None:
        """Tell the log of a fault if it is the first in this place. Call it where the fault was caught."""
        place = _place(error)
        if place in self._spoken_of or len(self._spoken_of) >= MAX_PLACES:
            return
        self._spoken_of.add(place)
        self._log.error(event, exc_info=error, note="said once: further ones from this place are not told", **facts)


def _place(error: Exception) -> tuple[str, str]:
    frames = traceback.extract_tb(error.__traceback__)
    return type(error).__name__, f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
