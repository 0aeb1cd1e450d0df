"""People who connect an account, and a clock that is turned by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from bridge.homes.user import User
from bridge.oauth.grants import Code, Grant, Moment, NewPair, Redemption, Refusal
from bridge.storage.database import Database
from bridge.storage.grants import Grants
from tests.integration.storage.examples import NOON_MS, add_user

LIFE_MS = 60_000
BACK = "https://ifttt.com/channels/elm/authorize"


@dataclass
class Consent:
    """What a test gives out. Codes, access and refresh tokens are named in order: c1, a1 and r1 ..."""

    database: Database
    wall_ms: int = NOON_MS
    run_ms: int = 1_000_000
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def grants(self) -> Grants:
        """What is tested."""
        return Grants(self.database)

    @property
    def now(self) -> Moment:
        """The time."""
        return Moment(self.wall_ms, self.run_ms)

    def pass_time(self, ms: int = 1) -> None:
        """Let time pass by both clocks."""
        self.wall_ms, self.run_ms = self.wall_ms + ms, self.run_ms + ms

    def pair(self) -> NewPair:
        """Return digests that were never given out."""
        number = next(self.numbers)
        return NewPair(f"a{number}", f"r{number}")

    async def code(self, user: User, client: str = "production", challenge: str | None = None) -> str:
        """Give out a code."""
        digest = f"c{next(self.numbers)}"
        await self.grants.keep_code(Code(digest, user.id, client, BACK, challenge), now=self.now, life_ms=LIFE_MS)
        return digest

    async def redeem(
        self, code: str, client: str = "production", *, back: str = BACK, challenge: str | None = None
    ) -> Grant | Refusal:
        """Present a code."""
        presented = Redemption(code, client, back, challenge)
        return await self.grants.redeem(presented, self.pair(), now=self.now, life_ms=LIFE_MS)

    async def connect(self, user: User, client: str = "production") -> Grant:
        """Let a user agree, and redeem the code for it."""
        grant = await self.redeem(await self.code(user, client), client)
        assert isinstance(grant, Grant)
        return grant

    async def refresh(self, presented: str, client: str = "production") -> Grant | Refusal:
        """Present a refresh token."""
        return await self.grants.refresh(presented, client, self.pair(), now=self.now)

    async def refreshed(self, grant: Grant) -> Grant:
        """Present the refresh token that came with an access token."""
        found = await self.refresh(refresh_of(grant), grant.client)
        assert isinstance(found, Grant)
        return found

    async def count(self, table: str) -> int:
        """Return how many rows there are."""
        rows = await self.database.read(
            lambda connection: connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 -- a test's constants
        )
        return int(rows[0])


def refresh_of(grant: Grant) -> str:
    """Return the refresh token that came with the access token of a grant."""
    return "r" + grant.digest[1:]


async def people(database: Database) -> tuple[User, User]:
    """Make two accounts in two homes."""
    return await add_user(database), await add_user(database, "cay", "oak")
