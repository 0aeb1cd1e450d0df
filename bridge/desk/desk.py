"""The desk itself: what each request does. Knows neither the socket nor the command line."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, assert_never

import msgspec

from bridge.desk.devices import Devices, checked_names
from bridge.desk.grants import Grants
from bridge.desk.news import News
from bridge.desk.people import People
from bridge.desk.requests import (
    PAGE,
    AddToken,
    AddUser,
    AnyRequest,
    Condition,
    DeviceDecision,
    EventPage,
    EventRow,
    Examine,
    ExposeDevice,
    ListDevices,
    ListGrants,
    ListTokens,
    ListUsers,
    ReadEvents,
    RemoveUser,
    RenameDevice,
    RevokeGrant,
    RevokeToken,
    SetPassword,
    ShareDevice,
    ShowDevice,
    request_from_bytes,
)
from bridge.desk.tokens import Tokens
from bridge.devices.catalogue import Catalogue
from bridge.errors import BridgeError
from bridge.homes.user import Home
from bridge.ifttt.ingredients import iso_time
from bridge.storage.accounts import Accounts
from bridge.storage.entities import Entities
from bridge.storage.events import Events
from bridge.storage.exposure import Exposure
from bridge.timeline.entry import Entry

WAIT_S: Final = 20.0
"""How long an answer that waits for the next event is held back; less than anybody's patience with a silent daemon."""


async def _nothing_runs() -> None:
    """Without a daemon there is nobody for whom it must count at once."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What answers stand on. `decided` lets count what was decided here; `forget_user`, `forget_tokens` and
    `forget_sign_ins`: what a daemon has in memory of a user, of tokens, and of a user's browsers must go too.

    `news` and `condition` None: no daemon runs.
    """  # noqa: D205 -- one paragraph

    accounts: Accounts
    events: Events
    entities: Entities
    exposure: Exposure
    grants: Grants
    homes: Callable[[], tuple[Home, ...]]
    catalogue: Callable[[], Catalogue]
    clock_ms: Callable[[], int]
    forget_user: Callable[[str], None] = field(default=lambda _user: None)
    forget_tokens: Callable[[], None] = field(default=lambda: None)
    forget_sign_ins: Callable[[str], None] = field(default=lambda _user: None)
    decided: Callable[[], Awaitable[None]] = _nothing_runs
    news: News | None = None
    condition: Callable[[], Condition] | None = None

    async def answer(self, content: bytes) -> bytes:
        """Answer a request, both as JSON. Raises BridgeError for what cannot be done."""
        return msgspec.json.encode(await self._answer(request_from_bytes(content)))

    async def _answer(self, request: AnyRequest) -> object:  # noqa: PLR0911 -- a table of requests
        match request:
            case AddUser() | ListUsers() | RemoveUser() | SetPassword():
                return await self._people.answer(request)
            case AddToken() | ListTokens() | RevokeToken():
                return await self._tokens.answer(request)
            case ListGrants() | RevokeGrant():
                return await self.grants.answer(request)
            case ReadEvents():
                return await self._read_events(request)
            case ListDevices():
                return await self._devices.listed(request)
            case ShowDevice():
                return await self._devices.shown(request.id)
            case ExposeDevice() | ShareDevice() | RenameDevice():
                await self._decide(request)
                await self.decided()
                return await self._devices.shown(request.id)
            case Examine():
                return self._condition()
            case _:
                assert_never(request)

    @property
    def _people(self) -> People:
        return People(
            self.accounts,
            self.grants,
            self.homes,
            self.clock_ms,
            forget_user=self.forget_user,
            forget_tokens=self.forget_tokens,
            forget_sign_ins=self.forget_sign_ins,
        )

    @property
    def _tokens(self) -> Tokens:
        return Tokens(self.accounts, self.clock_ms, self.forget_tokens)

    @property
    def _devices(self) -> Devices:
        return Devices(self.entities, self.exposure, self.catalogue())

    async def _decide(self, request: DeviceDecision) -> None:
        """Write down what a person decided about a device."""
        if self.news is None:  # no daemon has written down yet which there are
            await self.accounts.keep_homes(self.homes())
            await self.entities.keep(self.catalogue(), now_ms=self.clock_ms())
        match request:
            case ExposeDevice(id=device, exposed=exposed):
                await self.exposure.expose(device, exposed=exposed)
            case ShareDevice(id=device, user=name, shared=shared):
                await self.exposure.share(device, await self.accounts.user_named(name), shared=shared)
            case RenameDevice(id=device, name=name, room=room):
                await self.exposure.rename(device, checked_names(name, room))
            case _:
                assert_never(request)

    async def _read_events(self, request: ReadEvents) -> EventPage:
        news = self.news
        if news is None:
            return EventPage(await self._behind(request), live=False)
        try:
            async with asyncio.timeout(WAIT_S):
                while True:
                    coming = news.next()
                    events = await self._behind(request)
                    if events or news.over or not request.wait:
                        return EventPage(events, live=True)
                    await coming.wait()
        except TimeoutError:
            return EventPage([], live=True)

    async def _behind(self, request: ReadEvents) -> list[EventRow]:
        entries = await self.events.after(request.after, PAGE, home=request.home)
        return [_event_row(entry) for entry in entries]

    def _condition(self) -> Condition:
        if self.condition is None:
            raise BridgeError("no daemon runs that could say how it is")
        return self.condition()


def _event_row(entry: Entry) -> EventRow:
    event = entry.event
    return EventRow(
        id=entry.id,
        seq=entry.seq,
        home=event.home,
        entity=event.entity,
        device=event.device,
        kind=event.kind,
        recorded_at=iso_time(entry.recorded_at_ms),
        offered=entry.offered,
        reason=event.reason,
        ingredients=dict(event.ingredients),
    )
