"""How long to wait between attempts: exponential, spread over the upper half. Knows nothing of what is attempted."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays that grow from `first_s` by `factor` up to `longest_s`."""

    first_s: float = 0.5
    longest_s: float = 60.0
    factor: float = 2.0

    def ceiling_s(self, attempt: int) -> float:
        """Return the longest delay before attempt number `attempt` (0 is the first repeat)."""
        if attempt > 64:  # noqa: PLR2004 -- far past every cap, and a power beyond it overflows
            return self.longest_s
        return min(self.longest_s, self.first_s * self.factor**attempt)

    def delay_s(self, attempt: int, chance: random.Random) -> float:
        """Return a delay between half the ceiling and the ceiling: spread out, and never at once."""
        ceiling = self.ceiling_s(attempt)
        return ceiling * (0.5 + 0.5 * chance.random())
