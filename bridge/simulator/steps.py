"""What the stand-ins tell whoever watches them: one small record a step.

Knows nothing of how steps are shown. `at` is a reading of `time.perf_counter()`, fit for differences only.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DoorMoved:
    """Somebody opened or closed the door; taken before the broker is told."""

    at: float
    is_open: bool


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed the button; taken before the broker is told."""

    at: float
    word: str


@dataclass(frozen=True, slots=True)
class LightObeyed:
    """The light received an order that it understands, and is now as told here."""

    at: float
    is_on: bool
    brightness: int


@dataclass(frozen=True, slots=True)
class Told:
    """The Realtime API was called with so many entries and answered with this status."""

    at: float
    entries: int
    status: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A check of one Applet's trigger ended; `status` is None when nobody answered."""

    at: float
    applet: str
    realtime: bool
    status: int | None
    new: int
    took_s: float


@dataclass(frozen=True, slots=True)
class Ordered:
    """One try of one Applet's action ended; `status` is None when nobody answered."""

    at: float
    applet: str
    item: str
    attempt: int
    status: int | None
    took_s: float


HomeStep = DoorMoved | Pressed | LightObeyed
CloudStep = Told | Asked | Ordered
OnHomeStep = Callable[[HomeStep], None]
OnCloudStep = Callable[[CloudStep], None]


def ignore_step(_step: HomeStep | CloudStep) -> None:
    """Watch nothing."""
