"""Devices that announced themselves, as a person decides about them: accepted, corrected, removed.

Knows neither the socket nor the command line, nor how a decision comes to count: whoever asks says so.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from bridge.desk.devices import checked_names
from bridge.desk.permit import Permit
from bridge.desk.requests import (
    AcceptDevices,
    CorrectKind,
    EndPermit,
    ListAnnounced,
    PairingRequest,
    PermitDevices,
    ReadPermit,
    RemoveDevice,
)
from bridge.desk.rows import AbilityRow, AnnouncedRow, PermitPage, UnservedRow
from bridge.devices.catalogue import Catalogue
from bridge.devices.corrections import possible_kinds
from bridge.devices.described import DescribedDevice, DescribedEntity
from bridge.devices.entity import EntityKind
from bridge.devices.merging import DeviceKey
from bridge.devices.pairing import check_kind
from bridge.errors import AccountError
from bridge.homes.user import Home
from bridge.ifttt.ingredients import iso_time
from bridge.storage.exposure import Exposure
from bridge.storage.pairings import KeptDevice, Pairings

Count = Callable[[], Awaitable[None]]
"""Lets count what was written down."""


def _nothing() -> None:
    """Without a daemon no answers are kept."""


@dataclass(frozen=True, slots=True)
class Paired:
    """Answers about devices that announced themselves. `met`: how they are kept; `described`: how they are now.

    `permit` None: no daemon runs. `forget_answers`: what a daemon keeps of answers must go with what is erased.
    """

    pairings: Pairings
    exposure: Exposure
    homes: Callable[[], tuple[Home, ...]]
    met: Callable[[], Mapping[DeviceKey, KeptDevice]]
    catalogue: Callable[[], Catalogue]
    described: Callable[[], Mapping[DeviceKey, DescribedDevice]]
    clock_ms: Callable[[], int]
    permit: Permit | None = None
    forget_answers: Callable[[], None] = _nothing

    async def answer(self, request: PairingRequest, count: Count) -> object:  # noqa: PLR0911 -- a table of requests
        """Answer a request; `count` lets it count. Raises BridgeError."""
        match request:
            case ListAnnounced(waiting=waiting):
                return [self._row(each) for each in self._kept() if not (waiting and each.home is not None)]
            case AcceptDevices():
                return await self._accept(request, count)
            case RemoveDevice(id=device):
                return await self._remove(self.named(device), count)
            case CorrectKind():
                return await self._correct(request, count)
            case PermitDevices(home=home, seconds=seconds):
                permit = self._window()
                return self.page(permit.open(self._home(home), seconds), 0)
            case EndPermit(number=number):
                permit = self._window()
                if permit.number == number:
                    permit.close()
                return self.page(number, 0)
            case ReadPermit(number=number, after=after):
                return self.page(number, after)
            case _:
                assert_never(request)

    def find(self, text: str) -> str:
        """Return the id that a person means by a text: an id as it is, else that of the device of this name.

        A text that is neither is returned as it is. Raises AccountError where several have the name.
        """
        kept = {device.id: device.called for device in self._kept()}
        ours = {entity.device.id: entity.device.name for entity in self.catalogue()}
        if text in kept or text in ours or self.catalogue().owned(text) is not None:
            return text
        wanted = text.casefold()
        found = sorted(device for device, name in {**kept, **ours}.items() if name.casefold() == wanted)
        if len(found) > 1:
            raise AccountError(f"several devices are called {text!r}; give the id of one: {', '.join(found)}")
        return found[0] if found else text

    def named(self, text: str) -> KeptDevice:
        """Return the device that announced itself and that a person means. Raises AccountError."""
        wanted = self.find(text)
        for device in self._kept():
            if device.id == wanted:
                return device
        if any(entity.device.id == wanted for entity in self.catalogue()):
            raise AccountError(f"{wanted!r} stands in the configuration: change it there")
        raise AccountError(
            f"no device {text!r} has announced itself; `ifttt-bridge device list --discovered` shows which have"
        )

    def waiting(self) -> frozenset[str]:
        """Return the ids of the devices that nobody accepted."""
        return frozenset(device.id for device in self._kept() if device.home is None)

    def check_accepted(self, text: str) -> None:
        """Raise AccountError for a device that only was discovered."""
        for device in self._kept():
            if device.id == text and device.home is None:
                raise AccountError(
                    f"{device.called} waits to be accepted; `ifttt-bridge device accept {device.id}` does that"
                )

    def announced(self, device: str) -> AnnouncedRow | None:
        """Return how a device announced itself, None if it did not."""
        return next((self._row(each) for each in self._kept() if each.id == device), None)

    def page(self, number: int, after: int) -> PermitPage:
        """Return what came in through a window, behind so many. One that another took the place of is over."""
        permit = self._window()
        if number != permit.number:
            return PermitPage(number, "", 0.0, ())
        rows = [row for device in permit.accepted[after:] if (row := self.announced(device)) is not None]
        return PermitPage(number, permit.home, permit.left_s, tuple(rows))

    def _kept(self) -> Iterable[KeptDevice]:
        return self.met().values()

    def _window(self) -> Permit:
        if self.permit is None:
            raise AccountError("no daemon runs that could accept devices; start it, or use `device accept`")
        return self.permit

    def _home(self, wanted: str | None) -> str:
        homes = [home.id for home in self.homes()]
        if wanted is None:
            return homes[0]
        if wanted not in homes:
            raise AccountError(f"there is no home {wanted!r} in the configuration")
        return wanted

    async def _accept(self, request: AcceptDevices, count: Count) -> list[AnnouncedRow]:
        devices = [self.named(text) for text in request.ids]
        home, names = self._home(request.home), checked_names(request.name, request.room)
        if len(devices) != 1 and (request.name is not None or request.room is not None):
            raise AccountError("a name and a room are for one device; accept the others by themselves")
        for device in devices:
            await self.pairings.accept(device.id, home, now_ms=self.clock_ms())
            if request.name is not None or request.room is not None:
                await self.exposure.rename(device.id, names)
        await count()
        return [row for device in devices if (row := self.announced(device.id)) is not None]

    async def _remove(self, device: KeptDevice, count: Count) -> AnnouncedRow:
        """Let nothing of it count any more, and erase it only then: nothing can be written about it meanwhile."""
        row = self._row(device)
        await self.pairings.release(device.id)
        await count()
        await self.pairings.erase(device.id)
        self.forget_answers()
        await count()
        return row

    async def _correct(self, request: CorrectKind, count: Count) -> AnnouncedRow:
        device = self.named(request.device)
        described = self.described().get(device.key)
        if described is None or device.home is None:
            raise AccountError(f"{device.called} is not accepted, or describes nothing now; what is it to be?")
        ability = self._ability(device, described, request.entity)
        kind = None if request.kind is None else _kind(request.kind, ability)
        if kind is not None:
            check_kind(ability, kind, described)
        paired = device.entities[ability.id]
        await self.pairings.correct(paired.id, None if kind is ability.kind else kind)
        await count()
        return self.announced(device.id) or self._row(device)

    def _ability(self, device: KeptDevice, described: DescribedDevice, text: str) -> DescribedEntity:
        paired = {source_id: each.id for source_id, each in device.entities.items()}
        exact = [each for each in described.entities if text in (each.id, paired.get(each.id))]
        found = exact or [each for each in described.entities if each.name.casefold() == text.casefold()]
        found = [each for each in found if each.id in paired]
        if len(found) > 1:
            ids = ", ".join(paired[each.id] for each in found)
            raise AccountError(f"{device.called} does several things called {text!r}; give the id of one: {ids}")
        if not found:
            where = f"`ifttt-bridge device show {device.id}` shows what it does"
            raise AccountError(f"{device.called} does nothing called {text!r}; {where}")
        return found[0]

    def _row(self, device: KeptDevice) -> AnnouncedRow:
        described = self.described().get(device.key)
        return AnnouncedRow(
            id=device.id,
            name=device.called,
            model=device.model,
            room=device.placed,
            source=device.key[0],
            source_id=device.key[1],
            home=device.home,
            present=described is not None,
            discovered_at=iso_time(device.discovered_at_ms),
            abilities=() if described is None else tuple(_ability_row(each, device) for each in described.entities),
            unserved=()
            if described is None
            else tuple(UnservedRow(each.what, each.why) for each in described.unserved),
        )


def _ability_row(described: DescribedEntity, device: KeptDevice) -> AbilityRow:
    paired = device.entities.get(described.id)
    corrected = None if paired is None else paired.kind
    return AbilityRow(
        id=None if paired is None else paired.id,
        name=described.name,
        kind=described.kind if corrected is None else corrected,
        unit=described.unit,
        certain=described.certain or corrected is not None,
        minor=described.minor,
        topics=described.dialect.state_topics,
    )


def _kind(text: str, described: DescribedEntity) -> EntityKind:
    try:
        return EntityKind(text)
    except ValueError:
        possible = ", ".join(possible_kinds(described.kind, described.unit)) or "nothing else"
        raise AccountError(f"{text!r} is no kind; this one can be made {possible}") from None
