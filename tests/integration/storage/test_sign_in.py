"""Signing in with accounts of a real file and real hashes."""

import secrets
import time

from argon2 import PasswordHasher

from bridge.oauth.browsers import KnownBrowsers
from bridge.oauth.hashing import Hasher
from bridge.oauth.limits import SignInLimits
from bridge.oauth.passwords import hash_password, needs_rehash
from bridge.oauth.sign_in import Accepted, Refused, SignIn
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database
from tests.integration.storage.examples import HOMES, NOON_MS


async def test_an_account_of_the_file_signs_in_with_its_password_alone_and_an_old_hash_is_renewed(
    database: Database,
) -> None:
    accounts = Accounts(database)
    await accounts.keep_homes(HOMES)
    old = PasswordHasher(1, 8, 1).hash("correct horse")
    ann = await accounts.add_user("ann", "elm", password_hash=old, now_ms=NOON_MS)
    ben = await accounts.add_user("ben", "oak", password_hash=hash_password("battery staple"), now_ms=NOON_MS)
    await accounts.add_user("cem", "oak", password_hash=None, now_ms=NOON_MS)
    browsers, limits = KnownBrowsers(secrets.token_bytes(32)), SignInLimits(secrets.token_bytes(32))

    async with Hasher() as hasher:
        sign_in = SignIn(accounts, hasher, browsers, limits, time.monotonic)

        async def attempt(name: str, password: str) -> Accepted | Refused:
            return await sign_in.attempt(name, password, address=None, browser_cookie=None)

        for _ in range(2):
            assert await attempt("ann", "correct horse") == Accepted(ann)
            assert await attempt("ben", "battery staple") == Accepted(ben)
        for name, password in (("ann", "battery staple"), ("cem", "battery staple"), ("dan", "battery staple")):
            assert await attempt(name, password) == Refused(0)

    credentials = await accounts.credentials("ann")
    assert credentials is not None
    assert credentials[1] is not None
    assert not needs_rehash(credentials[1])
