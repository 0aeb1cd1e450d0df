"""What was measured, against what, and how it is shown. Measures nothing itself."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from scripts.markdown import markdown_table

_HEADINGS = ("what", "unit", "median", "each run", "floor", "of floor", "target", "")


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure should be: at most (or at least) `limit`, by itself or as a multiple of its floor."""

    limit: float
    at_least: bool = False
    of_floor: bool = False

    def is_met_by(self, value: float) -> bool:
        """Tell whether a value is good enough."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        if self.limit == 0:
            return "none"
        sign = ">=" if self.at_least else "<="
        return f"{sign} {self.limit:g} x floor" if self.of_floor else f"{sign} {shown(self.limit)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured in every run. `floor`: the same of the bare program, in the same runs."""

    name: str
    unit: str
    values: tuple[float, ...]
    floor: tuple[float, ...] = ()
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        """The median over the runs of each run's multiple of its own floor."""
        if not self.floor:
            return None
        return median(value / floor for value, floor in zip(self.values, self.floor, strict=True))

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        value = self.ratio if self.target.of_floor else median(self.values)
        return value is not None and self.target.is_met_by(value)

    def as_json(self) -> dict[str, Any]:
        """Return everything that the table shows, unrounded."""
        return {
            "name": self.name,
            "unit": self.unit,
            "median": median(self.values),
            "values": self.values,
            "floor": self.floor,
            "ratio": self.ratio,
            "target": None if self.target is None else str(self.target),
            "met": self.met,
        }


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of all values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def shown(value: float) -> str:
    """Write a number with as many digits as it deserves."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(figures: Sequence[Figure]) -> str:
    """Return a Markdown table that is also readable as it stands."""
    return markdown_table(_HEADINGS, [_row(figure) for figure in figures])


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = figure.ratio
    return (
        figure.name,
        figure.unit,
        shown(median(figure.values)),
        " ".join(shown(value) for value in figure.values) if len(figure.values) > 1 else "",
        shown(median(figure.floor)) if figure.floor else "",
        "" if ratio is None else f"{ratio:.2f}",
        "" if figure.target is None else str(figure.target),
        {None: "", True: "met", False: "MISSED"}[figure.met],
    )
