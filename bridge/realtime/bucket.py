"""How often one identity may be told: a burst, then one a second. A flapping door must not poll IFTTT all day."""

from dataclasses import dataclass
from typing import Final

BURST: Final = 20
PER_SECOND: Final = 1.0


@dataclass(slots=True)
class Bucket:
    """Tokens left, and when they were counted (monotonic seconds)."""

    tokens: float = BURST
    counted_at_s: float = 0.0

    def ready_at_s(self, now_s: float) -> float:
        """Return when the next token is there: now, or later."""
        self._refill(now_s)
        return now_s if self.tokens >= 1 else now_s + (1 - self.tokens) / PER_SECOND

    def take(self, now_s: float) -> None:
        """Use a token that is there."""
        self._refill(now_s)
        self.tokens -= 1

    def is_full(self, now_s: float) -> bool:
        """Tell whether it can be forgotten: a new one would be the same."""
        self._refill(now_s)
        return self.tokens >= BURST

    def _refill(self, now_s: float) -> None:
        self.tokens = min(BURST, self.tokens + max(0.0, now_s - self.counted_at_s) * PER_SECOND)
        self.counted_at_s = now_s
