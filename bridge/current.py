"""Which configuration is in force, with what follows from it. Knows neither the parts nor when it changes."""

from dataclasses import dataclass, replace
from typing import Final

import structlog

from bridge.configured import broker_of, entities_of, homes_of, own_topics_of
from bridge.conventions import conventions_of
from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Entity, EntityKind
from bridge.devices.pairing import catalogued
from bridge.devices.registry import Registry
from bridge.errors import ConfigurationError
from bridge.homes.sight import Sights
from bridge.registers import Registers
from bridge.settings import Settings
from bridge.storage.exposure import GivenNames
from bridge.storage.meeting import Met, Welcome
from bridge.storage.pairings import pairings_of

OWN_TREE: Final = "ifttt-bridge/"
"""Where bridges speak of themselves, and nothing else does."""

log = structlog.get_logger("bridge.pairing")


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings that are in force, the entities that there are, as people call and expose them, and who sees what.

    `met`: the devices that have announced themselves.
    """

    settings: Settings
    catalogue: Catalogue
    sights: Sights
    met: Met


@dataclass(slots=True)
class Current:
    """Holds the configuration in force. Ask each time: it is replaced as a whole when the files are read again."""

    now: Configuration


async def bring_into_force(
    settings: Settings, registers: Registers, registry: Registry, *, welcome: Welcome | None = None, now_ms: int
) -> Configuration:
    """Bring the database up to settings and to what devices describe, and return what follows from them.

    `welcome`: what is accepted where the settings leave that to people. Raises ConfigurationError or
    StorageUnavailable; then whatever was in force before still can be.
    """
    await registers.accounts.keep_homes(homes_of(settings))
    met = await registers.meetings.meet(
        registry.devices, registry.shadowed, welcome or welcome_of(settings), now_ms=now_ms
    )
    entities = entities_of(settings) + _paired(settings, registry, met)
    foreign = await registers.entities.keep(entities, now_ms=now_ms)
    if foreign:
        raise ConfigurationError(
            [f"devices.{entity}: this id belonged to another home before; choose a new one" for entity in foreign]
        )
    exposure = registers.exposure
    placed, names = await exposure.placed(), await exposure.names()
    hidden = frozenset(each.id for each in placed if not each.exposed)
    catalogue = Catalogue(_as_decided(entity, names.get(entity.device.id), hidden) for entity in entities)
    return Configuration(settings, catalogue, Sights(placed, await exposure.shares()), met)


async def registry_of(settings: Settings, registers: Registers) -> Registry:
    """Return the devices that have described themselves before. Raises ConfigurationError or StorageUnavailable."""
    own = (*own_topics_of(broker_of(settings)), OWN_TREE)
    registry = Registry(conventions_of(settings), await registers.descriptions.all(), own_topics=own)
    for refusal in registry.refused:
        log.warning("description.refused", source=refusal.source, reason=refusal.reason)
    for fault in registry.faults:
        log.error("description.broken", source=fault.source, error=type(fault.error).__name__)
    return registry


def welcome_of(settings: Settings) -> Welcome | None:
    """Return what is accepted without anybody being asked."""
    return Welcome(settings.homes[0].id, waiting=True) if settings.pairing.accept == "all" else None


def _paired(settings: Settings, registry: Registry, met: Met) -> list[Entity]:
    """Return the entities of devices that were accepted into homes that there are."""
    homes = {home.id for home in settings.homes}
    pairings = pairings_of(met.devices, registry.devices)
    entities = catalogued(registry.devices, {key: each for key, each in pairings.items() if each.home in homes})
    unlocked = frozenset(settings.pairing.allow_unlock)
    return [
        replace(each, can_unlock=True) if each.kind is EntityKind.LOCK and each.device.id in unlocked else each
        for each in entities
    ]


def _as_decided(entity: Entity, names: GivenNames | None, hidden: frozenset[str]) -> Entity:
    """Return an entity as people call it, hidden if they hide it."""
    exposed = entity.id not in hidden
    if names is None and entity.exposed == exposed:
        return entity
    device = entity.device
    if names is not None:
        device = replace(device, name=names.name or device.name, room=device.room if names.room is None else names.room)
    return replace(entity, device=device, exposed=exposed)


def topics_of(catalogue: Catalogue, registry: Registry) -> tuple[str, ...]:
    """Return all to subscribe to, sorted: where entities speak, and where devices describe themselves."""
    described = registry.filters
    return tuple(sorted({*catalogue.topics, *described})) if described else catalogue.topics
