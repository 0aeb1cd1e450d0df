"""A lag over time as a drawing: two lines on a scale of powers of ten, and the same said in a sentence.

Plain computation; the template makes SVG of it. Knows nothing of what is measured.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.dashboard.lag_history import NOTHING
from bridge.dashboard.local_time import counted
from bridge.dashboard.measured import duration

WIDTH: Final = 320
HEIGHT: Final = 132
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 312, 8, 110
_SPANS: Final = ((60, "1 h ago", "30 min"), (360, "6 h ago", "3 h"), (1440, "24 h ago", "12 h"))
"""How many minutes there may be on a drawing, and what its begin and its middle are called."""

_COLUMNS: Final = 120
_BRIDGED: Final = 4
"""Over so many columns in which nothing happened a line goes on."""

_LEAST_S: Final = 1e-6

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale. `at`: how far down."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class LagPlot:
    """What is to be drawn; lines are SVG paths. `said`: the same in words. Without ticks there is nothing to draw."""

    said: str
    middle: str = ""
    slow: str = ""
    marks: tuple[Point, ...] = ()
    ticks: tuple[Tick, ...] = ()
    begin: str = ""
    half: str = ""


def lag_plot(minutes: Sequence[Point]) -> LagPlot:
    """Draw the middle and the slow end of each minute, in seconds, the newest one last."""
    known = [each for each in minutes if each[0] != NOTHING]
    if not known:
        return LagPlot("Nothing was measured yet.")
    span, begin, half = next(each for each in _SPANS if len(minutes) <= each[0] or each is _SPANS[-1])
    columns = list(_columns(minutes, span))
    low, high = _decades(known)
    lines = [[(_x(column), _y(pair[which], low, high)) for column, pair in columns] for which in (0, 1)]
    step = (_RIGHT - _LEFT) / min(_COLUMNS, span)
    return LagPlot(
        _said(known, len(minutes)),
        _path(lines[0], step),
        _path(lines[1], step),
        tuple(_alone(lines[1], step)),
        tuple(Tick(_y(10.0**power, low, high), duration(10.0**power)) for power in range(low, high + 1)),
        begin,
        half,
    )


def _columns(minutes: Sequence[Point], span: int) -> Iterator[tuple[float, Point]]:
    """Yield how far right each column is that has something (0 to 1), its middle, and its slowest minute."""
    width = max(1, span // _COLUMNS)
    newest = len(minutes)
    for ago in range(0, newest, width):
        found = [each for each in minutes[max(0, newest - ago - width) : newest - ago] if each[0] != NOTHING]
        if found:
            yield 1 - (ago + width / 2) / span, (_middle([each[0] for each in found]), max(each[1] for each in found))


def _middle(values: Sequence[float]) -> float:
    """Return the median: the library's module would weigh on a daemon at which nobody looks."""
    return sorted(values)[len(values) // 2]


def _decades(known: Sequence[Point]) -> tuple[int, int]:
    """Return the powers of ten between which all is."""
    least = max(_LEAST_S, min(each[0] for each in known))
    most = max(_LEAST_S, *(each[1] for each in known))
    low, high = math.floor(math.log10(least)), math.ceil(math.log10(most))
    return low, max(high, low + 1)


def _x(far: float) -> float:
    return round(_LEFT + far * (_RIGHT - _LEFT), 1)


def _y(value: float, low: int, high: int) -> float:
    up = (math.log10(max(value, 10.0**low)) - low) / (high - low)
    return round(_BOTTOM - min(1.0, up) * (_BOTTOM - _TOP), 1)


def _path(points: Sequence[Point], step: float) -> str:
    """Return a line from right to left, broken where nothing happened for long."""
    parts, before = [], math.inf
    for x, y in points:
        parts.append(f"{'L' if before - x <= step * (_BRIDGED + 1) else 'M'}{x:g} {y:g}")
        before = x
    return "".join(parts)


def _alone(points: Sequence[Point], step: float) -> Iterator[Point]:
    """Yield the points to which no line leads: a line of one point is not seen."""
    far = step * (_BRIDGED + 1)
    for before, (x, y), after in zip([(math.inf, 0.0), *points], points, [*points[1:], (-math.inf, 0.0)], strict=False):
        if before[0] - x > far and x - after[0] > far:
            yield x, y


def _said(known: Sequence[Point], minutes: int) -> str:
    typical, slowest = _middle([each[0] for each in known]), max(each[1] for each in known)
    hours = round(minutes / 60)
    over = f"the last {hours} hours" if hours > 1 else "the last hour" if minutes > 45 else counted(minutes, "minute")  # noqa: PLR2004 -- as people say it
    return (
        f"Over {over}: {duration(typical)} as a rule; in the slowest minute 95 of 100 were done within "
        f"{duration(slowest)}. The last: {duration(known[-1][0])}."
    )
