"""Answers about the devices of all homes as they are just now, for whoever looks at the house.

From what a running daemon has in memory; of the database only what happened, in bounded pages. Searching a thousand
devices happens on a thread: no event waits for it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from bridge.desk.closely import Closely
from bridge.desk.house_rows import DevicePage, HouseDevice, HousePage, WindowRow
from bridge.desk.met import minor_of, new_of, waiting_of
from bridge.desk.paired import Paired
from bridge.desk.requests import HouseQuestion, ReadDevice, ReadHouse
from bridge.desk.rows import AnnouncedRow
from bridge.desk.standing import Lately, device_of
from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Entity
from bridge.errors import NoSuchResource
from bridge.homes.user import Home
from bridge.storage.accounts import Accounts
from bridge.storage.events import Events
from bridge.storage.exposure import Exposure
from bridge.storage.readings import Readings

DEVICES_SHOWN: Final = 100
WAITING_SHOWN: Final = 12
CAME_IN_SHOWN: Final = 20
NEW_FOR_MS: Final = 10 * 60 * 1000


@dataclass(frozen=True, slots=True)
class House:
    """Answers. `lately`: what was heard; `clock_ms` gives epoch milliseconds."""

    accounts: Accounts
    events: Events
    exposure: Exposure
    readings: Readings
    paired: Paired
    homes: Callable[[], tuple[Home, ...]]
    catalogue: Callable[[], Catalogue]
    lately: Lately
    clock_ms: Callable[[], int]

    async def answer(self, request: HouseQuestion) -> HousePage | DevicePage:
        """Answer. Raises NoSuchResource for a device that there is not."""
        return await (self._device(request.id) if isinstance(request, ReadDevice) else self._page(request))

    async def _page(self, request: ReadHouse) -> HousePage:
        found = await asyncio.to_thread(self._found, request.search)
        start = max(0, request.start)
        shown = found[start : start + DEVICES_SHOWN]
        paired, waiting_start = self.paired, max(0, request.waiting)
        waiting = waiting_of(paired.met(), paired.described(), request.search)
        rows = (paired.announced(each.id) for each in waiting[waiting_start : waiting_start + WAITING_SHOWN])
        return HousePage(
            devices=await self._rows(shown),
            start=start,
            count=len(found),
            waiting=tuple(row for row in rows if row is not None),
            waiting_start=waiting_start,
            waiting_count=len(waiting),
            window=self._window(),
            homes=self._home_names(),
            now_ms=self.clock_ms(),
        )

    def _home_names(self) -> dict[str, str]:
        return {home.id: home.name for home in self.homes()}

    def _found(self, search: str) -> list[list[Entity]]:
        """Return what each device does whose name or room has a text in it: by home, room and name; no room is last."""
        devices: defaultdict[str, list[Entity]] = defaultdict(list)
        for entity in self.catalogue():
            devices[entity.device.id].append(entity)
        for gateway in self.paired.waiting():  # of one that nobody accepted only its connection is followed
            devices.pop(gateway, None)
        wanted = search.casefold()
        homes = {home: number for number, home in enumerate(self._home_names())}

        def place(entities: list[Entity]) -> tuple[int, bool, str, str, str]:
            it = entities[0].device
            return homes.get(it.home, len(homes)), not it.room, it.room.casefold(), it.name.casefold(), it.id

        found = (each for each in devices.values() if _is_called(each[0], wanted))
        return sorted(found, key=place)

    async def _rows(self, shown: Iterable[list[Entity]]) -> tuple[HouseDevice, ...]:
        chosen = {entities[0].device.id: entities for entities in shown}
        by_home: defaultdict[str, list[str]] = defaultdict(list)
        for device, entities in chosen.items():
            by_home[entities[0].home].append(device)
        latest = {
            device: entry
            for home, devices in by_home.items()
            for device, entry in (await self.events.last_of(home, devices)).items()
        }
        paired, now_ms = self.paired, self.clock_ms()
        minor = minor_of(paired.met(), paired.described(), chosen.keys())
        new = new_of(paired.met(), now_ms - NEW_FOR_MS)
        return tuple(
            device_of(entities, self.lately, latest.get(device), minor=minor, new=device in new)
            for device, entities in chosen.items()
        )

    def _window(self) -> WindowRow | None:
        """Return the window, while it is open and while what came in by it is new."""
        permit = self.paired.permit
        if permit is None or not permit.number:
            return None
        newest = permit.accepted[-CAME_IN_SHOWN:]
        rows = [row for device in newest if (row := self.paired.announced(device)) is not None]
        if not permit.left_s and new_of(self.paired.met(), self.clock_ms() - NEW_FOR_MS).isdisjoint(newest):
            return None
        names = tuple((row.id, row.name) for row in rows)
        return WindowRow(permit.number, permit.home, permit.left_s, len(permit.accepted), names)

    async def _device(self, device: str) -> DevicePage:
        announced = self.paired.announced(device)
        if announced is not None and announced.home is None:
            return self._unused(announced)
        entities = [each for each in self.catalogue() if each.device.id == device]
        if not entities:
            if announced is None:
                raise NoSuchResource("There is no such device.")
            return self._unused(announced)
        (row,) = await self._rows([entities])
        close = Closely(self.accounts, self.events, self.exposure, self.readings, self.paired, self.lately)
        return await close.look(row, entities, announced, self._home_names(), self.clock_ms())

    def _unused(self, announced: AnnouncedRow) -> DevicePage:
        """Return a device of which nothing is followed: it waits, or describes nothing that is served."""
        row = HouseDevice(
            id=announced.id,
            name=announced.name,
            room=announced.room,
            home=announced.home or "",
            things=(),
            seen_ms=None,
            battery=None,
            low=False,
            online=None,
            exposed=False,
            latest=None,
            new=False,
        )
        now_ms = self.clock_ms()
        return DevicePage(row, announced, (), (), (), self._home_names(), now_ms, now_ms)


def _is_called(entity: Entity, wanted: str) -> bool:
    return wanted in entity.device.name.casefold() or wanted in entity.device.room.casefold()
