"""Carrying out commands: written down first, sent once, watched until the device confirms.

Knows how commands are put into messages only through the entity's dialect, and nothing of who asked.
"""

import asyncio
import secrets
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final, Protocol, assert_never

import structlog

from bridge.commands import Command, Outcome, Publication, RecordedCommand, Wish
from bridge.devices.covers import CLOSED, OPEN, STARTED_FROM
from bridge.devices.entity import Entity
from bridge.devices.last_known import EntityState, LastKnown
from bridge.errors import BadInput, BrokerUnavailable, DeliveryUnknown, StorageUnavailable, TemporarilyUnavailable
from bridge.timeline.entry import Entry

CONFIRMATION_S: Final = 10.0
MAX_WATCHED: Final = 1000
NOTE_INTERVAL_S: Final = 0.25
POSITION_TOLERANCE: Final = 2  # percent: motors stop nearly where they were told to, and scales of lamps are rounded

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
    """A command as somebody gave it, for an entity; None for a message that is for no entity.

    `request_id` makes a repetition recognisable. `availability`: the entity that says whether the device can be
    reached, None if nobody says.
    """

    command: Command
    entity: Entity | None
    user: str
    request_id: str | None
    availability: str | None = None


class Outbound:
    """The one path by which commands leave.

    `clock_ms` gives epoch milliseconds; `confirmation_s` is how long a device may take to report what was asked for.
    """

    def __init__(
        self,
        register: Register,
        sender: Sender,
        known: LastKnown,
        *,
        clock_ms: Callable[[], int],
        confirmation_s: float = CONFIRMATION_S,
    ) -> None:
        self._register = register
        self._sender = sender
        self._known = known
        self._clock_ms = clock_ms
        self._confirmation_s = confirmation_s
        self._under_way: dict[tuple[str, str], asyncio.Event] = {}
        self._watched: OrderedDict[str, tuple[Command, float]] = OrderedDict()
        self._outcomes: dict[str, Outcome] = {}
        self._noting = asyncio.Lock()
        self._curious: set[asyncio.Event] = set()
        self._storage_ok = True
        self._silent: set[str] = set()
        self.counts: defaultdict[Outcome, int] = defaultdict(int)

    async def run(self) -> None:
        """Write down what became of commands, until cancelled."""
        while True:
            await asyncio.sleep(NOTE_INTERVAL_S)
            self._give_up_waiting()
            await self.settle()

    async def settle(self) -> None:
        """Write down what is known by now. What cannot be written stays for the next time."""
        try:
            await self._note()
        except StorageUnavailable as error:
            if self._storage_ok:
                log.warning("commands.not_noted", reason=str(error))
            self._storage_ok = False
        else:
            if not self._storage_ok:
                log.info("commands.noted_again")
            self._storage_ok = True

    async def carry_out(self, order: Order) -> str:
        """Send a command and return its id once the broker has it.

        An order given before by the same request is not carried out again. Raises BrokerUnavailable,
        DeliveryUnknown or StorageUnavailable; TemporarilyUnavailable for a device that is offline, BadInput for one
        that cannot or must not do what is asked.
        """
        async with self._alone(order):
            earlier = await self._earlier(order)
            if earlier is not None:
                return earlier.id
            await self._sender.check_awake()
            command = self._absolute(order.command)
            publications = self._messages(replace(order, command=command))
            row = RecordedCommand(
                f"c_{secrets.token_hex(12)}", order.user, order.request_id, command, self._clock_ms(), Outcome.PENDING
            )
            earlier = await self._write_down(row)
            if earlier is not None:
                return earlier.id
            await self._send(row, publications)
            return row.id

    async def confirmed(self, command: Command, *, within_s: float) -> bool:
        """Tell whether a device is as a command asks for, as soon as it is, at the latest then."""
        changed = asyncio.Event()
        self._curious.add(changed)
        try:
            async with asyncio.timeout(within_s):
                while not _is_so(self._known.of(command.entity), command):
                    await changed.wait()
                    changed.clear()
        except TimeoutError:
            return False
        finally:
            self._curious.discard(changed)
        return True

    def observe(self, entries: Sequence[Entry], states: Mapping[str, EntityState]) -> None:  # noqa: ARG002 -- states are enough
        """Recognise the states that commands asked for."""
        for each in self._curious:
            each.set()
        for command_id, (command, _) in list(self._watched.items()):
            state = states.get(command.entity)
            if state is not None and _confirms(state, command):
                self._settle_as(command_id, Outcome.CONFIRMED)
                if command.entity in self._silent:
                    self._silent.remove(command.entity)
                    log.info("command.confirmed_again", command=command_id, entity=command.entity)

    @asynccontextmanager
    async def _alone(self, order: Order) -> AsyncIterator[None]:
        """Let a repetition wait for the request that it repeats: before that is done nobody knows the answer."""
        if order.request_id is None:
            yield
            return
        request = (order.user, order.request_id)
        while request in self._under_way:
            await self._under_way[request].wait()
        done = self._under_way[request] = asyncio.Event()
        try:
            yield
        finally:
            del self._under_way[request]
            done.set()

    async def _earlier(self, order: Order) -> RecordedCommand | None:
        """Return what the same request asked for before, unless it never left the house."""
        if order.request_id is None:
            return None
        async with self._noting:  # else the row may be read before an outcome is noted, and memory after
            row = await self._register.find(order.user, order.request_id)
        if row is None or self._outcomes.get(row.id, row.outcome) is not Outcome.NOT_SENT:
            return row
        await self._note()  # the register must know it too, else it takes the repetition for done
        return None

    async def _write_down(self, row: RecordedCommand) -> RecordedCommand | None:
        try:
            return await self._register.record(row)
        except asyncio.CancelledError:  # who asked waits no longer, and the row may be on its way to the disk
            self._outcomes[row.id] = Outcome.NOT_SENT
            raise

    async def _send(self, row: RecordedCommand, publications: Sequence[Publication]) -> None:
        if row.command.publication is None:
            self._watch(row)  # from now on: a device may be quicker than the broker's acknowledgement
        outcome = Outcome.UNKNOWN  # unless it is known better in the end
        try:
            await self._publish(publications)
            outcome = Outcome.PUBLISHED
        except BrokerUnavailable:
            outcome = Outcome.NOT_SENT
            raise
        finally:
            self._sent(row, outcome)

    async def _publish(self, publications: Sequence[Publication]) -> None:
        """Send the messages of one command. Raises BrokerUnavailable only if none of them has left."""
        for number, publication in enumerate(publications):
            try:
                await self._sender.publish(publication)
            except BrokerUnavailable as error:
                if number == 0:
                    raise
                raise DeliveryUnknown("the broker took only a part of the command") from error

    def _sent(self, row: RecordedCommand, outcome: Outcome) -> None:
        if row.command.publication is not None:  # no device will say anything: this is how it ended
            self._outcomes[row.id] = outcome
            self.counts[outcome] += 1
        elif outcome is not Outcome.PUBLISHED:
            self._settle_as(row.id, outcome)
        elif _confirms(self._known.of(row.command.entity), row.command):
            self._settle_as(row.id, Outcome.CONFIRMED)
        elif row.id in self._watched:
            self._outcomes[row.id] = Outcome.PUBLISHED

    async def _note(self) -> None:
        """Write down what is known by now. Raises StorageUnavailable, and then has forgotten nothing."""
        async with self._noting:
            outcomes = dict(self._outcomes)
            if not outcomes:
                return
            await self._register.note(outcomes)
            for command_id, outcome in outcomes.items():
                if self._outcomes[command_id] is outcome:  # else something newer has become known meanwhile
                    del self._outcomes[command_id]

    def _messages(self, order: Order) -> tuple[Publication, ...]:
        """Put an order into messages. To a device that is known to be offline it would go nowhere, or too late."""
        entity = order.entity
        if order.command.publication is not None:
            return (order.command.publication,)
        if entity is None:
            raise ValueError("a command for no entity must be a publication")
        name = entity.device.name
        if order.command.wish is Wish.UNLOCK and not entity.can_unlock:
            raise BadInput(f"Your home does not allow {name} to be unlocked.", skip=True)
        publications = entity.dialect.write(order.command)
        if not publications:
            raise BadInput(f"{name} cannot do that.", skip=True)
        if order.availability is not None and self._known.of(order.availability).value == "offline":
            raise TemporarilyUnavailable(f"{name} is offline.")
        return publications

    def _absolute(self, command: Command) -> Command:
        """Turn toggling into on or off: what is sent twice by a bad network must not undo itself."""
        if command.wish is not Wish.TOGGLE:
            return command
        is_on = self._known.of(command.entity).value == "on"
        return replace(command, wish=Wish.TURN_OFF if is_on else Wish.TURN_ON)

    def _watch(self, row: RecordedCommand) -> None:
        self._watched[row.id] = (row.command, asyncio.get_running_loop().time() + self._confirmation_s)
        while len(self._watched) > MAX_WATCHED:
            self._settle_as(next(iter(self._watched)), Outcome.UNCONFIRMED)

    def _give_up_waiting(self) -> None:
        now = asyncio.get_running_loop().time()
        for command_id, (command, until) in list(self._watched.items()):
            if until > now:
                break
            if command.entity not in self._silent:
                self._silent.add(command.entity)  # bounded: only what is configured is commanded
                log.warning("command.unconfirmed", command=command_id, entity=command.entity, wish=command.wish)
            self._settle_as(command_id, Outcome.UNCONFIRMED)

    def _settle_as(self, command_id: str, outcome: Outcome) -> None:
        """Note how a command ended. What is known first stands, but one that never left has not been confirmed."""
        watched = self._watched.pop(command_id, None)
        if watched is not None or outcome is Outcome.NOT_SENT:
            self._outcomes[command_id] = outcome
            self.counts[outcome] += 1


def _confirms(state: EntityState, command: Command) -> bool:
    """Tell whether a state is what a command asked for. A cover that was told to stop confirms by standing still."""
    if command.wish is Wish.SET_POSITION and state.position is not None:
        return state.value not in STARTED_FROM and abs(state.position - (command.position or 0)) <= POSITION_TOLERANCE
    return state.value in _wanted(command)


def _is_so(state: EntityState, command: Command) -> bool:
    """Tell whether a state is what a command asked for, in its brightness too where the device tells that."""
    if not _confirms(state, command):
        return False
    if not command.brightness or state.brightness is None:
        return True
    return abs(state.brightness - command.brightness) <= POSITION_TOLERANCE


def _wanted(command: Command) -> tuple[str, ...]:  # noqa: PLR0911 -- a table of wishes
    """Return the states of which any confirms a command."""
    match command.wish:
        case Wish.TURN_ON if command.brightness != 0:
            return ("on",)
        case Wish.TURN_ON | Wish.TURN_OFF:
            return ("off",)
        case Wish.LOCK:
            return ("locked",)
        case Wish.UNLOCK:
            return ("unlocked",)
        case Wish.OPEN:
            return (OPEN,)
        case Wish.CLOSE:
            return (CLOSED,)
        case Wish.SET_POSITION:
            return (OPEN,) if command.position else (CLOSED,)
        case Wish.STOP:
            return (OPEN, CLOSED)
        case Wish.TOGGLE | Wish.PUBLISH:
            return ()  # toggling was decided before, and a message that is for nobody is confirmed by nobody
        case _:
            assert_never(command.wish)
