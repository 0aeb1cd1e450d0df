"""What every part of the daemon stands on: the configuration, the database, and what the last run left."""

from collections.abc import Callable
from dataclasses import dataclass

from bridge.current import Current
from bridge.devices.last_known import LastKnown
from bridge.devices.registry import Registry
from bridge.kept import Kept
from bridge.oauth.hashing import Hasher
from bridge.registers import Registers


@dataclass(frozen=True, slots=True)
class Ground:
    """What everything stands on. `registry`: the devices that had described themselves before the start.

    `clock_ms` gives epoch milliseconds, `steady_s` seconds that nothing sets; None where the clock is never set.
    """

    current: Current
    registers: Registers
    registry: Registry
    kept: Kept
    known: LastKnown
    hasher: Hasher
    clock_ms: Callable[[], int]
    steady_s: Callable[[], float] | None = None
