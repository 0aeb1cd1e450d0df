"""Letting another configuration count while the daemon runs: for all parts at once, one change after the other.

Three things bring one: the files were read again (reload.py), a person decided something at the desk, or devices
described themselves (discovery.py).
"""

import asyncio
from functools import partial
from typing import Final

import structlog

from bridge.assembly import Parts
from bridge.configured import policy_of
from bridge.current import Configuration, bring_into_force, topics_of
from bridge.devices.registry import Registry
from bridge.ground import Ground
from bridge.settings import Settings

MOST_TOLD: Final = 20
"""So many new devices are told of by name at once: whoever may publish may describe as many as they like."""

log = structlog.get_logger("bridge.pairing")


class Takeover:
    """Brings configurations into force."""

    def __init__(self, ground: Ground, parts: Parts) -> None:
        self._ground = ground
        self._parts = parts
        self._one_at_a_time = asyncio.Lock()

    async def settings(self, settings: Settings) -> None:
        """Let these settings count from now on. Raises ConfigurationError or StorageUnavailable: nothing changed."""
        async with self._one_at_a_time:
            await self._bring(settings)

    async def decisions(self) -> None:
        """Let count what people have decided meanwhile. Raises StorageUnavailable."""
        async with self._one_at_a_time:
            await self._bring(self._ground.current.now.settings)

    async def descriptions(self) -> None:
        """Let count what devices have described meanwhile. Raises StorageUnavailable.

        What those accepted by it have said in the last seconds counts for them.
        """
        async with self._one_at_a_time:
            await self._bring(self._ground.current.now.settings, reread=True)

    async def _bring(self, settings: Settings, *, reread: bool = False) -> None:
        ground, parts = self._ground, self._parts
        before, registry = ground.current.now, parts.inbound.registry
        after = await bring_into_force(
            settings, ground.registers, registry, welcome=parts.permit.welcome, now_ms=ground.clock_ms()
        )
        _say(after, registry)
        gone = set(before.catalogue.topics).difference(topics_of(after.catalogue, registry))
        await parts.connection.give_up(gone)
        await parts.inbound.reconfigure(
            after.catalogue,
            policy_of(after.settings),
            also=partial(self._count, after, _unknown_now(before, after)),
            reread=reread,
        )
        await parts.connection.follow_topics(_to_hear_again(before, after))
        parts.permit.came_in(after.met.accepted)

    def _count(self, after: Configuration, unknown: frozenset[str]) -> None:
        self._ground.known.forget(unknown)
        self._parts.take_over(self._ground.current, after)


def _to_hear_again(before: Configuration, after: Configuration) -> frozenset[str]:
    """Return where what the broker keeps is news for somebody: for who is new there, or of another kind."""
    known = {entity.id: entity.kind for entity in before.catalogue}
    new = (entity for entity in after.catalogue if known.get(entity.id) is not entity.kind)
    return frozenset(topic for entity in new for topic in entity.dialect.state_topics)


def _unknown_now(before: Configuration, after: Configuration) -> frozenset[str]:
    """Return the entities of which nothing is known any more: those of another kind now, and of removed devices."""
    stay = {device.id for device in after.met.devices.values() if device.home is not None}
    removed = {device.id for device in before.met.devices.values() if device.home is not None} - stay
    changed = (
        entity.id
        for entity in before.catalogue
        if entity.device.id in removed
        or ((now := after.catalogue.owned(entity.id)) is not None and now.kind is not entity.kind)
    )
    return frozenset(changed)


def _say(after: Configuration, registry: Registry) -> None:
    """Tell of each device that is new: of some, where many come at once."""
    new = {*after.met.discovered, *after.met.accepted}
    if not new:
        return
    found = [(key, each) for key, each in after.met.devices.items() if each.id in new and key in registry.devices]
    for key, device in found[:MOST_TOLD]:
        event = "device.discovered" if device.home is None else "device.accepted"
        log.info(event, id=device.id, name=device.called, source=key[0], home=device.home)
    if len(found) > MOST_TOLD:
        log.info("device.more", count=len(found) - MOST_TOLD, note="`ifttt-bridge device list` shows all of them")
