"""Who is connected, and who has to go: bounds on connections in all and for each address, and on how long one may take.

Nobody is asked for anything before they are let in, so anybody may open connections, keep them, or let a request drip.
A newcomer is let in as long as somebody rests who can go: those first who never had a good answer. Somebody who is
answered right now never goes for that. Knows neither sockets nor what is asked; time is monotonic seconds.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Final

import structlog

from bridge.oauth.networks import network_of

HEAD_S: Final = 10.0
"""How long the head of a request may take, and how long somebody may stay who sends none."""

BUSY_S: Final = 60.0
"""Longer than any answer takes: who is still at it after that does not read what they asked for."""

MAX_HEAD_BYTES: Final = 32 * 1024
"""Whoever has sent so much without a complete head, and goes on, has to go."""

MAX_PIECE_BYTES: Final = 128 * 1024
"""What comes in one piece may be a head with its body, or several; so much is neither."""

MAX_PER_ADDRESS: Final = 64
CALM_AFTER_S: Final = 60.0
"""When nobody had to go for so long, it is said that it is over."""

log = structlog.get_logger("bridge.web")


class Gone(StrEnum):
    """Why somebody had to go."""

    FULL = "all places taken"
    ADDRESS = "too many from one address"
    MADE_ROOM = "made room"
    SLOW = "head too slow"
    LARGE = "head too large"
    STUCK = "answer not read"


class Doing(Enum):
    """What somebody does. SENDING: the head of a request, or nothing yet at all."""

    SENDING = auto()
    ANSWERED = auto()
    RESTING = auto()


@dataclass(slots=True, eq=False)
class Guest:
    """One connection. `network`: "" where it comes from a proxy of ours, which stands for anybody."""

    network: str
    hang_up: Callable[[], None]
    since_s: float
    doing: Doing = Doing.SENDING
    head_bytes: int = 0
    welcome: bool = False


@dataclass(slots=True)
class Crowd:
    """All of them. `places`: how many there may be; `is_ours`: whether an address is a proxy that we trust."""

    places: Callable[[], int]
    now_s: Callable[[], float]
    is_ours: Callable[[str], bool] = lambda _address: False
    gone: Counter[Gone] = field(default_factory=Counter)
    _guests: set[Guest] = field(default_factory=set)
    _from: Counter[str] = field(default_factory=Counter)
    _strange: OrderedDict[Guest, None] = field(default_factory=OrderedDict)
    _resting: OrderedDict[Guest, None] = field(default_factory=OrderedDict)
    _noisy_s: float | None = None
    _said: Counter[Gone] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self._guests)

    @property
    def stirs(self) -> bool:
        """Whether there is anybody to look at, or noise whose end is to be told."""
        return bool(self._guests) or self._noisy_s is not None

    def arrive(self, address: str, hang_up: Callable[[], None]) -> Guest | Gone:
        """Let somebody in, or say why not."""
        network = "" if self.is_ours(address) else network_of(address)
        if network and self._from[network] >= MAX_PER_ADDRESS:
            return self._note(Gone.ADDRESS)
        if len(self._guests) >= self.places() and not self._make_room():
            return self._note(Gone.FULL)
        guest = Guest(network, hang_up, self.now_s())
        self._guests.add(guest)
        self._strange[guest] = None
        self._from[network] += 1
        return guest

    def leave(self, guest: Guest) -> None:
        """Somebody has gone, whoever hung up."""
        if guest not in self._guests:
            return
        self._guests.remove(guest)
        self._strange.pop(guest, None)
        self._resting.pop(guest, None)
        self._from[guest.network] -= 1
        if not self._from[guest.network]:
            del self._from[guest.network]

    def send(self, guest: Guest, size: int) -> bool:
        """Take note that somebody sends, and return whether it is to be looked at."""
        if guest.doing is Doing.ANSWERED:
            return True
        if guest.doing is Doing.RESTING:
            guest.doing, guest.since_s = Doing.SENDING, self.now_s()
        too_large = guest.head_bytes > MAX_HEAD_BYTES or size > MAX_PIECE_BYTES
        guest.head_bytes += size
        if too_large:
            self._send_off(guest, Gone.LARGE)
        return not too_large

    def ask(self, guest: Guest) -> None:
        """The head of a request is complete: its answer begins."""
        guest.doing, guest.since_s, guest.head_bytes = Doing.ANSWERED, self.now_s(), 0
        (self._resting if guest.welcome else self._strange).pop(guest, None)

    def rest(self, guest: Guest, *, well: bool) -> None:
        """The answer is sent. `well`: it was a good one."""
        guest.doing = Doing.RESTING
        guest.welcome = guest.welcome or well
        if guest in self._guests:
            (self._resting if guest.welcome else self._strange)[guest] = None

    def look(self) -> None:
        """Send those off who take too long. To be called about once a second."""
        now_s = self.now_s()
        for guest in tuple(self._guests):
            if guest.doing is Doing.SENDING and now_s > guest.since_s + HEAD_S:
                if guest.network or guest.head_bytes:  # a proxy of ours may keep a connection for the next request
                    self._send_off(guest, Gone.SLOW)
            elif guest.doing is Doing.ANSWERED and now_s > guest.since_s + BUSY_S:
                self._send_off(guest, Gone.STUCK)
        if self._noisy_s is not None and now_s > self._noisy_s + CALM_AFTER_S:
            self._noisy_s = None
            log.info("web.calm", **self._since())

    def _make_room(self) -> bool:
        for resting in (self._strange, self._resting):
            if resting:
                self._send_off(next(iter(resting)), Gone.MADE_ROOM)
                return True
        return False

    def _send_off(self, guest: Guest, why: Gone) -> None:
        self._note(why)
        self.leave(guest)
        guest.hang_up()

    def _note(self, why: Gone) -> Gone:
        """Count it. The first one is told, the others when it is over: everybody on the internet may cause them."""
        self.gone[why] += 1
        if self._noisy_s is None:
            self._said = self.gone.copy()
            log.warning("web.crowd", reason=why.value, connections=len(self._guests))
        self._noisy_s = self.now_s()
        return why

    def _since(self) -> dict[str, int]:
        return {
            why.name.casefold(): self.gone[why] - self._said[why] for why in Gone if self.gone[why] > self._said[why]
        }
