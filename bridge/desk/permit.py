"""A time in which whatever announces itself is accepted. Knows no device; the clock is given to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bridge.storage.meeting import Welcome

LONGEST_S: Final = 3600.0


@dataclass(slots=True)
class Permit:
    """The window. `now_s` is monotonic: a clock that is set neither opens nor closes it. `changed` wakes who waits.

    `accepted`: the ids of the devices that came in through it, in order.
    """

    now_s: Callable[[], float]
    changed: Callable[[], None] = field(default=lambda: None)
    accepted: list[str] = field(default_factory=list)
    number: int = 0
    _home: str = ""
    _until_s: float = 0.0

    @property
    def left_s(self) -> float:
        """For how long it is still open."""
        return max(0.0, self._until_s - self.now_s())

    @property
    def home(self) -> str:
        """The home into which it leads."""
        return self._home

    @property
    def welcome(self) -> Welcome | None:
        """Into which home new devices are accepted now."""
        return Welcome(self._home) if self.left_s else None

    def open(self, home: str, seconds: float) -> int:
        """Open it, and return the number of this window: an older one ends with it."""
        self._home, self._until_s = home, self.now_s() + min(seconds, LONGEST_S)
        self.accepted = []
        self.number += 1
        self.changed()
        return self.number

    def close(self) -> None:
        """End it."""
        self._until_s = 0.0
        self.changed()

    def came_in(self, devices: Sequence[str]) -> None:
        """Note what was accepted through it."""
        if devices and self._until_s:
            self.accepted += devices
            self.changed()
