"""Looking into values, comparing them, and reckoning: what stands between the operands of a template."""

import operator
from collections.abc import Callable
from typing import Any, Final

from bridge.devices.templates.values import UNDEFINED, Run, Undefined, number
from bridge.errors import UnreadableMessage

NOTHING_THERE: Final = "a template looks into what is not there"
NOT_ALIKE: Final = "a template compares a text with a number, or what has no order"
NOT_SEARCHABLE: Final = "a template looks for something where nothing can be"
NO_ZERO: Final = "a template divides by zero"

Operation = Callable[[Run, object, object], object]


def part(run: Run, whole: object, key: object) -> object:
    """Return a part of a dict, a list or a text; undefined where there is none."""
    match whole, key:
        case Undefined(), _:
            raise UnreadableMessage(NOTHING_THERE)
        case dict(), str() | int() | float() | None:
            return whole.get(key, UNDEFINED)
        case ((list() | str()), int()) if -len(whole) <= key < len(whole):
            run.spend(1)
            return whole[key]
        case _:
            return UNDEFINED


def stretch(run: Run, whole: object, start: object, stop: object) -> object:
    """Return a stretch of a list or a text, as `[start:stop]`."""
    if not isinstance(whole, str | list):
        raise UnreadableMessage(NOTHING_THERE)
    cut = whole[_bound(start) : _bound(stop)]
    run.spend(len(cut))
    return cut


def _bound(value: object) -> int | None:
    return None if value is None else int(number(value))


def equal(run: Run, left: object, right: object) -> bool:
    """Tell whether two values are the same."""
    if isinstance(left, str) and isinstance(right, str):
        run.spend(min(len(left), len(right)))
    elif isinstance(left, list | dict) and isinstance(right, list | dict):
        run.weigh(left)
        run.weigh(right)
    return left == right


def unequal(run: Run, left: object, right: object) -> bool:
    """Tell whether two values are not the same."""
    return not equal(run, left, right)


def holds(run: Run, item: object, within: object) -> bool:
    """Tell whether something is in a text, a list, or the keys of a dict."""
    match item, within:
        case _, Undefined():
            return False
        case str(), str():
            run.search(within, item)
            return item in within
        case _, list():
            run.weigh(within)
            run.weigh(item)
            return item in within
        case ((str() | int() | float() | None), dict()):
            return item in within
        case _:
            raise UnreadableMessage(NOT_SEARCHABLE)


def lacks(run: Run, item: object, within: object) -> bool:
    """Tell whether something is not there."""
    return not holds(run, item, within)


def _ordered(compare: Callable[[Any, Any], object]) -> Operation:
    """Make a comparison by order. What is not there is neither above nor below anything."""

    def compared(run: Run, left: object, right: object) -> bool:
        if isinstance(left, Undefined) or isinstance(right, Undefined):
            return False
        if isinstance(left, str) and isinstance(right, str):
            run.spend(min(len(left), len(right)))
        elif not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise UnreadableMessage(NOT_ALIKE)
        return bool(compare(left, right))

    return compared


def _reckoned(reckon: Callable[[float, float], float]) -> Operation:
    """Make an operation on numbers, whose result is one again."""

    def reckoned(_run: Run, left: object, right: object) -> float:
        try:
            return number(reckon(number(left), number(right)))
        except ZeroDivisionError:
            raise UnreadableMessage(NO_ZERO) from None

    return reckoned


_sum = _reckoned(operator.add)


def added(run: Run, left: object, right: object) -> object:
    """Add two numbers, or put two texts together."""
    if isinstance(left, str) and isinstance(right, str):
        run.made(len(left) + len(right))
        return left + right
    return _sum(run, left, right)


COMPARISONS: Final[dict[str, Operation]] = {
    "eq": equal,
    "ne": unequal,
    "lt": _ordered(operator.lt),
    "lteq": _ordered(operator.le),
    "gt": _ordered(operator.gt),
    "gteq": _ordered(operator.ge),
    "in": holds,
    "notin": lacks,
}
"""By Jinja's names."""

ARITHMETIC: Final[dict[str, Operation]] = {
    "+": added,
    "-": _reckoned(operator.sub),
    "*": _reckoned(operator.mul),
    "/": _reckoned(operator.truediv),
    "//": _reckoned(operator.floordiv),
    "%": _reckoned(operator.mod),
}
