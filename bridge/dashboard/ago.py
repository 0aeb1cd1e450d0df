"""Times in a person's words: how long ago something was, how long it lasted. Knows no clock and no zone."""

from typing import Final

SECOND_MS: Final = 1000
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS

JUST_NOW_MS: Final = 5 * SECOND_MS


def ago(at_ms: int, now_ms: int) -> str:
    """Say how long ago something was. What a clock that was set puts into the future is just now."""
    past_ms = now_ms - at_ms
    if past_ms < JUST_NOW_MS:
        return "just now"
    return f"{_roughly(past_ms)} ago"


def lasting(for_ms: int) -> str:
    """Say how long something lasts, in two units at most: 2 h 10 min."""
    if for_ms < MINUTE_MS:
        return f"{max(0, for_ms) // SECOND_MS} s"
    minutes = for_ms // MINUTE_MS
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    if for_ms >= 2 * DAY_MS:
        return f"{for_ms // DAY_MS} days"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _roughly(past_ms: int) -> str:
    if past_ms < MINUTE_MS:
        return f"{past_ms // SECOND_MS} s"
    if past_ms < HOUR_MS:
        return f"{past_ms // MINUTE_MS} min"
    if past_ms < 2 * DAY_MS:
        return f"{past_ms // HOUR_MS} h"
    return f"{past_ms // DAY_MS} days"
