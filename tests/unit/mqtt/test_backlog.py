"""Where what waited ends: at the bridge's own message, however often it has to be sent, or if none comes through."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from structlog.testing import capture_logs

from bridge.errors import PublicationRefused
from bridge.mqtt.backlog import MARKER_ATTEMPTS, MARKER_REPEAT_S, Backlog
from bridge.mqtt.intake import Intake
from bridge.mqtt.message import Arrival, BacklogEnded, Marker, Message
from bridge.simulator.virtual_time import run_virtually

if TYPE_CHECKING:
    from bridge.mqtt.client import Client

TOPIC = "ifttt-bridge/us/marker"


@dataclass
class FakeClient:
    """Notes what is sent and when. `refuses`: the broker takes nothing. `hears`: other messages come all the time."""

    refuses: bool = False
    hears: bool = False
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    at_s: list[float] = field(default_factory=list)
    on_send: Callable[[bytes], None] = lambda _payload: None
    _heard: int = 0

    @property
    def heard(self) -> int:
        """How much has come in."""
        self._heard += self.hears
        return self._heard

    async def send(self, topic: str, payload: bytes) -> None:
        """Take a message."""
        self.sent.append((topic, payload))
        self.at_s.append(asyncio.get_running_loop().time())
        if self.refuses:
            raise PublicationRefused("not allowed")
        self.on_send(payload)


class Trial:
    """The backlog of connection number 3."""

    def __init__(self, client: FakeClient) -> None:
        self.client, self.intake = client, Intake(100)
        self.backlog = Backlog(3, self.intake, TOPIC)
        self.is_reading = True

    async def mark(self) -> float:
        """Mark its end, and return how long that took."""
        began_s = asyncio.get_running_loop().time()
        await self.backlog.mark(cast("Client", self.client), lambda: self.is_reading)
        return asyncio.get_running_loop().time() - began_s

    def take(self, payload: bytes, *, retained: bool = False, duplicate: bool = False, packet_id: int = 8) -> None:
        """Let a message to ourselves come in."""
        self.backlog.take(Message(3, TOPIC, payload, 1, retained, duplicate=duplicate, packet_id=packet_id))

    async def came(self) -> list[Arrival]:
        """Return what is in the intake."""
        return await self.intake.take(100)


def test_the_first_marker_that_is_back_ends_it() -> None:
    async def play() -> None:
        there = Trial(FakeClient())
        there.client.on_send = there.take
        assert not there.backlog.over.is_set()
        assert await there.mark() == 0.0
        assert there.backlog.over.is_set()
        assert (there.backlog.dropped, there.backlog.unmarked) == (False, False)
        assert await there.came() == [Marker(3, 1, 8), BacklogEnded(3)]
        ((topic, payload),) = there.client.sent
        assert topic == TOPIC
        assert payload.endswith(b"/1")

    run_virtually(play())


def test_a_marker_that_was_dropped_is_sent_again_and_that_something_was_dropped_is_known() -> None:
    async def play() -> None:
        there = Trial(FakeClient())
        there.client.on_send = lambda payload: there.take(payload) if payload.endswith(b"/2") else None
        assert await there.mark() == MARKER_REPEAT_S
        assert (there.backlog.dropped, there.backlog.unmarked) == (True, False)
        assert [payload.rpartition(b"/")[2] for _, payload in there.client.sent] == [b"1", b"2"]
        assert await there.came() == [Marker(3, 1, 8), BacklogEnded(3)]

    run_virtually(play())


def test_all_others_to_ourselves_wait_for_their_acknowledgement_and_end_nothing() -> None:
    async def play() -> None:
        there, other = Trial(FakeClient()), Trial(FakeClient())
        other.client.on_send = lambda payload: there.take(payload, packet_id=1)  # of another life
        await asyncio.wait({asyncio.get_running_loop().create_task(other.mark())}, timeout=0.5)
        there.client.on_send = lambda payload: there.take(payload, retained=True, packet_id=2)
        await asyncio.wait({asyncio.get_running_loop().create_task(there.mark())}, timeout=0.5)
        there.take(b"nonsense", packet_id=3)
        there.take(there.client.sent[0][1].replace(b"/1", b"/1/1"), packet_id=4)
        assert not there.backlog.over.is_set()
        assert await there.came() == [Marker(3, 1, number) for number in (1, 2, 3, 4)]

    run_virtually(play())


def test_what_the_broker_sends_again_of_ours_is_handed_on_as_such() -> None:
    async def play() -> None:
        there = Trial(FakeClient())
        there.take(b"of another life", duplicate=True)
        assert await there.came() == [Marker(3, 1, 8, duplicate=True)]

    run_virtually(play())


def test_the_end_comes_once_however_many_markers_come() -> None:
    async def play() -> None:
        there = Trial(FakeClient())
        there.client.on_send = there.take
        await there.mark()
        there.take(there.client.sent[0][1].replace(b"/1", b"/2"), packet_id=9)
        assert await there.came() == [Marker(3, 1, 8), BacklogEnded(3), Marker(3, 1, 9)]
        assert not there.backlog.dropped, "the first was back: what came later says nothing"

    run_virtually(play())


def test_where_none_comes_back_and_nothing_else_does_it_is_over_after_some_attempts_and_that_is_said() -> None:
    async def play() -> None:
        there = Trial(FakeClient())
        with capture_logs() as logs:
            took_s = await there.mark()
        assert took_s == MARKER_ATTEMPTS * MARKER_REPEAT_S
        assert len(there.client.sent) == MARKER_ATTEMPTS
        assert there.client.at_s == [number * MARKER_REPEAT_S for number in range(MARKER_ATTEMPTS)]
        assert (there.backlog.dropped, there.backlog.unmarked) == (False, True)
        assert await there.came() == [BacklogEnded(3)]
        assert logs == [{"event": "mqtt.marker_missing", "topic": TOPIC, "log_level": "warning"}]

    run_virtually(play())


def test_where_the_broker_refuses_it_is_not_asked_again() -> None:
    async def play() -> None:
        there = Trial(FakeClient(refuses=True))
        assert await there.mark() == MARKER_REPEAT_S
        assert len(there.client.sent) == 1
        assert there.backlog.unmarked

    run_virtually(play())


def test_while_something_comes_in_what_waited_is_not_over() -> None:
    async def play() -> None:
        there = Trial(FakeClient(hears=True))
        task = asyncio.get_running_loop().create_task(there.mark())
        await asyncio.wait({task}, timeout=100)
        assert not there.backlog.over.is_set()
        there.client.hears = False
        await task
        assert there.backlog.unmarked

    run_virtually(play())


def test_while_reading_is_held_up_no_marker_is_sent_and_nothing_is_over() -> None:
    async def play() -> None:
        there = Trial(FakeClient(refuses=True))
        there.is_reading = False
        task = asyncio.get_running_loop().create_task(there.mark())
        await asyncio.wait({task}, timeout=100)
        assert there.client.sent == []
        assert not there.backlog.over.is_set()
        there.is_reading = True
        await task
        assert len(there.client.sent) == 1

    run_virtually(play())


def test_no_other_life_could_guess_the_marker() -> None:
    async def play() -> None:
        tokens = set()
        for _ in range(3):
            there = Trial(FakeClient())
            there.client.on_send = there.take
            await there.mark()
            tokens.add(there.client.sent[0][1])
        assert len(tokens) == 3
        assert all(token.startswith(b"3:") and len(token) >= len("3:/1") + 16 for token in tokens)

    run_virtually(play())
