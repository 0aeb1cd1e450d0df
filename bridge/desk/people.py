"""Accounts, as a person asks for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import assert_never

from bridge.desk.grants import Grants
from bridge.desk.prefixes import beginning_of
from bridge.desk.requests import (
    AddUser,
    EndSignIn,
    ListSignIns,
    ListUsers,
    PeopleRequest,
    RemoveUser,
    SetOwner,
    SetPassword,
)
from bridge.desk.rows import SignInRow, UserRow
from bridge.desk.tokens import ID_CHARACTERS
from bridge.homes.user import Home, User
from bridge.ifttt.ingredients import iso_time
from bridge.oauth.connection import Connection, worst_of
from bridge.oauth.grants import Moment
from bridge.storage.accounts import Accounts
from bridge.storage.sign_ins import SignedIn, SignIns


@dataclass(frozen=True, slots=True)
class People:
    """Answers about accounts. `forget_user`, `forget_tokens`, `forget_sign_ins`: what a daemon has in memory of a user,
    by id, of tokens, and of a user's signed-in browsers must go.
    """  # noqa: D205 -- one sentence

    accounts: Accounts
    sign_ins: SignIns
    grants: Grants
    homes: Callable[[], tuple[Home, ...]]
    now: Callable[[], Moment]
    forget_user: Callable[[str], None]
    forget_tokens: Callable[[], None]
    forget_sign_ins: Callable[[str], None]

    async def answer(self, request: PeopleRequest) -> object:  # noqa: PLR0911 -- a table of requests
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
            case SetOwner():
                return _row(await self.accounts.set_owner(request.name, owner=request.owner), owner=request.owner)
            case ListSignIns():
                return [_sign_in_row(each) for each in await self.sign_ins.listed(self.now())]
            case EndSignIn():
                return await self._end_sign_in(request)
            case _:
                assert_never(request)

    async def _add(self, request: AddUser) -> UserRow:
        homes = self.homes()
        await self.accounts.keep_homes(homes)
        home = homes[0].id if request.home is None else request.home
        user = await self.accounts.add_user(
            request.name, home, password_hash=request.password_hash, now_ms=self.now().wall_ms, owner=request.owner
        )
        return _row(user, owner=request.owner)

    async def _list(self) -> list[UserRow]:
        """Return all accounts, by name."""
        users, connections = await self.accounts.users(), await self.grants.connections()
        owners = {owner.id for owner in await self.accounts.owners()}
        return [
            _row(user, [each for each in connections if each.key.user == user.id], owner=user.id in owners)
            for user in users
        ]

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

    async def _end_sign_in(self, request: EndSignIn) -> SignInRow:
        by_id = {each.digest: each for each in await self.sign_ins.listed(self.now())}
        found = by_id[beginning_of(by_id, request.id, what="sign-in")]
        await self.sign_ins.end(found.digest)
        return _sign_in_row(found)


def _row(user: User, connections: Sequence[Connection] = (), *, owner: bool = False) -> UserRow:
    if not connections:
        return UserRow(user.name, user.home, user.id, owner=owner)
    worst = worst_of(connections)
    return UserRow(user.name, user.home, user.id, len(connections), worst.state.value, worst.failed, owner)


def _sign_in_row(kept: SignedIn) -> SignInRow:
    since, seen = iso_time(kept.since_ms), iso_time(kept.seen_ms)
    return SignInRow(kept.digest[:ID_CHARACTERS], kept.user, kept.browser, since, seen)
