"""Accounts, as a person asks for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import assert_never

from bridge.desk.grants import Grants
from bridge.desk.requests import AddUser, ListUsers, PeopleRequest, RemoveUser, SetPassword
from bridge.desk.rows import UserRow
from bridge.homes.user import Home, User
from bridge.oauth.connection import Connection, worst_of
from bridge.storage.accounts import Accounts


@dataclass(frozen=True, slots=True)
class People:
    """Answers about accounts. `forget_user`, `forget_tokens`, `forget_sign_ins`: what a daemon has in memory of a user,
    by id, of tokens, and of a user's signed-in browsers must go.
    """  # noqa: D205 -- one sentence

    accounts: Accounts
    grants: Grants
    homes: Callable[[], tuple[Home, ...]]
    clock_ms: Callable[[], int]
    forget_user: Callable[[str], None]
    forget_tokens: Callable[[], None]
    forget_sign_ins: Callable[[str], None]

    async def answer(self, request: PeopleRequest) -> object:
        """Do what is asked. Raises AccountError."""
        match request:
            case AddUser():
                return await self._add(request)
            case ListUsers():
                return await self._list()
            case RemoveUser():
                return await self._remove(request)
            case SetPassword():
                return await self._set_password(request)
            case _:
                assert_never(request)

    async def _add(self, request: AddUser) -> UserRow:
        homes = self.homes()
        await self.accounts.keep_homes(homes)
        home = homes[0].id if request.home is None else request.home
        user = await self.accounts.add_user(
            request.name, home, password_hash=request.password_hash, now_ms=self.clock_ms()
        )
        return _row(user)

    async def _list(self) -> list[UserRow]:
        """Return all accounts, by name."""
        users, connections = await self.accounts.users(), await self.grants.connections()
        return [_row(user, [each for each in connections if each.key.user == user.id]) for user in users]

    async def _remove(self, request: RemoveUser) -> UserRow:
        user = await self.accounts.remove_user(request.name)
        self.forget_tokens()
        self.forget_sign_ins(user.id)
        self.forget_user(user.id)
        return _row(user)

    async def _set_password(self, request: SetPassword) -> UserRow:
        """Give an account another password. Whoever signed in with the old one is out."""
        user = await self.accounts.set_password(request.name, request.password_hash)
        self.forget_sign_ins(user.id)
        return _row(user)


def _row(user: User, connections: Sequence[Connection] = ()) -> UserRow:
    if not connections:
        return UserRow(user.name, user.home, user.id)
    worst = worst_of(connections)
    return UserRow(user.name, user.home, user.id, len(connections), worst.state.value, worst.failed)
