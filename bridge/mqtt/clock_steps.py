"""Was the wall clock set? Beside it goes one that nothing sets. Plain computation on both."""

from collections.abc import Callable
from typing import Final

SMALLEST_MS: Final = 1000
"""Less is drift that the system takes out little by little."""


class ClockSteps:
    """Compares the wall clock (epoch, milliseconds) with `steady_s`, which goes on while the computer sleeps.

    `behind_ms`: by how much the wall clock is behind what it said before the start, 0 where it is not. `settled` is
    called after each step: what was noted by the clock of before must not be compared with that of now.
    """

    def __init__(
        self,
        steady_s: Callable[[], float],
        now_ms: int,
        *,
        behind_ms: int = 0,
        settled: Callable[[], None] = lambda: None,
    ) -> None:
        self._steady_s = steady_s
        self._settled = settled
        self._ahead_ms = now_ms - self._steady_ms() + behind_ms

    def set_by_ms(self, now_ms: int) -> int:
        """Return by how much the wall clock was set since this was settled last; below zero: back."""
        step_ms = now_ms - self._steady_ms() - self._ahead_ms
        return step_ms if abs(step_ms) >= SMALLEST_MS else 0

    def settle(self, step_ms: int) -> None:
        """Say that everything has moved along with such a step."""
        self._ahead_ms += step_ms
        self._settled()

    def _steady_ms(self) -> int:
        return int(self._steady_s() * 1000)
