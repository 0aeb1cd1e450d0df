"""Which refusals are worth a line in the log: the first one of an address, then a count once a minute.

Plain computation; knows no request. Bounded in memory and in lines, since everybody on the internet may cause refusals.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from bridge.oauth.networks import network_of

LINE_EVERY_S: Final = 60.0
MAX_ADDRESSES: Final = 32
OTHERS: Final = "others"
"""What the addresses are called together that come while MAX_ADDRESSES have been told of within a minute."""


@dataclass(frozen=True, slots=True)
class Refused:
    """How often an address was refused since it was last told of, and why the last time (a fixed sentence of ours)."""

    address: str
    count: int
    reason: str


@dataclass(slots=True)
class _Told:
    """An address that was told of at `at`, and what has come since."""

    at: float
    count: int = 0
    reason: str = ""


class Refusals:
    """Counts them by address."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, _Told] = OrderedDict()

    def add(self, origin: str, reason: str, *, now_s: float) -> list[Refused]:
        """Note a refusal and return what is to be told now. `now_s` is any clock that does not go back."""
        lines = self._due(now_s)
        address = network_of(origin)
        if address not in self._told and len(self._told) >= MAX_ADDRESSES:
            address = OTHERS
        told = self._told.get(address)
        if told is None:
            self._told[address] = _Told(now_s)
            lines.append(Refused(address, 1, reason))
        else:
            told.count += 1
            told.reason = reason
        return lines

    def _due(self, now_s: float) -> list[Refused]:
        """Take out what was told of a minute ago; an address with refusals since then is told of again."""
        lines = []
        while self._told and next(iter(self._told.values())).at <= now_s - LINE_EVERY_S:
            address, told = self._told.popitem(last=False)
            if told.count:
                lines.append(Refused(address, told.count, told.reason))
                self._told[address] = _Told(now_s)
        return lines
