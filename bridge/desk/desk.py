"""The desk itself: what each request does. Knows neither the socket nor the command line."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, assert_never

import msgspec

from bridge.desk.devices import Devices, checked_names
from bridge.desk.event_rows import event_row
from bridge.desk.grants import Grants
from bridge.desk.news import News
from bridge.desk.paired import Paired
from bridge.desk.people import People
from bridge.desk.requests import (
    PAGE,
    AddToken,
    AddUser,
    AnyRequest,
    DeviceDecision,
    EndSignIn,
    Examine,
    ExposeDevice,
    JourneyRequest,
    ListApplets,
    ListDevices,
    ListGrants,
    ListSignIns,
    ListTokens,
    ListUsers,
    PairingRequest,
    ReadDevice,
    ReadEvents,
    ReadHouse,
    ReadPermit,
    ReadRestore,
    ReadSetupCode,
    ReadTimeline,
    RemoveUser,
    RenameDevice,
    RestoreCopy,
    RevokeGrant,
    RevokeToken,
    SetOwner,
    SetPassword,
    ShareDevice,
    ShowDevice,
    Trace,
    request_from_bytes,
)
from bridge.desk.rows import Condition, DeviceRow, EventPage, EventRow, PermitPage, RestoreState, SetupCodeRow, Shown
from bridge.desk.tokens import Tokens
from bridge.devices.catalogue import Catalogue
from bridge.errors import BridgeError
from bridge.homes.user import Home
from bridge.oauth.grants import Moment
from bridge.storage.accounts import Accounts
from bridge.storage.entities import Entities
from bridge.storage.events import Events
from bridge.storage.exposure import Exposure
from bridge.storage.sign_ins import SignIns

if TYPE_CHECKING:
    from bridge.desk.house import House
    from bridge.desk.journeys import Journeys

WAIT_S: Final = 20.0
"""How long an answer that waits for the next event is held back; less than anybody's patience with a silent daemon."""


async def _nothing_runs() -> None:
    """Without a daemon there is nobody for whom it must count at once."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What answers stand on. `decided` lets count what was decided here; `forget_user`, `forget_tokens` and
    `forget_sign_ins`: what a daemon has in memory of a user, of tokens, and of a user's browsers must go too.

    `journeys` and `house` are made when somebody asks. `prepare` comes before what is asked about devices: where no
    daemon has written down which there are. `now`: by the wall clock, and by how long the bridge has run. `news`,
    `condition`, `restore`, `setup_code` and `house` None: no daemon runs.
    """  # noqa: D205 -- one paragraph

    accounts: Accounts
    sign_ins: SignIns
    events: Events
    entities: Entities
    exposure: Exposure
    grants: Grants
    paired: Paired
    journeys: Callable[[], "Journeys"]
    homes: Callable[[], tuple[Home, ...]]
    catalogue: Callable[[], Catalogue]
    now: Callable[[], Moment]
    forget_user: Callable[[str], None] = field(default=lambda _user: None)
    forget_tokens: Callable[[], None] = field(default=lambda: None)
    forget_sign_ins: Callable[[str], None] = field(default=lambda _user: None)
    prepare: Callable[[], Awaitable[None]] = _nothing_runs
    decided: Callable[[], Awaitable[None]] = _nothing_runs
    news: News | None = None
    condition: Callable[[], Condition] | None = None
    restore: Callable[[RestoreCopy | ReadRestore], RestoreState] | None = None
    setup_code: Callable[[], Awaitable[SetupCodeRow]] | None = None
    house: Callable[[], "House"] | None = None

    async def answer(self, content: bytes) -> bytes:
        """Answer a request, both as JSON. Raises BridgeError for what cannot be done."""
        return msgspec.json.encode(await self.ask(request_from_bytes(content)))

    async def ask(self, request: AnyRequest) -> object:  # noqa: PLR0911 -- a table of requests
        """Answer a request with rows. Raises BridgeError for what cannot be done."""
        match request:
            case AddUser() | ListUsers() | RemoveUser() | SetPassword() | SetOwner() | ListSignIns() | EndSignIn():
                return await self._people.answer(request)
            case AddToken() | ListTokens() | RevokeToken():
                return await self._tokens.answer(request)
            case ListGrants() | RevokeGrant():
                return await self.grants.answer(request)
            case ReadEvents():
                return await self._read_events(request)
            case Examine() | RestoreCopy() | ReadRestore():
                return self._of_daemon(request)
            case ReadHouse() | ReadDevice():
                if self.house is None:
                    raise BridgeError("no daemon runs that could say how the devices are")
                return await self.house().answer(request)
            case ReadSetupCode():
                if self.setup_code is None:
                    raise BridgeError("no daemon runs; it prints the set-up code in its log when it starts")
                return await self.setup_code()
            case _:
                await self.prepare()
                return await self._about_devices(request)

    async def _about_devices(
        self, request: ListDevices | ShowDevice | DeviceDecision | PairingRequest | JourneyRequest
    ) -> object:
        match request:
            case ReadTimeline() | Trace() | ListApplets():
                return await self.journeys().answer(request)
            case ListDevices():
                waiting = self.paired.waiting()  # of a gateway that nobody accepted it is followed whether it is there
                return [row for row in await self._devices.listed(request) if row.device not in waiting]
            case ShowDevice(id=text):
                return await self._show(self.paired.find(text))
            case ExposeDevice() | ShareDevice() | RenameDevice():
                device = self.paired.find(request.id)
                await self._decide(request, device)
                await self.decided()
                return await self._decided_row(device)
            case ReadPermit(number=number, after=after):
                return await self._read_permit(number, after)
            case _:
                return await self.paired.answer(request, self.decided)

    async def _show(self, device: str) -> Shown:
        announced = self.paired.announced(device)
        if announced is not None:
            return Shown(tuple(await self._devices.of(device)), announced)
        return Shown((await self._devices.shown(device),), None)

    async def _decided_row(self, device: str) -> DeviceRow:
        """Return a device after a decision. One that waits has nothing but a name."""
        waits = self.paired.announced(device)
        if waits is None or waits.home is not None:
            return await self._devices.shown(device)
        return DeviceRow(device, waits.name, "", waits.room, "", None, None, None, (), (), exposed=False)

    @property
    def _people(self) -> People:
        return People(
            self.accounts,
            self.sign_ins,
            self.grants,
            self.homes,
            self.now,
            forget_user=self.forget_user,
            forget_tokens=self.forget_tokens,
            forget_sign_ins=self.forget_sign_ins,
        )

    @property
    def _tokens(self) -> Tokens:
        return Tokens(self.accounts, lambda: self.now().wall_ms, self.forget_tokens)

    @property
    def _devices(self) -> Devices:
        return Devices(self.entities, self.exposure, self.catalogue())

    async def _decide(self, request: DeviceDecision, device: str) -> None:
        """Write down what a person decided about a device."""
        if not isinstance(request, RenameDevice):
            self.paired.check_accepted(device)
        match request:
            case ExposeDevice(exposed=exposed):
                await self.exposure.expose(device, exposed=exposed)
            case ShareDevice(user=name, shared=shared):
                await self.exposure.share(device, await self.accounts.user_named(name), shared=shared)
            case RenameDevice(name=name, room=room):
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

    async def _read_permit(self, number: int, after: int) -> PermitPage:
        """Answer when something came in, when the window is over, or before anybody loses patience."""
        news, page = self.news, self.paired.page(number, after)
        give_up_s = time.monotonic() + WAIT_S
        while news is not None and page.left_s and not page.accepted and not news.over:
            coming, left_s = news.next(), min(page.left_s, give_up_s - time.monotonic())
            if left_s <= 0:
                break
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await coming.wait()
            page = self.paired.page(number, after)
        return page

    async def _behind(self, request: ReadEvents) -> list[EventRow]:
        entries = await self.events.after(request.after, PAGE, home=request.home)
        return [event_row(entry) for entry in entries]

    def _of_daemon(self, request: Examine | RestoreCopy | ReadRestore) -> Condition | RestoreState:
        if self.condition is None or self.restore is None:
            raise BridgeError("no daemon runs that could say how it is, or put a copy in place")
        return self.condition() if isinstance(request, Examine) else self.restore(request)
