"""What outgoing commands need: a register without a database, a broker that does as it is told, a device."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from bridge.commands import Command, Outcome, Publication, RecordedCommand, Wish
from bridge.devices.entity import Device, Entity, EntityKind
from bridge.devices.reading import Reading
from bridge.errors import BrokerUnavailable, StorageUnavailable

Reaction = Callable[[Publication], None]
"""What a device does when a message reaches it."""


class FakeRegister:
    """Keeps rows in memory, by the rules of `storage/commands.py`. `steps` is shared with the sender: what came when.

    `failing` names methods that raise StorageUnavailable. `hold_notes` keeps notes waiting before they are written.
    """

    def __init__(self, steps: list[str] | None = None) -> None:
        self.steps = [] if steps is None else steps
        self.rows: dict[str, RecordedCommand] = {}
        self.failing: set[str] = set()
        self.notes: list[dict[str, Outcome]] = []
        self._notes_go_on = asyncio.Event()
        self._notes_go_on.set()

    def hold_notes(self) -> None:
        """Let notes wait until `release_notes`."""
        self._notes_go_on.clear()

    def release_notes(self) -> None:
        """Let notes be written."""
        self._notes_go_on.set()

    async def find(self, user: str, request_id: str) -> RecordedCommand | None:
        """Return the row of a request."""
        await asyncio.sleep(0)
        self._fail("find")
        return next((row for row in self.rows.values() if (row.user, row.request_id) == (user, request_id)), None)

    async def record(self, row: RecordedCommand) -> RecordedCommand | None:
        """Keep a row; return the earlier one of the same request, unless that was not sent."""
        await asyncio.sleep(0)
        self._fail("record")
        if row.request_id is not None:
            earlier = await self.find(row.user, row.request_id)
            if earlier is not None and earlier.outcome is not Outcome.NOT_SENT:
                return earlier
            if earlier is not None:
                del self.rows[earlier.id]
        self.rows[row.id] = row
        self.steps.append("row")
        return None

    async def note(self, outcomes: dict[str, Outcome]) -> None:
        """Note outcomes; those of rows that are gone are nobody's."""
        self.notes.append(dict(outcomes))
        await self._notes_go_on.wait()
        self._fail("note")
        for command_id, outcome in outcomes.items():
            if command_id in self.rows:
                self.rows[command_id] = replace(self.rows[command_id], outcome=outcome)

    def _fail(self, method: str) -> None:
        if method in self.failing:
            raise StorageUnavailable("database: disk full")


class FakeSender:
    """A broker. `asleep`: it does not answer probes. `trouble` is raised by publishing number so-and-so (from 0)."""

    def __init__(self, steps: list[str] | None = None) -> None:
        self.steps = [] if steps is None else steps
        self.asleep = False
        self.trouble: dict[int, Exception] = {}
        self.sent: list[Publication] = []
        self.reaction: Reaction = lambda _publication: None
        self._attempts = 0
        self._acknowledging = asyncio.Event()
        self._acknowledging.set()

    def hold(self) -> None:
        """Keep acknowledgements back until `release`."""
        self._acknowledging.clear()

    def release(self) -> None:
        """Acknowledge again."""
        self._acknowledging.set()

    async def check_awake(self) -> None:
        """Raise BrokerUnavailable while asleep."""
        await asyncio.sleep(0)
        self.steps.append("probe")
        if self.asleep:
            raise BrokerUnavailable("the broker does not answer")

    async def publish(self, publication: Publication) -> None:
        """Take a message and let the device react, unless it is gone; then acknowledge or raise."""
        self.steps.append("publish")
        trouble = self.trouble.get(self._attempts)
        self._attempts += 1
        if not isinstance(trouble, BrokerUnavailable):
            self.sent.append(publication)
            self.reaction(publication)
        await self._acknowledging.wait()
        if trouble is not None:
            raise trouble


class Plainly:
    """A dialect that writes one message for each of its topics."""

    def __init__(self, *topics: str) -> None:
        self._topics = topics

    @property
    def state_topics(self) -> tuple[str, ...]:
        """None: nobody listens here."""
        return ()

    def read(self, topic: str, payload: bytes) -> Reading | None:  # noqa: ARG002 -- nothing is ever said
        """Return nothing."""
        return None

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Write the wish. Like every dialect it counts on toggling being decided."""
        if command.wish is Wish.TOGGLE:
            raise AssertionError("a dialect was asked to toggle")
        return tuple(Publication(topic, command.wish.encode()) for topic in self._topics)


def lamp(name: str = "lamp", *topics: str) -> Entity:
    """Return a light that takes its commands on these topics, on one of its own without any."""
    device = Device(name, "home", name)
    return Entity(name, device, EntityKind.LIGHT, Plainly(*(topics or (f"home/{name}/set",))))
