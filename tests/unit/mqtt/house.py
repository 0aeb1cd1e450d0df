"""A house to command: an outbound path with its register, its broker and what is known of the devices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bridge.commands import Command, Outcome, Wish
from bridge.devices.entity import Entity
from bridge.devices.last_known import EntityState, LastKnown
from bridge.mqtt.outbound import CONFIRMATION_S, Order, Outbound
from tests.fakes.commands import FakeRegister, FakeSender, lamp

ON, OFF = EntityState("on"), EntityState("off")


class House:
    """One lamp, off unless `known` says otherwise. `steps`: what was done in which order."""

    def __init__(self, known: EntityState | None = OFF, *, confirmation_s: float = CONFIRMATION_S) -> None:
        self.steps: list[str] = []
        self.known = LastKnown({} if known is None else {"lamp": known})
        self.register = FakeRegister(self.steps)
        self.sender = FakeSender(self.steps)
        self.outbound = Outbound(
            self.register, self.sender, self.known, clock_ms=lambda: 1_700_000, confirmation_s=confirmation_s
        )

    async def order(
        self, wish: Wish = Wish.TURN_ON, *, request_id: str | None = None, entity: Entity | None = None
    ) -> str:
        """Carry an order out as the first user gave it."""
        entity = entity or lamp()
        return await self.outbound.carry_out(Order(Command("home", entity.id, wish), entity, "u_1", request_id))

    def report(self, state: EntityState, entity: str = "lamp") -> None:
        """Let a device report its state, as committed by the inbound path."""
        self.known.replace({entity: state})
        self.outbound.observe((), {entity: state})

    async def outcome(self, command_id: str) -> Outcome:
        """Return what is written down of a command by now."""
        await self.outbound.settle()
        return self.register.rows[command_id].outcome

    @property
    def words(self) -> list[bytes]:
        """What the broker was handed."""
        return [publication.payload for publication in self.sender.sent]


@asynccontextmanager
async def running(house: House) -> AsyncIterator[None]:
    """Let outcomes be written down by themselves."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(house.outbound.run())
        try:
            yield
        finally:
            task.cancel()
