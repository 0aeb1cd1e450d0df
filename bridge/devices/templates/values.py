"""What a template works with: texts, numbers, lists and dicts out of JSON, and what is not there. All of it bounded.

A template has no loops, so each of its parts is worked out once at most; what a part may do to a long text or a large
list is paid for from a store that every evaluation begins with. Knows nothing of Jinja.
"""

import math
from typing import Final

from bridge.errors import UnreadableMessage

LONGEST_TEXT: Final = 32 * 1024
"""Characters, of what comes in and of what is made on the way."""

LARGEST_NUMBER: Final = 2**63
MOST_WORK: Final = 64 * 1024
"""Characters and items that one evaluation may touch."""

ITEM_COSTS: Final = 48
"""What an item of a list or a dict costs, in characters: looking at one takes about as long as at so many of them."""

MOST_ITEMS: Final = 1500
"""So many values are parsed out of JSON."""

DEEPEST: Final = 40

TOO_MUCH_WORK: Final = "too much work for a template"
TOO_MANY: Final = "too many values for a template"
TOO_LONG: Final = "a template made too long a text"
NOT_A_NUMBER: Final = "a template needs a number, and there is none"
NO_SUCH_NUMBER: Final = "a template worked out a number that is too large"
NOT_A_TEXT: Final = "a template needs a text, and there is none"


class Undefined:
    """What is not there: renders as nothing, is false, and has no parts."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "Undefined"


UNDEFINED: Final = Undefined()


class Run:
    """One evaluation: its variables, and the work that it may still do."""

    __slots__ = ("_left", "variables")

    def __init__(self, variables: dict[str, object]) -> None:
        self.variables = variables
        self._left = MOST_WORK

    def spend(self, work: int) -> None:
        """Pay for work that is about to be done. Raises UnreadableMessage when too little is left."""
        self._left -= work
        if self._left < 0:
            raise UnreadableMessage(TOO_MUCH_WORK)

    def weigh(self, value: object, deepest: int = DEEPEST) -> None:
        """Pay for looking at all of a value."""
        self.spend(ITEM_COSTS)
        if isinstance(value, str):
            self.spend(len(value))
        elif isinstance(value, list | dict):
            if deepest == 0:
                raise UnreadableMessage(TOO_MUCH_WORK)
            for item in value:
                self.weigh(item, deepest - 1)
            if isinstance(value, dict):
                for item in value.values():
                    self.weigh(item, deepest - 1)

    def search(self, text: str, wanted: str) -> None:
        """Pay for searching a text: the longer what is wanted, the oftener a place looks right for a while."""
        self.spend(len(text) + len(text) * min(len(wanted), 128) // 8)

    def made(self, length: int) -> None:
        """Pay for a text that is about to be made."""
        if length > LONGEST_TEXT:
            raise UnreadableMessage(TOO_LONG)
        self.spend(length)

    def text(self, value: object) -> str:
        """Write a value as Home Assistant's templates do, which is as Python does."""
        match value:
            case str():
                return value
            case Undefined():
                return ""
            case bool() | None:
                return str(value)
            case int() | float():
                return str(number(value))
            case _:
                self.weigh(value)
                written = repr(value)
                self.made(len(written))
                return written


def json_items(text: bytes) -> int:
    """Return how many values there are in JSON, at most, without parsing it."""
    items = sum(map(text.count, (b",", b"[", b"{")))
    if items > MOST_ITEMS:
        raise UnreadableMessage(TOO_MANY)
    return items


def number(value: object) -> int | float:
    """Return a number that is one. Raises UnreadableMessage for anything else, and for one too large to go on with."""
    if not isinstance(value, int | float):
        raise UnreadableMessage(NOT_A_NUMBER)
    if isinstance(value, float) and not math.isfinite(value):
        raise UnreadableMessage(NO_SUCH_NUMBER)
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        raise UnreadableMessage(NO_SUCH_NUMBER)
    return value


def whole(value: object, *, least: int, most: int) -> int:
    """Return a whole number of a range. Raises UnreadableMessage for anything else."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnreadableMessage(NOT_A_NUMBER)
    if not least <= value <= most:
        raise UnreadableMessage(NO_SUCH_NUMBER)
    return value


def a_text(value: object) -> str:
    """Return a text that is one. Raises UnreadableMessage for anything else."""
    if not isinstance(value, str):
        raise UnreadableMessage(NOT_A_TEXT)
    return value
