"""Accounts and access tokens by the dozen, put into a database: the command line would take a second for each."""

import time
from collections.abc import Sequence
from pathlib import Path

from bridge.oauth.tokens import digest_of, mint_token
from bridge.storage.accounts import Accounts
from bridge.storage.database import open_database


async def more_users(path: Path, like: str, names: Sequence[str]) -> list[str]:
    """Add accounts in the home of one that is there, and return a token of each."""
    async with open_database(path) as database:
        accounts = Accounts(database)
        home = (await accounts.user_named(like)).home
        for name in names:
            await accounts.add_user(name, home, password_hash=None, now_ms=_now_ms())
    return [await token_of(path, name) for name in names]


async def token_of(path: Path, name: str, *, client: str = "") -> str:
    """Return a new token of an account, as if a client had got it."""
    token = mint_token()
    async with open_database(path) as database:
        accounts = Accounts(database)
        user = await accounts.user_named(name)
        await accounts.add_token(digest_of(token), user, client=client, now_ms=_now_ms())
    return token


def _now_ms() -> int:
    return time.time_ns() // 1_000_000  # noqa: TID251 -- as the daemon does
