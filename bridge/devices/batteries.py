"""When a battery counts as low: once, and again only after it has been charged or changed. Knows nothing of events."""

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from bridge.devices.last_known import EntityState
from bridge.events import BATTERY_LOW

REARMED_ABOVE: Final = 5
"""How far above low a level must be to count as charged: an old battery recovers by a few percent in a warm room."""


def with_charge(state: EntityState, low_level: int) -> EntityState:
    """Return the state of a battery, with BATTERY_LOW in `fired` while it is low or not yet charged again."""
    level = Decimal(state.value or "100")
    if level <= low_level:
        return replace(state, fired=(BATTERY_LOW,))
    return replace(state, fired=()) if level >= low_level + REARMED_ABOVE else state
