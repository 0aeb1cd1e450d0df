"""Builds what has to do with connections to IFTTT: watching over them, ending them, and what the desk says of them."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bridge.desk.grants import Grants
from bridge.ifttt.identities import Identities, IdentityKey
from bridge.oauth.revocation import Revocation
from bridge.oauth.watch import ConnectionWatch, Whose
from bridge.registers import Registers

log = structlog.get_logger("bridge.app")


@dataclass(frozen=True, slots=True)
class Connections:
    """The parts. `revocation` is for whoever lets a person end a grant: the desk, and a page. `forget_user`, by id:
    there is nobody any more who is to be told of anything.
    """  # noqa: D205 -- one paragraph

    watch: ConnectionWatch
    revocation: Revocation
    desk: Grants
    forget_user: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Those who wait to be told of events. `forget`: nobody is to be told there any more."""

    identities: Identities
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
    waiting, grants, checks = _Waiting(identities, forget), registers.grants, registers.checks
    revocation = Revocation(grants, forget_tokens, waiting.disconnected)
    return Connections(
        ConnectionWatch(grants, whose, checks, clock_ms=clock_ms),
        revocation,
        Grants(registers.accounts, grants, checks, revocation, clock_ms),
        waiting.removed,
    )


async def let_disconnected_rest(identities: Identities, registers: Registers) -> None:
    """At the start: let identities rest whose users have no token of their client. They wake when IFTTT asks again."""
    connected = set(await registers.accounts.connected())
    for client, user in {(identity.key.client, identity.key.user) for identity in identities} - connected:
        identities.let_rest_of(client, user)
