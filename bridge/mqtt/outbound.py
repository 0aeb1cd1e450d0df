"""Carrying out commands: written down first, sent once, watched until the device confirms.

Knows how commands are put into messages only through the entity's dialect, and nothing of who asked.
"""

import asyncio
import secrets
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import structlog

from bridge.commands import Command, Outcome, Publication, RecordedCommand, Wish
from bridge.devices.entity import Entity
from bridge.devices.last_known import EntityState, LastKnown
from bridge.errors import BrokerUnavailable, DeliveryUnknown, StorageUnavailable
from bridge.timeline.entry import Entry

CONFIRMATION_S: Final = 10.0
MAX_WATCHED: Final = 1000
NOTE_INTERVAL_S: Final = 0.25

log = structlog.get_logger("bridge.outbound")


class Register(Protocol):
    """Where commands are written down."""

    async def find(self, user: str, request_id: str) -> RecordedCommand | None:
        """Return the command that this request asked for before."""
        ...

    async def record(self, row: RecordedCommand) -> RecordedCommand | None:
        """Write a command down; return the earlier one of the same request instead, if there is one."""
        ...

    async def note(self, outcomes: dict[str, Outcome]) -> None:
        """Note what became of commands."""
        ...


class Sender(Protocol):
    """The way to the broker."""

    async def check_awake(self) -> None:
        """Raise BrokerUnavailable unless the broker answers now."""
        ...

    async def publish(self, publication: Publication) -> None:
        """Send. Raises BrokerUnavailable or DeliveryUnknown."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """A command as somebody gave it, for an entity. `request_id` makes a repetition recognisable."""

    command: Command
    entity: Entity
    user: str
    request_id: str | None


class Outbound:
    """The one path by which commands leave. `clock_ms` gives epoch milliseconds."""

    def __init__(self, register: Register, sender: Sender, known: LastKnown, *, clock_ms: Callable[[], int]) -> None:
        self._register = register
        self._sender = sender
        self._known = known
        self._clock_ms = clock_ms
        self._watched: OrderedDict[str, tuple[Command, float]] = OrderedDict()
        self._outcomes: dict[str, Outcome] = {}
        self._storage_ok = True
        self.counts: defaultdict[Outcome, int] = defaultdict(int)

    async def run(self) -> None:
        """Write down what became of commands, until cancelled."""
        while True:
            await asyncio.sleep(NOTE_INTERVAL_S)
            self._give_up_waiting()
            await self.settle()

    async def settle(self) -> None:
        """Write down what is known by now. What cannot be written stays for the next time."""
        outcomes, self._outcomes = self._outcomes, {}
        if not outcomes:
            return
        try:
            await self._register.note(outcomes)
            self._storage_ok = True
        except StorageUnavailable as error:
            self._outcomes = outcomes | self._outcomes
            if self._storage_ok:
                log.warning("commands.not_noted", reason=str(error))
            self._storage_ok = False

    async def carry_out(self, order: Order) -> str:
        """Send a command and return its id once the broker has it.

        An order given before by the same request is not carried out again. Raises BrokerUnavailable,
        DeliveryUnknown or StorageUnavailable.
        """
        if order.request_id is not None:
            earlier = await self._register.find(order.user, order.request_id)
            if earlier is not None and earlier.outcome is not Outcome.NOT_SENT:
                return earlier.id
        await self._sender.check_awake()
        command = self._absolute(order.command)
        row = RecordedCommand(
            f"c_{secrets.token_hex(12)}", order.user, order.request_id, command, self._clock_ms(), Outcome.PENDING
        )
        earlier = await self._register.record(row)
        if earlier is not None:
            return earlier.id
        await self._send(row, order.entity)
        return row.id

    def observe(self, entries: Sequence[Entry], states: Mapping[str, EntityState]) -> None:  # noqa: ARG002 -- states are enough
        """Recognise the states that commands asked for."""
        for command_id, (command, _) in list(self._watched.items()):
            state = states.get(command.entity)
            if state is not None and state.value == _wanted(command):
                self._settle_as(command_id, Outcome.CONFIRMED)

    async def _send(self, row: RecordedCommand, entity: Entity) -> None:
        self._watch(row)
        try:
            for publication in entity.dialect.write(row.command):
                await self._sender.publish(publication)
        except BrokerUnavailable:
            self._settle_as(row.id, Outcome.NOT_SENT)
            await self.settle()  # now, so that the same request may try again
            raise
        except DeliveryUnknown:
            self._settle_as(row.id, Outcome.UNKNOWN)
            raise
        if self._known.of(row.command.entity).value == _wanted(row.command):
            self._settle_as(row.id, Outcome.CONFIRMED)
        elif row.id in self._watched:
            self._outcomes[row.id] = Outcome.PUBLISHED

    def _absolute(self, command: Command) -> Command:
        """Turn toggling into on or off: what is sent twice by a bad network must not undo itself."""
        if command.wish is not Wish.TOGGLE:
            return command
        is_on = self._known.of(command.entity).value == "on"
        return replace(command, wish=Wish.TURN_OFF if is_on else Wish.TURN_ON)

    def _watch(self, row: RecordedCommand) -> None:
        self._watched[row.id] = (row.command, asyncio.get_running_loop().time() + CONFIRMATION_S)
        while len(self._watched) > MAX_WATCHED:
            self._settle_as(next(iter(self._watched)), Outcome.UNCONFIRMED)

    def _give_up_waiting(self) -> None:
        now = asyncio.get_running_loop().time()
        for command_id, (command, until) in list(self._watched.items()):
            if until > now:
                break
            log.warning("command.unconfirmed", command=command_id, entity=command.entity, wish=command.wish)
            self._settle_as(command_id, Outcome.UNCONFIRMED)

    def _settle_as(self, command_id: str, outcome: Outcome) -> None:
        self._watched.pop(command_id, None)
        self._outcomes[command_id] = outcome
        self.counts[outcome] += 1


def _wanted(command: Command) -> str:
    return "on" if command.wish is Wish.TURN_ON and command.brightness != 0 else "off"
