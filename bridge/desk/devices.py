"""Devices and what is known of them, as a person asks for them."""

from bridge.desk.requests import DeviceRow, ListDevices, ShowDevice
from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Entity
from bridge.devices.last_known import NOTHING_KNOWN, EntityState
from bridge.errors import AccountError
from bridge.ifttt.ingredients import iso_time
from bridge.storage.entities import Entities


async def list_devices(entities: Entities, catalogue: Catalogue, request: ListDevices) -> list[DeviceRow]:
    """Return the devices, by home and name."""
    states = await entities.states()
    rows = [_row(entity, states.get(entity.id, NOTHING_KNOWN)) for entity in catalogue]
    chosen = [row for row in rows if request.home in {None, row.home}]
    return sorted(chosen, key=lambda row: (row.home, row.name.casefold(), row.id))


async def show_device(entities: Entities, catalogue: Catalogue, request: ShowDevice) -> DeviceRow:
    """Return one device. Raises AccountError."""
    for entity in catalogue:
        if entity.id == request.id:
            states = await entities.states()
            return _row(entity, states.get(entity.id, NOTHING_KNOWN))
    raise AccountError(f"there is no device {request.id!r}; `ifttt-bridge device list` shows which there are")


def _row(entity: Entity, state: EntityState) -> DeviceRow:
    return DeviceRow(
        id=entity.id,
        name=entity.device.name,
        home=entity.home,
        room=entity.device.room,
        kind=entity.kind.value,
        state=state.value,
        since=None if state.since_ms is None else iso_time(state.since_ms),
        brightness=state.brightness,
        presses=state.presses,
        topics=entity.dialect.state_topics,
    )
