"""The last day of a thing, as it is drawn: spans of a state, presses by the hour, or a curve. Pure; draws nothing.

Everything comes with words that say the same. Times are epoch milliseconds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bridge.dashboard.ago import DAY_MS, HOUR_MS, MINUTE_MS, lasting
from bridge.dashboard.states import LIT, number
from bridge.desk.house_rows import ChangeRow, ThingDetail

WIDTH: Final = 1440
"""A day in minutes: how wide spans and curves are."""

HEIGHT: Final = 100
HOURS: Final = 24
MOST_POINTS: Final = 240
_DONE: Final = {
    "contact": ("Opened", "open"),
    "light": ("Turned on", "on"),
    "switch": ("Turned on", "on"),
    "motion": ("Motion", "lasting"),
    "lock": ("Unlocked", "unlocked"),
    "cover": ("Opened", "open"),
    "availability": ("Offline", "away"),
}
_NEVER: Final = {"motion": "No motion", "availability": "Never offline"}
_ALARM: Final = ("Raised", "lasting")


@dataclass(frozen=True, slots=True)
class Span:
    """How long something was in a state: from where to where, in minutes of the day that is drawn."""

    x: float
    width: float
    lit: bool


@dataclass(frozen=True, slots=True)
class Spans:
    """The spans of which it is known how the thing was. `is_whole`: they are all of the day, to the minute."""

    spans: tuple[Span, ...]
    words: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """How often something happened in each hour: heights up to HEIGHT, the oldest hour first."""

    heights: tuple[float, ...]
    most: int
    words: str


@dataclass(frozen=True, slots=True)
class Curve:
    """What a number was. `points` as SVG takes them; `top` and `bottom` in words."""

    points: str
    top: str
    bottom: str
    words: str


Day = Spans | Bars | Curve


def day_of(detail: ThingDetail, now_ms: int, since_ms: int) -> Day | None:
    """Return how a day was, None where there is nothing to draw. `since_ms`: from when on the changes are whole."""
    row = detail.row
    match row.kind:
        case "button" | "custom":
            return _bars(detail.changes, now_ms, since_ms)
        case "sensor":
            return _curve(detail.readings, row.unit, now_ms)
        case kind if kind in LIT and row.state is not None:
            return _spans(detail, now_ms, max(since_ms, now_ms - DAY_MS))
        case _:
            return None


def _spans(detail: ThingDetail, now_ms: int, since_ms: int) -> Spans:
    lit, begin_ms = LIT[detail.row.kind], now_ms - DAY_MS
    found = [(at_ms, until_ms, state in lit) for at_ms, until_ms, state in _states(detail, now_ms, since_ms)]
    spans = tuple(Span(_minutes(at - begin_ms), _minutes(until - at), on) for at, until, on in found)
    done, while_on = _DONE.get(detail.row.kind, _ALARM)
    for_ms = sum(until - at for at, until, is_on in found if is_on)
    is_whole = sum(until - at for at, until, _ in found) > DAY_MS - MINUTE_MS
    within = _within(found[0][0] if found else now_ms, now_ms)
    began = sum(each.after in lit and each.before not in lit for each in detail.changes)
    if not (for_ms or began):
        never = "Never raised" if detail.row.kind not in _DONE else f"Never {while_on}"
        return Spans(spans, f"{_NEVER.get(detail.row.kind, never)} {within}.", is_whole)
    times = f"{done} {_times(began)} {within}, {while_on}" if began else while_on.capitalize()
    return Spans(spans, f"{times} for {lasting(for_ms)} in all{'' if began else f' {within}'}.", is_whole)


def _states(detail: ThingDetail, now_ms: int, since_ms: int) -> Iterator[tuple[int, int, str]]:
    """Give how a thing was: from when, until when, in which state. What nobody knows is left out."""
    row, changes = detail.row, [each for each in detail.changes if each.after is not None]
    moments = [(max(since_ms, min(each.at_ms, now_ms)), each.after) for each in changes]
    known_ms = row.since_ms or since_ms
    if changes:
        moments.insert(0, (since_ms, changes[0].before if detail.known_before else None))
    else:
        moments.insert(0, (max(since_ms, min(known_ms, now_ms)), row.state))
    if moments[-1][1] != row.state:
        moments.append((max(moments[-1][0], min(known_ms, now_ms)), row.state))
    for (at_ms, state), (until_ms, _) in pairwise([*moments, (now_ms, None)]):
        if state is not None and until_ms > at_ms:
            yield at_ms, until_ms, state


def _bars(changes: Sequence[ChangeRow], now_ms: int, since_ms: int) -> Bars:
    counts = [0] * HOURS
    for change in changes:
        hour = HOURS - 1 - (now_ms - change.at_ms) // HOUR_MS
        if 0 <= hour < HOURS:
            counts[hour] += 1
    most, whole = max(counts), sum(counts)
    heights = tuple(count / most * HEIGHT if most else 0.0 for count in counts)
    within = _within(since_ms, now_ms)
    return Bars(heights, most, f"{_times(whole).capitalize()} {within}." if whole else f"Not once {within}.")


def _curve(readings: Sequence[tuple[int, float]], unit: str, now_ms: int) -> Curve | None:
    begin_ms = now_ms - DAY_MS
    points = _thinned([each for each in readings if begin_ms <= each[0] <= now_ms])
    if not points:
        return None
    values = [value for _, value in readings]
    lowest, highest = min(values), max(values)
    room = (highest - lowest) or 1.0
    drawn = [
        (_minutes(at_ms - begin_ms), HEIGHT * (highest - value) / room if highest > lowest else HEIGHT / 2)
        for at_ms, value in points
    ]
    drawn.append((float(WIDTH), drawn[-1][1]))  # a number stands until another one comes
    top, bottom = (number(f"{value:.10g}", unit) for value in (highest, lowest))
    words = f"Always {top} in the last day." if top == bottom else f"Between {bottom} and {top} in the last day."
    return Curve(" ".join(f"{x:.1f},{y:.1f}" for x, y in drawn), top, bottom, words)


def _thinned(readings: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return as many points as a small plot can show: of each stretch the mean of its numbers."""
    step = -(-len(readings) // MOST_POINTS) or 1
    parts = [readings[start : start + step] for start in range(0, len(readings), step)]
    return [(part[-1][0], sum(value for _, value in part) / len(part)) for part in parts]


def _within(since_ms: int, now_ms: int) -> str:
    """Say which time is spoken of, where not all of the day is known."""
    return (
        "in the last day"
        if since_ms <= now_ms - DAY_MS
        else f"in the last {lasting(max(MINUTE_MS, now_ms - since_ms))}"
    )


def _minutes(for_ms: int) -> float:
    return round(for_ms * WIDTH / DAY_MS, 1)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
