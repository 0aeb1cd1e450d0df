"""Who is connected to IFTTT, as a person asks for it: each grant, and how its connection is."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import assert_never

from bridge.desk.prefixes import beginning_of
from bridge.desk.requests import GrantRequest, ListGrants, RevokeGrant
from bridge.desk.rows import GrantRow
from bridge.errors import AccountError, StorageError
from bridge.homes.user import User
from bridge.ifttt.ingredients import iso_time
from bridge.oauth.connection import (
    LIMIT,
    Connection,
    ConnectionKey,
    FailedCheck,
    KeptChecks,
    advice_on,
    connection_of,
    connections_of,
)
from bridge.oauth.grants import GrantRow as Grant
from bridge.oauth.revocation import Revocation
from bridge.storage.accounts import Accounts
from bridge.storage.checks import Checks
from bridge.storage.grants import Grants as KeptGrants


async def _nothing_noted() -> None:
    """Without a daemon nobody is asked anything."""


@dataclass(frozen=True, slots=True)
class Grants:
    """Answers about grants. `write_down` writes what was noted of checks, and not yet written."""

    accounts: Accounts
    kept: KeptGrants
    checks: Checks
    revocation: Revocation
    clock_ms: Callable[[], int]
    write_down: Callable[[], Awaitable[None]] = _nothing_noted

    async def answer(self, request: GrantRequest) -> object:
        """Do what is asked. Raises AccountError."""
        match request:
            case ListGrants():
                return await self._list(request)
            case RevokeGrant():
                return await self._revoke(request)
            case _:
                assert_never(request)

    async def connections(self) -> list[Connection]:
        """Return how each connection is."""
        return connections_of(await self.kept.listed(None), await self.checks.all(), now_ms=self.clock_ms())

    async def of(self, users: Sequence[User]) -> list[GrantRow]:
        """Return the grants of these, by user, client and age, and connections without one where IFTTT still asks."""
        named = {user.id: user for user in users}
        grants = [grant for grant in await self.kept.listed(None) if grant.user.id in named]
        found = connections_of(grants, await self.checks.all(), now_ms=self.clock_ms())
        connections = {each.key: each for each in found if each.key.user in named}
        rows = [_row(grant.user, connections[_key_of(grant)], grant) for grant in grants]
        ended = connections.keys() - {_key_of(grant) for grant in grants}
        rows += [_row(named[key.user], connections[key], None) for key in ended]
        return sorted(rows, key=lambda row: (row.user, row.client, row.since or "", row.id or ""))

    async def _list(self, request: ListGrants) -> list[GrantRow]:
        with suppress(StorageError):  # then as of the last time
            await self.write_down()
        if request.user is None:
            return await self.of(await self.accounts.users())
        return await self.of([await self.accounts.user_named(request.user)])

    async def _revoke(self, request: RevokeGrant) -> GrantRow:
        """End the grant whose id this is, or begins like this. Another one between the same two may be left."""
        ids = [grant.id for grant in await self.kept.listed(None)]
        grant = await self.revocation.revoke(beginning_of(ids, request.id, what="grant"))
        if grant is None:
            raise AccountError(f"the grant {request.id!r} has just been revoked by somebody else")
        key = _key_of(grant)
        checks = {each.key: each for each in await self.checks.all()}.get(key, KeptChecks(key))
        left = [other.created_at_ms for other in await self.kept.listed(grant.user.id) if other.client == grant.client]
        return _row(grant.user, connection_of(checks, max(left, default=None), now_ms=self.clock_ms()), grant)


def _key_of(grant: Grant) -> ConnectionKey:
    return ConnectionKey(grant.user.id, grant.client)


def _row(user: User, connection: Connection, grant: Grant | None) -> GrantRow:
    trouble = connection.trouble
    return GrantRow(
        id=None if grant is None else grant.id,
        user=user.name,
        home=user.home,
        client=connection.key.client,
        since=None if grant is None else iso_time(grant.created_at_ms),
        last_used=None if grant is None else _time(grant.used_at_ms),
        last_check_passed=_time(connection.passed_at_ms),
        failed_checks=connection.failed,
        of=LIMIT,
        last_check_failed=_time_of(connection.last_failed),
        refresh_refused=_time_of(connection.refused),
        reason="" if trouble is None else trouble.reason,
        state=connection.state.value,
        advice=advice_on(connection),
    )


def _time_of(check: FailedCheck | None) -> str | None:
    return None if check is None else iso_time(check.at_ms)


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso_time(at_ms)
