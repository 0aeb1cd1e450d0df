"""What a cover does, and what that means after what it did before. Knows neither topics nor storage.

Home Assistant's rules: open is everything that is not closed, and a cover on its way is neither yet. So a cover counts
as opened when it has arrived, and one that turned round before it arrived has done nothing.
"""

from typing import Final

from bridge.devices.last_known import EntityState
from bridge.devices.reading import StateReading

OPEN: Final = "open"
CLOSED: Final = "closed"
OPENING: Final = "opening"
CLOSING: Final = "closing"
STOPPED: Final = "stopped"

STARTED_FROM: Final = {OPENING: CLOSED, CLOSING: OPEN}
"""Where a cover on its way was: it counts as opening only if it was closed, and as closing only if it was open."""


def cover_value(known: EntityState, reading: StateReading) -> str | None:
    """Return the state that a cover takes, None if a reading does not tell."""
    before = None if known.value is None else STARTED_FROM.get(known.value, known.value)
    match reading.value:
        case "opening":
            return before and (OPENING if before == CLOSED else OPEN)
        case "closing":
            return before and (CLOSING if before == OPEN else CLOSED)
        case "stopped":
            return _stopped(known, known.position if reading.position is None else reading.position)
        case value:
            return value


def _stopped(known: EntityState, position: int | None) -> str | None:
    """Return open or closed for a cover that stands still: by its position, else by the way it went."""
    if position is not None:
        return OPEN if position else CLOSED
    if known.value is None:
        return None
    return OPEN if known.value in (OPEN, OPENING) else CLOSED
