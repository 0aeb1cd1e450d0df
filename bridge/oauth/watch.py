"""Watches over the connections to IFTTT: takes note of how its checks go, has it written down, and warns in the log.

The endpoints only say what they answered; whose token it was is found out later, when things are written down anyway:
just then the database may be away, and nobody who asks should wait for it. Knows neither HTTP nor SQL.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

from bridge.oauth.connection import Connection, ConnectionKey, FailedCheck, KeptChecks, connections_of
from bridge.oauth.grants import GrantRow
from bridge.oauth.noted import Answer, Noted, Owner
from bridge.oauth.warnings import Warnings

OUTCOMES: Final = ("passed", "failed", "unknown")

Failures = Sequence[tuple[ConnectionKey, FailedCheck]]


class Grants(Protocol):
    """Where grants are kept."""

    async def listed(self, user: str | None, /) -> list[GrantRow]:
        """Return the live grants of a user, by id, or of all."""
        ...


Whose = Callable[[str], Awaitable[Owner | None]]
"""From the digest of a token, alive or not, to its owner; None if that is not known."""


class Register(Protocol):
    """Where checks are kept."""

    async def note(self, passed: Mapping[ConnectionKey, int], failed: Failures, refused: Failures) -> None:
        """Note checks that passed (epoch, milliseconds), and what went wrong after them."""
        ...

    async def all(self) -> list[KeptChecks]:
        """Return what is kept of each connection."""
        ...


class ConnectionWatch:
    """Takes note, warns, and says how each connection is. `clock_ms` gives epoch milliseconds."""

    def __init__(self, grants: Grants, whose: Whose, register: Register, *, clock_ms: Callable[[], int]) -> None:
        self._grants = grants
        self._whose = whose
        self._register = register
        self._clock_ms = clock_ms
        self._noted = Noted()
        self._number = 0
        self._one_after_the_other = asyncio.Lock()
        self._warnings = Warnings()
        self.connections: tuple[Connection, ...] = ()
        """How each connection is, as of the last `write`."""
        self.outcomes: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
        """Checks that passed, that failed, and that failed with a token of nobody we know (unknown)."""
        self.refused_refreshes = 0

    def passed(self, user: str, client: str) -> None:
        """Note that a check was answered with 200. A token minted by hand, of client "", is no connection."""
        if client:
            self.outcomes["passed"] += 1
            self._noted.passed[ConnectionKey(user, client)] = self._answer(200)

    def failed(self, digest: str, status: int) -> None:
        """Note that a check was answered with 401 or a failure of ours. `digest`: of the token that was presented."""
        self._noted.add(digest, self._answer(status))

    def refused_refresh(self, digest: str) -> None:
        """Note that a refresh was answered with `invalid_grant`. `digest`: of the refresh token that was presented."""
        self.refused_refreshes += 1
        self._noted.add(digest, self._answer(None))

    async def write(self) -> None:
        """Write down what was noted, look how each connection is, and warn.

        Raises StorageUnavailable; then what was noted is written the next time.
        """
        async with self._one_after_the_other:  # else a failed check could be written after the passed one that ended it
            noted, self._noted = self._noted, Noted()
            try:
                await self._write(noted)
            except BaseException:  # cancelled too
                self._noted.put_back(noted)
                raise
            grants, kept = await self._grants.listed(None), await self._register.all()
            self.connections = tuple(connections_of(grants, kept, now_ms=self._clock_ms()))
            self._warnings.look(self.connections)

    async def _write(self, noted: Noted) -> None:
        if not noted:
            return
        found = noted.sort_out({digest: await self._whose(digest) for digest in noted.troubles})
        if found.passed or found.failed or found.refused:
            await self._register.note(found.passed, found.failed, found.refused)
        self.outcomes["failed"] += found.failed_in_all
        self.outcomes["unknown"] += found.unknown

    def _answer(self, status: int | None) -> Answer:
        self._number += 1
        return Answer(self._number, self._clock_ms(), status)
