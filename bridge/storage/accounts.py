"""Homes, users and the tokens minted by hand. Only digests of tokens and hashes of passwords come here.

Tokens that rest on a grant are the business of grants.py.
"""

import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from bridge.errors import AccountError
from bridge.homes.user import USER_ID_PREFIX, Home, User
from bridge.oauth.grants import Refusal
from bridge.storage.database import Database
from bridge.storage.dead_tokens import bury
from bridge.storage.events import newest_seq
from bridge.storage.sign_ins import end_sign_ins_of


@dataclass(frozen=True, slots=True)
class KeptToken:
    """A token minted by hand, as it is kept. `user` is the name of its user."""

    digest: str
    user: str
    client: str
    created_at_ms: int


class Accounts:
    """Who there is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep_homes(self, homes: Iterable[Home]) -> None:
        """Write down the homes of the configuration. A home that is no longer configured keeps its rows."""
        rows = [(home.id, home.name) for home in homes]
        await self._database.write(
            lambda connection: connection.executemany(
                "INSERT INTO homes (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name", rows
            )
        )

    async def add_user(
        self, name: str, home: str, *, password_hash: str | None, now_ms: int, owner: bool = False
    ) -> User:
        """Make an account with a permanent random id. Raises AccountError."""
        return await self._database.write(
            lambda connection: _add_user(connection, name, home, password_hash, now_ms, owner=owner)
        )

    async def add_first_owner(self, name: str, home: str, *, password_hash: str, now_ms: int) -> User:
        """Make the account of the first owner, or make an account that is there the owner's, with this password.

        Raises AccountError where there is an owner by now.
        """
        return await self._database.write(
            lambda connection: _add_first_owner(connection, name, home, password_hash, now_ms)
        )

    async def owners(self) -> list[User]:
        """Return who may use the private pages, by name."""
        return await self._database.read(lambda connection: _users(connection, "WHERE owner = 1"))

    async def set_owner(self, name: str, *, owner: bool) -> User:
        """Let somebody use the private pages, or no longer. Raises AccountError; one owner stays."""
        user = await self.user_named(name)
        await self._database.write(lambda connection: _set_owner(connection, user, owner=owner))
        return user

    async def users(self) -> list[User]:
        """Return all users, by name."""
        return await self._database.read(lambda connection: _users(connection, ""))

    async def user_named(self, name: str) -> User:
        """Return a user by name. Raises AccountError."""
        found = await self._database.read(lambda connection: _users(connection, "WHERE name = ?", name))
        if not found:
            raise AccountError(f"there is no user {name!r}; `ifttt-bridge user list` shows who there is")
        return found[0]

    async def remove_user(self, name: str) -> User:
        """End an account and erase what belongs to it: tokens, identities, commands. Raises AccountError."""
        user = await self.user_named(name)
        await self._database.write(lambda connection: _remove_user(connection, user.id))
        return user

    async def set_password(self, name: str, password_hash: str) -> User:
        """Give an account another password. Raises AccountError."""
        user = await self.user_named(name)
        await self._database.write(lambda connection: _set_password(connection, user.id, password_hash))
        return user

    async def user_with_id(self, user: str) -> User | None:
        """Return a user by id, None if there is none (any more)."""
        found = await self._database.read(lambda connection: _users(connection, "WHERE id = ?", user))
        return found[0] if found else None

    async def credentials(self, name: str) -> tuple[User, str | None] | None:
        """Return a user by name, with the hash of the password if one is set; None if there is nobody of that name."""
        return await self._database.read(lambda connection: _credentials(connection, name))

    async def renew_password_hash(self, user: User, *, old: str, new: str) -> None:
        """Keep another hash of the same password. Does nothing if the password has been changed meanwhile."""
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?", (new, user.id, old)
            )
        )

    async def tokens(self) -> list[KeptToken]:
        """Return all tokens minted by hand, by user and age."""
        return await self._database.read(_tokens)

    async def connected(self) -> list[tuple[str, str]]:
        """Return each user that is connected, by id, with each client they are connected to: client first."""
        question = "SELECT DISTINCT client, user FROM tokens ORDER BY client, user"
        return await self._database.read(lambda connection: connection.execute(question).fetchall())

    async def remove_token(self, digest: str) -> None:
        """End a token minted by hand."""
        await self._database.write(lambda connection: _remove_token(connection, digest))

    async def add_token(self, digest: str, user: User, *, client: str, now_ms: int) -> None:
        """Keep the digest of a token minted by hand."""
        row = (digest, user.id, client, now_ms)
        await self._database.write(
            lambda connection: connection.execute(
                "INSERT INTO tokens (digest, user, client, created_at_ms) VALUES (?, ?, ?, ?)", row
            )
        )


def _add_user(
    connection: sqlite3.Connection, name: str, home: str, password_hash: str | None, now_ms: int, *, owner: bool
) -> User:
    if connection.execute("SELECT 1 FROM homes WHERE id = ?", (home,)).fetchone() is None:
        raise AccountError(f"there is no home {home!r} in the configuration")
    user = User(f"{USER_ID_PREFIX}{secrets.token_hex(12)}", home, name, newest_seq(connection) + 1)
    try:
        connection.execute(
            "INSERT INTO users (id, home, name, password_hash, created_at_ms, since_seq, owner) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (user.id, home, name, password_hash, now_ms, user.since_seq, owner),
        )
    except sqlite3.IntegrityError:
        raise AccountError(f"there is a user {name!r} already") from None
    return user


def _add_first_owner(connection: sqlite3.Connection, name: str, home: str, password_hash: str, now_ms: int) -> User:
    if _users(connection, "WHERE owner = 1"):
        raise AccountError("there is an owner already; sign in as they")
    there = _users(connection, "WHERE name = ?", name)
    if not there:
        return _add_user(connection, name, home, password_hash, now_ms, owner=True)
    _set_password(connection, there[0].id, password_hash)
    connection.execute("UPDATE users SET owner = 1 WHERE id = ?", (there[0].id,))
    return there[0]


def _set_owner(connection: sqlite3.Connection, user: User, *, owner: bool) -> None:
    if not owner and [each.id for each in _users(connection, "WHERE owner = 1")] == [user.id]:
        raise AccountError(f"{user.name} is the only owner; make somebody else one first")
    connection.execute("UPDATE users SET owner = ? WHERE id = ?", (owner, user.id))
    if not owner:
        end_sign_ins_of(connection, user.id)


def _set_password(connection: sqlite3.Connection, user: str, password_hash: str) -> None:
    """Whoever has signed in with the old one is out."""
    connection.execute("UPDATE users SET password_hash = ? WHERE id = ?", (password_hash, user))
    end_sign_ins_of(connection, user)


def _remove_user(connection: sqlite3.Connection, user: str) -> None:
    """Tokens and identities go with the row of their user."""
    connection.execute("DELETE FROM commands WHERE user = ?", (user,))
    connection.execute("DELETE FROM users WHERE id = ?", (user,))


def _remove_token(connection: sqlite3.Connection, digest: str) -> None:
    row = connection.execute(
        "SELECT user, client FROM tokens WHERE digest = ? AND grant_id IS NULL", (digest,)
    ).fetchone()
    if row is not None:
        connection.execute("DELETE FROM tokens WHERE digest = ?", (digest,))
        bury(connection, [digest], user=row[0], client=row[1], reason=Refusal.REVOKED)


def _tokens(connection: sqlite3.Connection) -> list[KeptToken]:
    rows = connection.execute(
        "SELECT tokens.digest, users.name, tokens.client, tokens.created_at_ms "
        "FROM tokens JOIN users ON users.id = tokens.user WHERE tokens.grant_id IS NULL "
        "ORDER BY users.name, tokens.created_at_ms, tokens.digest"
    )
    return [KeptToken(*row) for row in rows]


def _users(connection: sqlite3.Connection, where: str, *values: str) -> list[User]:
    rows = connection.execute(f"SELECT id, home, name, since_seq FROM users {where} ORDER BY name", values)  # noqa: S608 -- constants only
    return [User(*row) for row in rows]


def _credentials(connection: sqlite3.Connection, name: str) -> tuple[User, str | None] | None:
    question = "SELECT id, home, name, since_seq, password_hash FROM users WHERE name = ?"
    row = connection.execute(question, (name,)).fetchone()
    return None if row is None else (User(*row[:4]), row[4])
