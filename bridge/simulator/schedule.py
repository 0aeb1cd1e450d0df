"""When an Applet is checked next if nobody tells. Plain decisions; time is an argument (seconds)."""

import random
from dataclasses import dataclass
from typing import Final

MINUTE_S: Final = 60.0
HOUR_S: Final = 3600.0
DAY_S: Final = 86_400.0

PRO: Final = (4 * MINUTE_S, 6 * MINUTE_S)
"""Every five minutes, more or less: what those who pay get."""

FREE: Final = (50 * MINUTE_S, 70 * MINUTE_S)
"""About hourly."""

RARELY: Final = (4 * HOUR_S, 8 * HOUR_S)
"""What is told in real time is checked less often; how often nobody says."""

TOLD_COUNTS_FOR_S: Final = 7 * DAY_S


@dataclass(frozen=True, slots=True)
class Pace:
    """How often an Applet is checked: within `untold_s`, or within `told_s` while notifications come for it."""

    untold_s: tuple[float, float]
    told_s: tuple[float, float] | None = None

    def pause_s(self, told_at_s: float | None, now_s: float, chance: random.Random) -> float:
        """Return how long to wait for the next check; `told_at_s`: when it was last told of, if it ever was."""
        told_lately = told_at_s is not None and now_s - told_at_s <= TOLD_COUNTS_FOR_S
        return chance.uniform(*(self.told_s if told_lately and self.told_s is not None else self.untold_s))
