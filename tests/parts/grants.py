"""Connections as IFTTT has them: a grant in a database, with the tokens that it gave, without the pages in between."""

import time
from dataclasses import dataclass
from pathlib import Path

from bridge.oauth.grants import Code, Grant, Moment, NewPair, Redemption
from bridge.oauth.tokens import digest_of, mint_token
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database, open_database
from bridge.storage.grants import Grants

CODE_LIFE_MS = 60_000
REDIRECT = "https://ifttt.com/channels/my_service/authorize"


@dataclass(frozen=True, slots=True)
class Connected:
    """A grant, and the tokens that IFTTT holds."""

    grant: str
    access: str
    refresh: str


async def connect(path: Path, user: str, client: str = "my_service") -> Connected:
    """Let a user of this database agree; a daemon may run on it."""
    async with open_database(path) as database:
        now = Moment(time.time_ns() // 1_000_000, await Grants(database).latest_run_ms())  # noqa: TID251 -- as the daemon does
        return await agree(database, user, client, now=now)


async def agree(database: Database, user: str, client: str = "my_service", *, now: Moment) -> Connected:
    """Let a user agree at a given time."""
    grants, account = Grants(database), await Accounts(database).user_named(user)
    code, access, refresh = mint_token(), mint_token(), mint_token()
    await grants.keep_code(Code(digest_of(code), account.id, client, REDIRECT, None), now=now, life_ms=CODE_LIFE_MS)
    made = await grants.redeem(
        Redemption(digest_of(code), client, REDIRECT, None),
        NewPair(digest_of(access), digest_of(refresh)),
        now=now,
        life_ms=CODE_LIFE_MS,
    )
    assert isinstance(made, Grant), made
    return Connected(made.id, access, refresh)
