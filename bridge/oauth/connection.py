"""How a connection to IFTTT is, from what its checks (user/info) came to. Plain computation.

IFTTT looks right after each new token, then about once a week, more often in trouble; fifteen failed checks within two
weeks disable the user's Applets (protocol reference, 2.3). Whoever runs the home should hear of it long before.

Clocks may jump, so the order in which checks came says more than their times: a passed check ends all that were kept
before it, and a failed one came after the passed one and after those before it, whatever the clock said. One from
the future counts, for it has happened; one from before the clock was right counts from its neighbours' time on.
Nothing is erased by age, so that a clock that is ahead for a while hides failed checks only as long as that lasts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bridge.oauth.grants import GrantRow, Refusal

LIMIT: Final = 15
"""So many failed checks within WINDOW_MS disable the Applets of a user."""

WARN_AT: Final = 3
URGENT_AT: Final = 10
_FAILURE_OF_OURS: Final = 500
_DAY_MS: Final = 24 * 3600 * 1000
WINDOW_MS: Final = 14 * _DAY_MS
SILENT_AFTER_MS: Final = 21 * _DAY_MS
"""IFTTT looks about once a week: after three it has stopped, or does not reach the public address."""


class State(StrEnum):
    """How a connection is; the later, the worse."""

    CONNECTED = "connected"
    SILENT = "silent"
    REVOKED = "revoked"
    FAILING = "failing"


class Cause(StrEnum):
    """Why a check failed, in words for people; kept as they are."""

    REVOKED = "its token was revoked"
    SUPERSEDED = "its token was replaced long ago"
    REPLAYED = "the code that it rests on was used twice"
    ENDED = "its token is not valid any more"
    OURS = "the bridge itself failed"


@dataclass(frozen=True, slots=True)
class ConnectionKey:
    """What a connection is between: a user, by id, and a client."""

    user: str
    client: str


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """When a check failed, or a refresh was refused (epoch, milliseconds), and why in words for people."""

    at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class KeptChecks:
    """What is kept of the checks of one connection: when one passed last, the failed ones since then, in the order in
    which they came, and the last refresh that was refused since then.
    """  # noqa: D205 -- one sentence

    key: ConnectionKey
    passed_at_ms: int | None = None
    failed: tuple[FailedCheck, ...] = ()
    refused: FailedCheck | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """How a connection is now. `failed`: the failed checks that IFTTT may count, up to LIMIT.

    `last_failed` and `refused` (a refresh: after it IFTTT has no token any more) are told until a check passes, however
    long ago they were.
    """

    key: ConnectionKey
    passed_at_ms: int | None
    failed: int
    last_failed: FailedCheck | None
    refused: FailedCheck | None
    state: State

    @property
    def level(self) -> int:
        """Which of 0, WARN_AT and URGENT_AT has been reached. A refused refresh is as bad as WARN_AT."""
        if self.failed >= URGENT_AT:
            return URGENT_AT
        return WARN_AT if self.failed >= WARN_AT or self.refused is not None else 0

    @property
    def mended(self) -> bool:
        """Whether a check has passed since the last trouble."""
        return self.last_failed is None and self.refused is None

    @property
    def trouble(self) -> FailedCheck | None:
        """The last thing that went wrong."""
        return self.refused or self.last_failed


def connections_of(grants: Iterable[GrantRow], kept: Iterable[KeptChecks], *, now_ms: int) -> list[Connection]:
    """Return how each connection is: those with a grant, and those without one for which IFTTT still asks."""
    granted: dict[ConnectionKey, int] = {}
    for grant in grants:
        key = ConnectionKey(grant.user.id, grant.client)
        granted[key] = max(grant.created_at_ms, granted.get(key, grant.created_at_ms))
    checks: Mapping[ConnectionKey, KeptChecks] = {each.key: each for each in kept}
    live = [connection_of(checks.get(key, KeptChecks(key)), at_ms, now_ms=now_ms) for key, at_ms in granted.items()]
    ended = [connection_of(each, None, now_ms=now_ms) for key, each in checks.items() if key not in granted]
    return live + [connection for connection in ended if connection.failed or _refused_lately(connection, now_ms)]


def connection_of(checks: KeptChecks, granted_at_ms: int | None, *, now_ms: int) -> Connection:
    """Return how a connection is. `granted_at_ms`: its newest grant (epoch), None without any."""
    times = _times(checks)
    failed = min(LIMIT, sum(at_ms > now_ms - WINDOW_MS for at_ms in times))
    if granted_at_ms is None:
        state = State.REVOKED
    elif failed >= WARN_AT or checks.refused is not None:
        state = State.FAILING
    elif max(granted_at_ms, checks.passed_at_ms or 0, *times[-1:]) < now_ms - SILENT_AFTER_MS:
        state = State.SILENT
    else:
        state = State.CONNECTED
    last_failed = checks.failed[-1] if checks.failed else None
    return Connection(checks.key, checks.passed_at_ms, failed, last_failed, checks.refused, state)


def cause_of(status: int | None, refusal: Refusal | None) -> Cause:
    """Return why something was refused: the status of a check (None: a refresh), and why the token gives nothing."""
    if status is not None and status >= _FAILURE_OF_OURS:
        return Cause.OURS
    match refusal:
        case Refusal.REVOKED:
            return Cause.REVOKED
        case Refusal.SUPERSEDED:
            return Cause.SUPERSEDED
        case Refusal.REPLAYED:
            return Cause.REPLAYED
        case _:
            return Cause.ENDED


def worst_of(connections: Iterable[Connection]) -> Connection:
    """Return the connection that needs somebody most. There must be one."""
    states = tuple(State)
    return max(connections, key=lambda connection: (states.index(connection.state), connection.failed))


def advice_on(connection: Connection) -> str:
    """Return what helps, for a person; "" where nothing needs to."""
    if connection.state is State.SILENT:
        return "IFTTT has not looked for three weeks: see whether it reaches you, with `ifttt-bridge doctor --public`"
    if connection.state is State.CONNECTED or connection.trouble is None:
        return ""
    return cure_of(connection.trouble.reason)


def cure_of(reason: str) -> str:
    """Return what helps, for a person."""
    if reason == Cause.OURS:
        return "look into the log and run `ifttt-bridge doctor`: IFTTT asks and the bridge cannot answer"
    if reason == Cause.REVOKED:
        return "if that was not meant: connect the service again at IFTTT, as this user; else disconnect it there"
    return "connect the service again at IFTTT, signing in here as this user; its Applets stay"


def _refused_lately(connection: Connection, now_ms: int) -> bool:
    return connection.refused is not None and connection.refused.at_ms > now_ms - WINDOW_MS


def _times(checks: KeptChecks) -> list[int]:
    """Return when the failed checks were, brought into the order in which they came."""
    times: list[int] = []
    earliest_ms = checks.passed_at_ms
    for check in checks.failed:
        earliest_ms = check.at_ms if earliest_ms is None else max(earliest_ms, check.at_ms)
        times.append(earliest_ms)
    return times
