"""People: who has an account, how their connections to IFTTT are, where owners are signed in; and ending each of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bridge.dashboard.entrance import account_problem
from bridge.dashboard.frame import Frame
from bridge.dashboard.page import Ask, Asked
from bridge.desk.requests import (
    AddUser,
    EndSignIn,
    ListGrants,
    ListSignIns,
    ListTokens,
    ListUsers,
    RemoveUser,
    RevokeGrant,
    RevokeToken,
    SetOwner,
    SetPassword,
)
from bridge.desk.rows import GrantRow, SignInRow, TokenRow, UserRow
from bridge.errors import BadInput, NoSuchResource
from bridge.homes.user import Home
from bridge.oauth.passwords import MIN_CHARACTERS
from bridge.oauth.tokens import digest_of

NOT_YOURSELF: Final = "You cannot remove yourself. Another owner can."
PAGE: Final = 50
MOST_TOKENS: Final = 100


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Shows them. `hashed` makes the hash of a password, `homes` are those of the configuration."""

    frame: Frame
    ask: Ask
    hashed: Callable[[str], Awaitable[str]]
    homes: Callable[[], Sequence[Home]]
    clock_ms: Callable[[], int]

    async def show(self, asked: Asked) -> web.StreamResponse:
        """Show all, a page of them at a time."""
        if asked.path:
            raise NoSuchResource("there is no such page")
        from bridge.dashboard.household import browsers_of, people_of, since  # noqa: PLC0415 -- most of the time nobody looks

        users, now_ms = await self.ask(ListUsers(), list[UserRow]), self.clock_ms()
        grants = await self.ask(ListGrants(None), list[GrantRow])
        browsers = await self.ask(ListSignIns(), list[SignInRow])
        tokens = await self.ask(ListTokens(None), list[TokenRow])
        first = _first(asked.query.get("from", ""))
        homes = {home.id: home.name for home in self.homes()}
        shown = users[first : first + PAGE]
        return await self.frame.page(
            asked,
            "people",
            title="People",
            people=people_of(shown, grants, homes, me=asked.owner.name, now_ms=now_ms),
            more=first + PAGE if len(users) > first + PAGE else None,
            before=max(0, first - PAGE) if first else None,
            homes=homes,
            browsers=browsers_of(browsers, digest_of(asked.visit.cookie), now_ms=now_ms),
            tokens=[(token.id, token.user, since(token.created_at, now_ms)) for token in tokens[:MOST_TOKENS]],
            least=MIN_CHARACTERS,
        )

    async def take(self, asked: Asked, fields: Mapping[str, str]) -> str:
        """Do what a form asks for."""
        match fields.get("decision"):
            case "add" | "password" | "own" | "disown" | "remove":
                return await self._about_person(asked, fields)
            case "revoke":
                row = await self.ask(RevokeGrant(fields.get("grant", "")), GrantRow)
                return f"The connection of {row.user} with {row.client} has ended: IFTTT can do nothing more."
            case "revoke token":
                token = await self.ask(RevokeToken(fields.get("token", "")), TokenRow)
                return f"The token of {token.user} is worth nothing any more."
            case "end":
                signed_in = await self.ask(EndSignIn(fields.get("browser", "")), SignInRow)
                return f"A browser of {signed_in.user} has been signed out."
            case _:
                raise NoSuchResource("There is no such thing to do.")

    async def _about_person(self, asked: Asked, fields: Mapping[str, str]) -> str:
        name = fields.get("name", "")
        match fields["decision"]:
            case "add":
                return await self._add(name.strip(), fields)
            case "password":
                await self.ask(SetPassword(name, await self._hash(name, fields)), UserRow)
                return (
                    f"{name} has a new password. Browsers in which {name} was signed in are signed out; Applets go on."
                )
            case "own" | "disown" as decision:
                row = await self.ask(SetOwner(name, decision == "own"), UserRow)
                return f"{row.name} is {'now' if row.owner else 'no longer'} an owner."
            case _:
                if name == asked.owner.name:
                    raise BadInput(NOT_YOURSELF)
                await self.ask(RemoveUser(name), UserRow)
                return f"{name} has been removed, with all connections. What the devices did stays in the timeline."

    async def _add(self, name: str, fields: Mapping[str, str]) -> str:
        request = AddUser(name, fields.get("home"), await self._hash(name, fields), fields.get("owner") == "yes")
        row = await self.ask(request, UserRow)
        return f"{row.name} can now sign in, and connect IFTTT."

    async def _hash(self, name: str, fields: Mapping[str, str]) -> str:
        problem = account_problem(name, fields)
        if problem:
            raise BadInput(problem)
        return await self.hashed(fields["password"])


def _first(text: str) -> int:
    """Return from which person on to show, 0 for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0  # noqa: PLR2004 -- a million people
