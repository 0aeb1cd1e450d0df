"""Letting another configuration count while the daemon runs: for all parts at once, one change after the other.

Two things bring one: the files were read again (reload.py), or a person decided something at the desk.
"""

import asyncio
from functools import partial

from bridge.assembly import Ground, Parts
from bridge.configured import policy_of
from bridge.current import bring_into_force
from bridge.settings import Settings


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

    async def _bring(self, settings: Settings) -> None:
        ground, parts = self._ground, self._parts
        before = ground.current.now
        after = await bring_into_force(settings, ground.registers, now_ms=ground.clock_ms())
        await parts.connection.give_up(set(before.catalogue.topics).difference(after.catalogue.topics))
        await parts.inbound.reconfigure(
            after.catalogue, policy_of(after.settings), also=partial(parts.take_over, ground.current, after)
        )
        await parts.connection.follow_topics()
