"""Whose turn it is: how much of each round of the event loop goes to requests, and to whose.

On the same loop events come in and IFTTT is told of them. A round that answered everybody who asks would hold them up
by as long as that takes, so that only a few requests begin in each; the others wait for theirs. Those who had a good
answer before come first, so that no stranger holds them up. Strangers get their turns by address, one after the other:
who sends many requests waits for their own, and nobody else does.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from enum import StrEnum
from typing import Final

KNOWN_EACH: Final = 4
KNOWN_AT_REST: Final = 16
STRANGERS_EACH: Final = 2
"""How many begin in one round. A poll takes about a tenth of a millisecond; while nothing happens in the home, more of
those who are known may, since waiting for a turn costs a tenth of a poll.
"""

TURNED_AWAY_EACH: Final = 1
"""So many are told in one round that there is no turn for them: who hears it at once asks again at once."""

MAX_WAITING_OF_ONE: Final = 128
"""More than IFTTT ever asks at one instant from one address, also when none of its tokens is known yet."""

MAX_WAITING: Final = 512


class Away(StrEnum):
    """Why a request is turned away."""

    ADDRESS = "too many of one address wait"
    ALL = "too many wait"


class Turns:
    """Gives turns. `at_rest`: nothing happens that requests could hold up. `away`: how many were turned away."""

    def __init__(self, at_rest: Callable[[], bool] = lambda: False) -> None:
        self._at_rest = at_rest
        self._left_known = KNOWN_EACH
        self._left_strangers = STRANGERS_EACH
        self._known: deque[asyncio.Future[None]] = deque()
        self._strangers: OrderedDict[str | None, deque[asyncio.Future[None]]] = OrderedDict()
        self._waiting_strangers = 0
        self._turned_away: deque[asyncio.Future[None]] = deque()  # one a connection at the most
        self._running = False
        self.away: Counter[Away] = Counter()

    async def known(self) -> bool:
        """Wait for the turn of somebody known. Return whether that took any time."""
        self._run()
        if self._left_known and not self._known:
            self._left_known -= 1
            return False
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._known.append(turn)
        await turn
        return True

    async def stranger(self, address: str | None) -> Away | None:
        """Wait for the turn of an address, None for one that stands for anybody. Tell why, where there is none."""
        self._run()
        if self._left_strangers and not self._strangers:
            self._left_strangers -= 1
            return None
        waiting = self._strangers.get(address, ())
        if address is not None and len(waiting) >= MAX_WAITING_OF_ONE:
            return await self._turn_away(Away.ADDRESS)
        if self._waiting_strangers >= MAX_WAITING:
            return await self._turn_away(Away.ALL)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._strangers.setdefault(address, deque()).append(turn)
        self._waiting_strangers += 1
        await turn
        return None

    async def _turn_away(self, why: Away) -> Away:
        self.away[why] += 1
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turned_away.append(turn)
        await turn
        return why

    def _run(self) -> None:
        if not self._running:
            self._running = True
            asyncio.get_running_loop().call_soon(self._next_round)

    def _next_round(self) -> None:
        """Begin a round: what others have to do has had its turn in between."""
        self._left_known = KNOWN_AT_REST if self._at_rest() else KNOWN_EACH
        self._left_strangers = STRANGERS_EACH
        while self._left_known and self._known:
            self._left_known -= _let_go(self._known.popleft())
        while self._left_strangers and self._strangers:
            self._left_strangers -= _let_go(self._next_stranger())
        left = TURNED_AWAY_EACH
        while left and self._turned_away:
            left -= _let_go(self._turned_away.popleft())
        self._running = bool(self._known or self._strangers or self._turned_away)
        if self._running:
            asyncio.get_running_loop().call_soon(self._next_round)

    def _next_stranger(self) -> asyncio.Future[None]:
        """Take the first one of the address whose turn it is, and put the address behind all others."""
        address, waiting = self._strangers.popitem(last=False)
        turn = waiting.popleft()
        if waiting:
            self._strangers[address] = waiting
        self._waiting_strangers -= 1
        return turn


def _let_go(turn: "asyncio.Future[None]") -> int:
    """Give a turn to who waits for it, if they still do. Return how many turns that took."""
    if turn.done():
        return 0
    turn.set_result(None)
    return 1
