"""What is revoked counts at once: tokens are forgotten, and nobody is told of events any more."""

from typing import Final

import pytest

from bridge.errors import StorageUnavailable
from bridge.homes.user import User
from bridge.oauth.grants import GrantRow
from bridge.oauth.revocation import Revocation

ANN, BEN = User("u_ann", "elm", "ann", 1), User("u_ben", "elm", "ben", 1)


def grant(number: int, user: User = ANN, client: str = "my_service") -> GrantRow:
    return GrantRow(f"g{number}", user, client, 0, None)


GRANTS: Final = (grant(1), grant(2), grant(3, client="clone"), grant(4, BEN))


class Kept:
    """Grants in memory."""

    def __init__(self) -> None:
        self.rows = list(GRANTS)
        self.away = False

    async def listed(self, user_id: str | None) -> list[GrantRow]:
        """Return the live ones."""
        return [row for row in self.rows if user_id in {None, row.user.id}]

    async def revoke(self, grant_id: str, *, user: str | None = None) -> GrantRow | None:
        """End one."""
        if self.away:
            raise StorageUnavailable("database: locked")
        found = [row for row in self.rows if row.id == grant_id and user in {None, row.user.id}]
        self.rows = [row for row in self.rows if row not in found]
        return found[0] if found else None


class Daemon:
    """What hears of it."""

    def __init__(self) -> None:
        self.kept = Kept()
        self.forgotten = 0
        self.disconnected: list[tuple[str, str]] = []
        self.revocation = Revocation(
            self.kept, self.forget, lambda user, client: self.disconnected.append((user, client))
        )

    def forget(self) -> None:
        """Forget the tokens."""
        self.forgotten += 1


async def test_only_the_last_grant_between_two_ends_the_connection() -> None:
    daemon = Daemon()
    assert await daemon.revocation.revoke("g1") == grant(1)
    assert daemon.disconnected == []
    assert await daemon.revocation.revoke("g2", user="u_ann") == grant(2)
    assert daemon.disconnected == [("u_ann", "my_service")]
    assert daemon.forgotten == 2
    assert daemon.kept.rows == [grant(3, client="clone"), grant(4, BEN)]


async def test_nobody_ends_what_is_anothers_or_is_not_there() -> None:
    daemon = Daemon()
    assert await daemon.revocation.revoke("g4", user="u_ann") is None
    assert await daemon.revocation.revoke("g9") is None
    assert (daemon.kept.rows, daemon.disconnected) == (list(GRANTS), [])


async def test_where_it_is_not_known_whether_it_was_done_the_tokens_are_asked_for_anew() -> None:
    daemon = Daemon()
    daemon.kept.away = True
    with pytest.raises(StorageUnavailable):
        await daemon.revocation.revoke("g1")
    assert (daemon.forgotten, daemon.disconnected) == (1, [])
