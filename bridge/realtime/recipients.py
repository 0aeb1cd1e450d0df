"""Whom one entry of a notification is about: one trigger identity, or a user with all of theirs. Plain computation.

By user, IFTTT asks all triggers of that user at once (protocol reference, section 8): right where nearly all of them
are concerned, too much otherwise.
"""

from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from bridge.ifttt.identities import IdentityKey

MOST_BY_IDENTITY: Final = 20
"""More identities of one user than this in one notification are told by their user."""


class Recipient(msgspec.Struct, frozen=True, gc=False):
    """One entry: `user` None for the one identity of `keys`; otherwise the user whose `keys` are thereby told."""

    keys: tuple[IdentityKey, ...]
    user: str | None = None

    @property
    def entry(self) -> dict[str, str]:
        """The entry as IFTTT reads it."""
        return {"trigger_identity": self.keys[0].identity} if self.user is None else {"user_id": self.user}

    def apart(self) -> list["Recipient"]:
        """Return the same by identity."""
        return [Recipient((key,)) for key in self.keys]


def recipients_of(
    keys: Iterable[IdentityKey], *, most_by_identity: int = MOST_BY_IDENTITY, never_by_user: Collection[str] = ()
) -> list[Recipient]:
    """Return the entries for some identities, in their order; a user stands where their first identity stood.

    `never_by_user`: users whom IFTTT would not hear of.
    """
    by_user: dict[str, list[IdentityKey]] = {}
    for key in keys:
        by_user.setdefault(key.user, []).append(key)
    recipients: list[Recipient] = []
    for user, of_user in by_user.items():
        if len(of_user) > most_by_identity and user not in never_by_user:
            recipients.append(Recipient(tuple(of_user), user))
        else:
            recipients += [Recipient((key,)) for key in of_user]
    return recipients
