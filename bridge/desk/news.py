"""Who waits for the next event, and when to let them go. Knows nothing of who they are."""

import asyncio
from collections.abc import Mapping, Sequence

from bridge.devices.last_known import EntityState
from bridge.timeline.entry import Entry


class News:
    """Wakes all who wait when something was committed, and for good when the daemon stops."""

    def __init__(self) -> None:
        self._next = asyncio.Event()
        self._over = False

    @property
    def over(self) -> bool:
        """Whether nobody should wait any more."""
        return self._over

    def next(self) -> asyncio.Event:
        """Return what is set at the next event. To be taken before looking at what there is."""
        return self._next

    def committed(self, entries: Sequence[Entry], states: Mapping[str, EntityState]) -> None:  # noqa: ARG002 -- states are no events
        """Take note of what has been committed."""
        if entries:
            self.wake()

    def end(self) -> None:
        """Let everybody go: nothing more is waited for."""
        self._over = True
        self._next.set()

    def wake(self) -> None:
        """Let all who wait look."""
        if self._over:
            return
        waited_for, self._next = self._next, asyncio.Event()
        waited_for.set()
