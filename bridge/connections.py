"""Builds what has to do with connections to IFTTT: watching over them, ending them, and what the desk says of them."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bridge.desk.grants import Grants
from bridge.ifttt.identities import Identities, IdentityKey
from bridge.oauth.revocation import Revocation
from bridge.oauth.watch import ConnectionWatch, Whose
from bridge.registers import Registers
from bridge.storage.accounts import Accounts

log = structlog.get_logger("bridge.app")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Those who wait to be told of events. `forget`: nobody is to be told there any more."""

    identities: Identities
    accounts: Accounts
    forget: Callable[[IdentityKey], None]

    def disconnected(self, user: str, client: str) -> None:
        """Tell a client without any grant of a user nothing more, until it asks again."""
        resting = self.identities.let_rest_of(client, user)
        for key in resting:
            self.forget(key)
        log.info("connection.revoked", user=user, client=client, resting=len(resting))

    def removed(self, user: str) -> None:
        """Forget all that waits for a user who is no more."""
        for key in self.identities.of_user(user):
            self.identities.remove(key)
            self.forget(key)

    async def look(self) -> None:
        """Let those rest whose users have no token of their client, however that came. Raises StorageUnavailable."""
        for key in self.identities.let_rest_but(set(await self.accounts.connected())):
            self.forget(key)
            log.info("identity.rests", user=key.user, identity=key.identity, note="its user is not connected any more")


@dataclass(frozen=True, slots=True)
class Connections:
    """The parts. `revocation` is for whoever lets a person end a grant: the desk, and a page."""

    watch: ConnectionWatch
    revocation: Revocation
    desk: Grants
    waiting: Waiting

    async def look(self) -> None:
        """Write down how IFTTT's checks went, and look how each connection is. Raises StorageUnavailable."""
        await self.watch.write()
        await self.waiting.look()


def build_connections(
    registers: Registers,
    identities: Identities,
    whose: Whose,
    *,
    clock_ms: Callable[[], int],
    forget_tokens: Callable[[], None],
    forget: Callable[[IdentityKey], None],
) -> Connections:
    """Put them together. `forget_tokens`: none is trusted any more unasked; `forget`: nobody is told there any more."""
    waiting, grants, checks = Waiting(identities, registers.accounts, forget), registers.grants, registers.checks
    revocation = Revocation(grants, forget_tokens, waiting.disconnected)
    watch = ConnectionWatch(grants, whose, checks, clock_ms=clock_ms)
    return Connections(
        watch,
        revocation,
        Grants(registers.accounts, grants, checks, revocation, clock_ms, watch.write),
        waiting,
    )
