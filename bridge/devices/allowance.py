"""How often something may happen: so often at once, and so often a minute. Plain computation; time is an argument."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spent:
    """What was left of an allowance at some moment."""

    left: float
    at_ms: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """`burst`: so much at once. `a_minute`: so much comes back each minute."""

    burst: int
    a_minute: float

    def left(self, spent: Spent | None, now_ms: int) -> float:
        """Return what is left by now. A clock that was set back gives nothing."""
        if spent is None:
            return self.burst
        return min(self.burst, spent.left + max(0, now_ms - spent.at_ms) / 60_000 * self.a_minute)

    def spend(self, spent: Spent | None, amount: int, now_ms: int) -> Spent | None:
        """Return what is left after `amount`, None if nothing was left for it.

        What comes in one piece may overdraw: it is not refused for its size alone, but what follows waits for longer.
        """
        left = self.left(spent, now_ms)
        return Spent(left - amount, now_ms) if left >= min(amount, 1) else None
