"""By which of our subscriptions a message came: brokers that speak MQTT 5 send one for each that takes its topic.

So each subscription has a number of its own, and a message that came by one is read by those alone who wanted that
one: nothing counts twice. Numbers follow from the filters, since what waits at the broker keeps them over restarts.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final

from bridge.devices.filters import is_filter

EXACT: Final = 1
"""The number of all exact topics: at most one of them takes a topic."""

ONLY_EXACT: Final = (EXACT,)

_NUMBERS: Final = 268_435_455 - EXACT  # what MQTT 5 allows, without ours and without 0


def route(filter_: str) -> int:
    """Return the number of a subscription."""
    if not is_filter(filter_):
        return EXACT
    return EXACT + 1 + int.from_bytes(blake2b(filter_.encode(), digest_size=8).digest()) % _NUMBERS


def requests(topics: Sequence[str], *, most: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Put subscriptions into requests: each is for one number, and for so many topics at most."""
    exact = [topic for topic in topics if not is_filter(topic)]
    for start in range(0, len(exact), most):
        yield EXACT, exact[start : start + most]
    for topic in topics:
        if is_filter(topic):
            yield route(topic), (topic,)
