"""How often one identity may be told: a burst, then one a second. A flapping door must not poll IFTTT all day."""

from dataclasses import dataclass
from typing import Final

BURST: Final = 20
PER_SECOND: Final = 1.0


@dataclass(slots=True)
class Bucket:
    """Tokens, kept as the time at which all of them will be there again (monotonic seconds). A new one is full."""

    full_at_s: float = float("-inf")

    def ready_at_s(self, now_s: float) -> float:
        """Return when the next token is there: now, or later."""
        return max(now_s, self.full_at_s - (BURST - 1) / PER_SECOND)

    def take(self, now_s: float) -> None:
        """Use a token that is there."""
        self.full_at_s = max(self.full_at_s, now_s) + 1 / PER_SECOND

    def give_back(self) -> None:
        """Undo a take that came to nothing."""
        self.full_at_s -= 1 / PER_SECOND

    def close(self, until_s: float) -> None:
        """Let no token be there before that time."""
        self.full_at_s = max(self.full_at_s, until_s + (BURST - 1) / PER_SECOND)

    def is_full(self, now_s: float) -> bool:
        """Tell whether it can be forgotten: a new one would be the same."""
        return self.full_at_s <= now_s
