"""Which configuration is in force, with what follows from it. Knows neither the parts nor when it changes."""

from dataclasses import dataclass, replace

from bridge.configured import entities_of, homes_of
from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Entity
from bridge.errors import ConfigurationError
from bridge.homes.sight import Sights
from bridge.registers import Registers
from bridge.settings import Settings
from bridge.storage.exposure import GivenNames


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings that are in force, the entities they name as people call and expose them, and who sees what."""

    settings: Settings
    catalogue: Catalogue
    sights: Sights


@dataclass(slots=True)
class Current:
    """Holds the configuration in force. Ask each time: it is replaced as a whole when the files are read again."""

    now: Configuration


async def bring_into_force(settings: Settings, registers: Registers, *, now_ms: int) -> Configuration:
    """Bring the database up to settings, and return what follows from them.

    Raises ConfigurationError or StorageUnavailable; then whatever was in force before still can be.
    """
    entities = entities_of(settings)
    await registers.accounts.keep_homes(homes_of(settings))
    foreign = await registers.entities.keep(entities, now_ms=now_ms)
    if foreign:
        raise ConfigurationError(
            [f"devices.{entity}: this id belonged to another home before; choose a new one" for entity in foreign]
        )
    exposure = registers.exposure
    placed, names = await exposure.placed(), await exposure.names()
    hidden = frozenset(each.id for each in placed if not each.exposed)
    catalogue = Catalogue(_as_decided(entity, names.get(entity.device.id), hidden) for entity in entities)
    return Configuration(settings, catalogue, Sights(placed, await exposure.shares()))


def _as_decided(entity: Entity, names: GivenNames | None, hidden: frozenset[str]) -> Entity:
    """Return an entity as people call it, hidden if they hide it."""
    device = entity.device
    if names is not None:
        device = replace(device, name=names.name or device.name, room=device.room if names.room is None else names.room)
    return replace(entity, device=device, exposed=entity.id not in hidden)
