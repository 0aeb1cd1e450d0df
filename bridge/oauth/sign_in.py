"""Signing in with a name and a password: may it be checked now, is it right, and what is remembered of it.

A wrong name, a wrong password, an account without one and a password too long look and cost the same. One attempt of a
stranger at an account, and one from an address, is under way at a time: otherwise many at once would all be checked
before the first had counted. Knows neither HTTP nor SQL.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from bridge.errors import StorageError, TemporarilyUnavailable
from bridge.homes.user import User
from bridge.oauth.browsers import KnownBrowsers
from bridge.oauth.hashing import Hasher, Verified
from bridge.oauth.limits import Attempt, SignInLimits
from bridge.oauth.networks import network_of
from bridge.oauth.refusals import Refusals

MAX_NAME_CHARACTERS: Final = 200
UNDER_WAY_S: Final = 1.0
"""How long to wait while another attempt is under way."""

UNKNOWN: Final = "unknown"
"""What an address is called in the log that nobody knows."""

_NOBODY: Final = ""
"""No user's id."""

log = structlog.get_logger("bridge.oauth")


class People(Protocol):
    """Who has an account."""

    async def credentials(self, name: str) -> tuple[User, str | None] | None:
        """Return a user by name, with the hash of the password if one is set; None if there is nobody of that name."""
        ...

    async def renew_password_hash(self, user: User, *, old: str, new: str) -> None:
        """Keep another hash of the same password, unless the password has been changed meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """Name and password are right."""

    user: User


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody is signed in. `wait_s`: 0 if name or password is wrong; else nothing was checked, and this is how long to
    wait.
    """  # noqa: D205 -- one paragraph

    wait_s: float


class SignIn:
    """Signs people in. `monotonic` gives seconds. `refused`: how often nobody was, by the reason."""

    def __init__(
        self,
        people: People,
        hasher: Hasher,
        browsers: KnownBrowsers,
        limits: SignInLimits,
        monotonic: Callable[[], float],
    ) -> None:
        self._people = people
        self._hasher = hasher
        self._browsers = browsers
        self._limits = limits
        self._monotonic = monotonic
        self._under_way: set[tuple[str, str]] = set()
        self._refusals = Refusals()
        self.refused: Counter[str] = Counter()

    async def attempt(
        self, name: str, password: str, *, address: str | None, browser_cookie: str | None
    ) -> Accepted | Refused:
        """Sign somebody in, or not.

        `address`: where the request came from, None if that is unknown (never the address of a proxy, which would be
        everybody's). `browser_cookie`: the cookie of KnownBrowsers. Raises TemporarilyUnavailable when too many sign in
        at once, StorageUnavailable.
        """
        name = name.strip()[: MAX_NAME_CHARACTERS + 1]
        found = await self._credentials(name)
        user, kept = found or (None, None)
        browser = self._browsers.known(browser_cookie, user.id if user else _NOBODY)  # as much work for nobody
        attempt = Attempt(name, address, browser if user else None)
        wait_s = self._wait_s(attempt)
        if wait_s > 0:
            return self._refuse(attempt, "too early", wait_s)
        verified = await self._check(attempt, kept, password)
        if user is None or not verified.right:
            return self._refuse(attempt, "wrong name or password", 0.0)
        if kept is not None and verified.renewed is not None:
            await self._renew(user, kept, verified.renewed)
        known = attempt.browser is not None
        log.info("sign_in.accepted", user=user.id, address=address or UNKNOWN, known_browser=known)
        return Accepted(user)

    async def _credentials(self, name: str) -> tuple[User, str | None] | None:
        """Look a name up, unless it can be nobody's; the database takes no text that is not UTF-8."""
        if len(name) > MAX_NAME_CHARACTERS or not _is_text(name):
            return None
        return await self._people.credentials(name)

    def _wait_s(self, attempt: Attempt) -> float:
        if not self._under_way.isdisjoint(_lanes(attempt)):
            return UNDER_WAY_S
        return self._limits.wait_s(attempt, self._monotonic())

    async def _check(self, attempt: Attempt, kept: str | None, password: str) -> Verified:
        """Check a password and count what comes of it. Nothing counts that was not checked."""
        try:
            with self._alone(attempt), self._hasher.place(known=attempt.browser is not None) as place:
                verified = await place.verify(kept, password)
                if verified.right:
                    self._limits.succeeded(attempt)
                else:
                    self._limits.failed(attempt, self._monotonic())
                return verified
        except TemporarilyUnavailable:
            self._tell_refusal(attempt, "too many at once")
            raise

    @contextlib.contextmanager
    def _alone(self, attempt: Attempt) -> Iterator[None]:
        """Let nobody else in the same lanes be checked while the context lasts."""
        lanes = _lanes(attempt)
        self._under_way |= lanes
        try:
            yield
        finally:
            self._under_way -= lanes

    async def _renew(self, user: User, old: str, new: str) -> None:
        """Keep the hash with today's parameters; the next time will do if it cannot be written now."""
        try:
            await self._people.renew_password_hash(user, old=old, new=new)
        except StorageError as error:
            log.warning("sign_in.hash_not_renewed", user=user.id, reason=str(error))

    def _refuse(self, attempt: Attempt, reason: str, wait_s: float) -> Refused:
        self._tell_refusal(attempt, reason)
        return Refused(wait_s)

    def _tell_refusal(self, attempt: Attempt, reason: str) -> None:
        """Say who fails to sign in, within bounds; of what was typed nothing is told, it may be a password."""
        self.refused[reason] += 1
        for refused in self._refusals.add(attempt.address or UNKNOWN, reason, now_s=self._monotonic()):
            log.warning("sign_in.refused", address=refused.address, count=refused.count, reason=refused.reason)


def _lanes(attempt: Attempt) -> set[tuple[str, str]]:
    """Return what an attempt has to itself while it is checked. A known browser is held up by its own account alone."""
    if attempt.browser is not None:
        return {("known", attempt.account)}
    lanes = {("account", attempt.account)}
    if attempt.address is not None:
        lanes.add(("address", network_of(attempt.address)))
    return lanes


def _is_text(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)
