"""Devices and what is known of them, as a person asks for them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from bridge.desk.requests import ListDevices
from bridge.desk.rows import DeviceRow
from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Entity
from bridge.devices.last_known import NOTHING_KNOWN, EntityState
from bridge.errors import AccountError
from bridge.ifttt.ingredients import iso_time
from bridge.storage.entities import Entities
from bridge.storage.exposure import Exposure, GivenNames

MAX_NAME_CHARACTERS: Final = 100


@dataclass(frozen=True, slots=True)
class Devices:
    """Answers about devices. The catalogue has what there is, the database what is known and was decided."""

    entities: Entities
    exposure: Exposure
    catalogue: Catalogue

    async def listed(self, request: ListDevices) -> list[DeviceRow]:
        """Return the devices, by home and name."""
        rows = await self._rows(entity for entity in self.catalogue if request.home in {None, entity.home})
        return sorted(rows, key=lambda row: (row.home, row.name.casefold(), row.id))

    async def shown(self, device: str) -> DeviceRow:
        """Return one device, or one thing that a device does. Raises AccountError.

        Of a device that does several things: how it is called, and whether anything of it is seen.
        """
        exact = self.catalogue.owned(device)
        if exact is not None:
            return (await self._rows([exact]))[0]
        rows = await self.of(device)
        if not rows:
            raise no_such_device(device)
        name = next(entity.device.name for entity in self.catalogue if entity.device.id == device)
        seen = any(row.exposed for row in rows)
        return msgspec.structs.replace(rows[0], id=device, name=name, exposed=seen, state=None, since=None)

    async def of(self, device: str) -> list[DeviceRow]:
        """Return all that a device does."""
        return await self._rows(entity for entity in self.catalogue if entity.device.id == device)

    async def _rows(self, entities: Iterable[Entity]) -> list[DeviceRow]:
        chosen = list(entities)
        states, names = await self.entities.states(), await self.exposure.names()
        hidden = {each.id for each in await self.exposure.placed() if not each.exposed}
        taken_away = await self.exposure.taken_away(entity.device.id for entity in chosen)
        return [
            _row(
                entity,
                states.get(entity.id, NOTHING_KNOWN),
                names.get(entity.device.id, GivenNames(None, None)),
                exposed=entity.id not in hidden,
                not_shared_with=tuple(taken_away.get(entity.device.id, ())),
            )
            for entity in chosen
        ]


def checked_names(name: str | None, room: str | None) -> GivenNames:
    """Return names as they are kept. Raises AccountError for what is no name."""
    for what, text in (("name", name), ("room", room)):
        if text is not None and (len(text) > MAX_NAME_CHARACTERS or not text.isprintable()):
            raise AccountError(f"the {what} must be one line of at most {MAX_NAME_CHARACTERS} characters")
    if name is not None and not name.strip():
        raise AccountError("the name is empty")
    return GivenNames(None if name is None else name.strip(), None if room is None else room.strip())


def _row(
    entity: Entity, state: EntityState, names: GivenNames, *, exposed: bool, not_shared_with: tuple[str, ...]
) -> DeviceRow:
    return DeviceRow(
        id=entity.id,
        name=_called(entity, names),
        home=entity.home,
        room=entity.device.room if names.room is None else names.room,
        kind=entity.kind.value,
        state=state.value,
        since=None if state.since_ms is None else iso_time(state.since_ms),
        brightness=state.brightness,
        presses=state.presses,
        topics=entity.dialect.state_topics,
        exposed=exposed,
        not_shared_with=not_shared_with,
        device=entity.device.id,
        unit=entity.unit,
    )


def no_such_device(device: str) -> AccountError:
    """Say that there is none."""
    return AccountError(f"there is no device {device!r}; `ifttt-bridge device list` shows which there are")


def _called(entity: Entity, names: GivenNames) -> str:
    device = replace(entity.device, name=names.name or entity.device.name)
    return replace(entity, device=device).label
