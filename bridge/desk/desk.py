"""The desk itself: what each request does. Knows neither the socket nor the command line."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, assert_never

import msgspec

from bridge.desk import devices, people
from bridge.desk.news import News
from bridge.desk.requests import (
    PAGE,
    AddToken,
    AddUser,
    AnyRequest,
    Condition,
    EventPage,
    EventRow,
    Examine,
    ListDevices,
    ListTokens,
    ListUsers,
    ReadEvents,
    RemoveUser,
    RevokeToken,
    SetPassword,
    ShowDevice,
    request_from_bytes,
)
from bridge.devices.catalogue import Catalogue
from bridge.errors import BridgeError
from bridge.homes.user import Home
from bridge.ifttt.ingredients import iso_time
from bridge.storage.accounts import Accounts
from bridge.storage.entities import Entities
from bridge.storage.events import Events
from bridge.timeline.entry import Entry

WAIT_S: Final = 20.0
"""How long an answer that waits for the next event is held back; less than anybody's patience with a silent daemon."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What answers stand on. `forget_user` and `forget_token`: what a daemon has in memory of them must go too.

    `news` and `condition` None: no daemon runs.
    """

    accounts: Accounts
    events: Events
    entities: Entities
    homes: Callable[[], tuple[Home, ...]]
    catalogue: Callable[[], Catalogue]
    clock_ms: Callable[[], int]
    forget_user: Callable[[str], None] = field(default=lambda _user: None)
    forget_tokens: Callable[[], None] = field(default=lambda: None)
    news: News | None = None
    condition: Callable[[], Condition] | None = None

    async def answer(self, content: bytes) -> bytes:
        """Answer a request, both as JSON. Raises BridgeError for what cannot be done."""
        return msgspec.json.encode(await self._answer(request_from_bytes(content)))

    async def _answer(self, request: AnyRequest) -> object:  # noqa: C901, PLR0911 -- a table of requests
        match request:
            case AddUser():
                await self.accounts.keep_homes(self.homes())
                return await people.add_user(self.accounts, request, self.homes(), now_ms=self.clock_ms())
            case ListUsers():
                return await people.list_users(self.accounts)
            case RemoveUser():
                user = await self.accounts.remove_user(request.name)
                self.forget_tokens()
                self.forget_user(user.id)
                return people.row_of(user)
            case SetPassword():
                return people.row_of(await self.accounts.set_password(request.name, request.password_hash))
            case AddToken():
                return await people.add_token(self.accounts, request, now_ms=self.clock_ms())
            case ListTokens():
                return await people.list_tokens(self.accounts, request)
            case RevokeToken():
                token = await people.revoke_token(self.accounts, request)
                self.forget_tokens()
                return token
            case ReadEvents():
                return await self._read_events(request)
            case ListDevices():
                return await devices.list_devices(self.entities, self.catalogue(), request)
            case ShowDevice():
                return await devices.show_device(self.entities, self.catalogue(), request)
            case Examine():
                return self._condition()
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
