"""How long to wait before a password is checked again. Delays grow with failures; nobody is ever locked out.

Three lanes count failures, each by its own key and with its own growth:

- the address, so that one stranger cannot guess fast;
- the account, for all strangers together, so that many addresses cannot either;
- the known browser (browsers.py), which neither of the other two holds up: whatever strangers do, whoever has signed
  in from a browser before signs in from it at once.

An attempt that came too early is not checked, does not count and makes nothing grow. Plain computation: time is an
argument (monotonic seconds). Knows neither passwords nor which accounts there are: an unknown name is counted like any
other, so that waiting tells nobody which names exist.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final

from bridge.oauth.networks import network_of

FORGOTTEN_S: Final = 3600.0
"""After so long without a failure a lane begins anew."""

FREE_OF_ADDRESS: Final = 3
"""How many failures of an address, or of a known browser, cost nothing. Then the delay doubles: 1 s, 2 s, 4 s …"""

LONGEST_OF_ADDRESS_S: Final = 300.0
LONGEST_OF_BROWSER_S: Final = 60.0

FREE_OF_ACCOUNT: Final = 20
"""How many failures of strangers at one account cost nothing. Then the delay grows by half a second each."""

LONGEST_OF_ACCOUNT_S: Final = 15.0

MAX_ADDRESSES: Final = 4096
MAX_BROWSERS: Final = 1024
ACCOUNTS: Final = 4096
"""How many counters all names share. A name has its counter by a keyed digest: names that a stranger invents push
nobody's count out, fill nothing up, and are told from real ones by nothing."""

_MAX_ACCOUNTS_EACH: Final = 8
_OTHERS: Final = -1


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody about to sign in. `account`: the name as typed. `address`: where from, None if that is unknown.

    `browser`: the id of a browser in which this very account has signed in before, None for a stranger.
    """

    account: str
    address: str | None
    browser: str | None = None


@dataclass(slots=True)
class _Failures:
    """Failures by account, and when the last one was."""

    last_s: float
    of: dict[int, int] = field(default_factory=dict)


class _Lane:
    """Failures by key, the one without news for the longest time first; beyond `most` keys that one is forgotten."""

    def __init__(self, delay_s: Callable[[int], float], most: int) -> None:
        self._delay_s = delay_s
        self._most = most
        self._failures: OrderedDict[Hashable, _Failures] = OrderedDict()

    def wait_s(self, key: Hashable, now_s: float) -> float:
        """Return how long this key has to wait, 0 if it has not."""
        failures = self._failures.get(key)
        if failures is None:
            return 0.0
        return max(0.0, failures.last_s + self._delay_s(sum(failures.of.values())) - now_s)

    def failed(self, key: Hashable, account: int, now_s: float) -> None:
        """Count a failure."""
        self._forget(now_s)
        failures = self._failures.setdefault(key, _Failures(now_s))
        failures.last_s = now_s
        counted = account if account in failures.of or len(failures.of) < _MAX_ACCOUNTS_EACH else _OTHERS
        failures.of[counted] = failures.of.get(counted, 0) + 1
        self._failures.move_to_end(key)
        if len(self._failures) > self._most:
            self._failures.popitem(last=False)

    def forgive(self, key: Hashable, account: int) -> None:
        """Forget the failures at one account, whose owner has just proved to be there."""
        failures = self._failures.get(key)
        if failures is not None:
            failures.of.pop(account, None)

    def _forget(self, now_s: float) -> None:
        while self._failures and now_s - next(iter(self._failures.values())).last_s >= FORGOTTEN_S:
            self._failures.popitem(last=False)


class SignInLimits:
    """Counts failures and says how long to wait. `key`: random bytes, so that nobody knows which names share a counter.

    Who owns an account cannot buy guesses at another with it: signing in forgives an address its failures at this
    account alone, and an account the failures of strangers not at all.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._addresses = _Lane(_doubling(LONGEST_OF_ADDRESS_S), MAX_ADDRESSES)
        self._accounts = _Lane(_slow, ACCOUNTS)
        self._browsers = _Lane(_doubling(LONGEST_OF_BROWSER_S), MAX_BROWSERS)

    def wait_s(self, attempt: Attempt, now_s: float) -> float:
        """Return how long to wait before this attempt may be checked, 0 for now."""
        return max(lane.wait_s(key, now_s) for lane, key in self._lanes(attempt))

    def failed(self, attempt: Attempt, now_s: float) -> None:
        """Count an attempt that was checked and found wrong."""
        account = self._account(attempt)
        for lane, key in self._lanes(attempt):
            lane.failed(key, account, now_s)

    def succeeded(self, attempt: Attempt) -> None:
        """Forgive what the owner of the account mistyped here before."""
        account = self._account(attempt)
        for lane, key in self._lanes(attempt):
            if lane is not self._accounts:
                lane.forgive(key, account)

    def _lanes(self, attempt: Attempt) -> list[tuple[_Lane, Hashable]]:
        """Return the lanes that an attempt is in, with its key in each."""
        if attempt.browser is not None:
            return [(self._browsers, (attempt.account, attempt.browser))]
        lanes: list[tuple[_Lane, Hashable]] = [(self._accounts, self._account(attempt))]
        if attempt.address is not None:
            lanes.append((self._addresses, network_of(attempt.address)))
        return lanes

    def _account(self, attempt: Attempt) -> int:
        octets = attempt.account.encode(errors="surrogatepass")
        return int.from_bytes(hashlib.blake2b(octets, key=self._key, digest_size=8).digest(), "big") % ACCOUNTS


def _doubling(longest_s: float) -> Callable[[int], float]:
    def delay_s(failures: int) -> float:
        beyond = min(failures - FREE_OF_ADDRESS, 64)  # far past every cap, and a power beyond it overflows
        return min(2.0**beyond, longest_s) if beyond >= 0 else 0.0

    return delay_s


def _slow(failures: int) -> float:
    return min(max(0, failures - FREE_OF_ACCOUNT + 1) / 2, LONGEST_OF_ACCOUNT_S)
