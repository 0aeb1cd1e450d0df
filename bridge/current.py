"""Which configuration is in force, with what follows from it. Knows neither the parts nor when it changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.configured import entities_of, homes_of
from bridge.devices.catalogue import Catalogue
from bridge.errors import ConfigurationError
from bridge.registers import Registers
from bridge.settings import Settings


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings that are in force, the entities they name, and for each home the ids of all it has or ever had."""

    settings: Settings
    catalogue: Catalogue
    once_known: Mapping[str, frozenset[str]]


@dataclass(slots=True)
class Current:
    """Holds the configuration in force. Ask each time: it is replaced as a whole when the files are read again."""

    now: Configuration


async def bring_into_force(settings: Settings, registers: Registers, *, now_ms: int) -> Configuration:
    """Bring the database up to settings, and return what follows from them.

    Raises ConfigurationError or StorageUnavailable; then whatever was in force before still can be.
    """
    homes, catalogue = homes_of(settings), Catalogue(entities_of(settings))
    before = {home.id: await registers.entities.once_known(home.id) for home in homes}
    await registers.accounts.keep_homes(homes)
    foreign = await registers.entities.keep(catalogue, now_ms=now_ms)
    if foreign:
        raise ConfigurationError(
            [f"devices.{entity}: this id belonged to another home before; choose a new one" for entity in foreign]
        )
    once_known = {home: ids.union(each.id for each in catalogue if each.home == home) for home, ids in before.items()}
    return Configuration(settings, catalogue, once_known)
