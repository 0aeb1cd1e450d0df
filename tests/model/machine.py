"""The rules: everything that may happen, in any order, each with what must hold right after it."""

import asyncio
import shutil
from collections.abc import Coroutine
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bridge.desk.requests import ExposeDevice, ShareDevice
from bridge.errors import StorageUnavailable
from bridge.simulator.virtual_time import VirtualLoop
from tests.model.account import BELL, DOOR, GATE, LAMP, THERMO
from tests.model.asks import ALWAYS, ASKS, Ask
from tests.model.mortal import Step
from tests.model.world import World

T = TypeVar("T")

MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder with a random name within it
CALM_S = 45 * 60.0
"""Longer than any pause of the notifier: after a refused key, a quarter of an hour."""

DEVICES = (DOOR, GATE, BELL, LAMP)
TIMES_S = (1.0, 20.0, 50.0, 200.0, 1000.0)
KEPT = len(ALWAYS)
LEFT_OPEN_S = 600.0
steps = st.tuples(st.sampled_from((Step.AFTER_COMMIT, *Step)), st.sampled_from((0, 0, 0, 1, 2)))


class Machine(RuleBasedStateMachine):
    """One life of a home with everything that may go wrong around it."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner(loop_factory=VirtualLoop)
        self._folder = Path(mkdtemp(prefix="ifttt-bridge-model-", dir=MEMORY if MEMORY.is_dir() else None))
        self._presses = 0
        self._requests: list[str] = []
        self.world = self._run(self._begun())

    async def _begun(self) -> World:
        world = World(self._folder)
        await world.begin()
        return world

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def teardown(self) -> None:
        """Let everything be well again: then nothing is lost, nothing twice, and all are told."""
        try:
            self._run(self._calm_down())
        finally:
            self._run(self.world.close())
            self._runner.close()
            shutil.rmtree(self._folder)

    async def _calm_down(self) -> None:
        world = self.world
        world.realtime.status = 200
        if not world.is_up:
            await world.start_bridge()
        world.bridge.fate.disk_full = False
        await world.quiet(10.0)
        if not world.broker.attached:
            await world.join()
        await world.quiet(CALM_S)
        world.check()
        self._check_gate()
        for identity in world.identities.values():
            await world.poll(identity)
        world.check_told()

    def _check_gate(self) -> None:
        """A debounced gate goes to and fro. What was too short counts as hidden while it is: then nobody can tell."""
        rows = [row for row in self.world.account.of(GATE) if row.reason != "too short"]
        if all(row.reason != "hidden" for row in rows):
            kinds = [row.kind for row in rows]
            assert all(one != other for one, other in pairwise(kinds)), kinds

    @invariant()
    def holds(self) -> None:
        """Whatever has just happened."""
        self._run(self.world.quiet())
        self.world.check()

    @rule(word=st.sampled_from(("single", "single", "double")), times=st.integers(1, 6))
    def press(self, word: str, times: int) -> None:
        """Press the bell, several times in the same way."""
        for _ in range(times):
            self.world.press(word)

    @rule(times=st.integers(1, 9))
    def press_numbered(self, times: int) -> None:
        """Press the bell, each time in a way of its own."""
        for _ in range(times):
            self._presses += 1
            self.world.press(f"press-{self._presses % 15}")

    @rule(device=st.sampled_from((DOOR, GATE)))
    def move(self, device: str) -> None:
        """Open what is closed, and the other way round."""
        self.world.say(device, "closed" if self.world.states[device] == "open" else "open")

    @rule(device=st.sampled_from((DOOR, GATE, LAMP)))
    def say_again(self, device: str) -> None:
        """Say once more how it is."""
        self.world.say(device, self.world.states[device])

    @rule(degrees=st.sampled_from(("20", "24", "30")))
    def measure(self, degrees: str) -> None:
        """Say a temperature."""
        self.world.say(THERMO, degrees)

    @precondition(lambda self: self.world.is_up and self.world.broker.attached)
    @rule(presses=st.integers(0, 6))
    def cut(self, presses: int) -> None:
        """Lose the connection, while something is under way."""
        for _ in range(presses):
            self.world.press("single")
        self.world.cut()

    @precondition(lambda self: self.world.is_up and not self.world.broker.attached)
    @rule()
    def join(self) -> None:
        """Connect."""
        self._run(self.world.join())

    @rule()
    def broker_saves(self) -> None:
        """Let the broker write its sessions down."""
        self.world.broker.save()

    @precondition(lambda self: not (self.world.is_up and self.world.disk_full))
    @rule(older=st.booleans())
    def broker_crashes(self, older: bool) -> None:  # noqa: FBT001 -- Hypothesis passes by name
        """Let the broker come back from its last save, or with nothing at all."""
        self.world.cut()
        self._run(self.world.quiet())
        if older:
            self.world.broker.come_back_older()
        else:
            self.world.broker.forget_all()

    @precondition(lambda self: self.world.is_up)
    @rule()
    def stop(self) -> None:
        """Stop the bridge in order."""
        self._run(self.world.stop_bridge())

    @precondition(lambda self: self.world.is_up)
    @rule(strikes=steps, presses=st.integers(0, 6), moves=st.booleans())
    def kill(self, strikes: tuple[Step, int], presses: int, moves: bool) -> None:  # noqa: FBT001 -- by name
        """Kill the bridge at a step while something happens."""
        self.world.bridge.fate.strikes = strikes
        for _ in range(presses):
            self.world.press("single")
        if moves:
            self.move(DOOR)
        self._run(self.world.quiet())
        self._run(self.world.kill_bridge())

    @precondition(lambda self: not self.world.is_up)
    @rule()
    def start(self) -> None:
        """Start the bridge, and connect."""
        self._run(self.world.start_bridge())
        self._run(self.world.join())

    @precondition(lambda self: self.world.is_up)
    @rule()
    def disk(self) -> None:
        """Fill the disk, or make room."""
        fate = self.world.bridge.fate
        fate.disk_full = not fate.disk_full
        if not fate.disk_full:
            self._run(self.world.quiet(6.0))  # as long as the bridge may wait before it tries again

    @rule(status=st.sampled_from((200, 200, None, 503, 429, 401)))
    def ifttt(self, status: int | None) -> None:
        """Let the Realtime API be there, away, or refuse."""
        self.world.realtime.status = status

    @precondition(lambda self: self.world.is_up)
    @rule(choice=st.integers(0))
    def poll(self, choice: int) -> None:
        """Let IFTTT ask."""
        identities = [*self.world.identities.values()]
        self._run(self.world.poll(identities[choice % len(identities)]))

    @precondition(lambda self: self.world.is_up)
    @rule(ask=st.sampled_from(ASKS))
    def meet(self, ask: Ask) -> None:
        """Let IFTTT ask with a new identity."""
        if any(self.world.sights.hides(ask.user, entity) for entity in ask.entities):
            return  # it is no choice of the form then
        self._run(self.world.poll_first(ask))

    @precondition(lambda self: self.world.is_up and len(self.world.identities) > KEPT)
    @rule(choice=st.integers(0), again=st.booleans())
    def forget(self, choice: int, again: bool) -> None:  # noqa: FBT001 -- by name
        """Let IFTTT delete an identity, and perhaps come back with it."""
        world = self.world
        identities = [each for each in world.identities.values() if each.ask in ASKS]
        identity = identities[choice % len(identities)]
        self._run(world.forget(identity))
        if (
            again
            and not world.disk_full
            and not any(world.sights.hides(identity.ask.user, entity) for entity in identity.ask.entities)
        ):
            self._run(world.poll_first(identity.ask, identity.text))

    @precondition(lambda self: self.world.is_up)
    @rule(device=st.sampled_from(DEVICES), exposed=st.booleans())
    def expose(self, device: str, exposed: bool) -> None:  # noqa: FBT001 -- by name
        """Hide a device, or show it, and let it speak."""
        self._decide(ExposeDevice(device, exposed))
        if device == BELL:
            self.world.press("single")
        elif device != LAMP:
            self.move(device)

    @precondition(lambda self: self.world.is_up)
    @rule(device=st.sampled_from(DEVICES), shared=st.booleans())
    def share(self, device: str, shared: bool) -> None:  # noqa: FBT001 -- by name
        """Take a device from a user, or share it again."""
        self._decide(ShareDevice(device, "ben", shared))

    def _decide(self, decision: ExposeDevice | ShareDevice) -> None:
        try:
            self._run(self.world.decide(decision))
        except StorageUnavailable:
            assert self.world.disk_full

    @precondition(lambda self: self.world.is_up and not self.world.disk_full)
    @rule()
    def reload(self) -> None:
        """Read the configuration again."""
        self._run(self.world.bridge.takeover.settings(self.world.settings))

    @precondition(lambda self: self.world.is_up)
    @rule(deaf=st.booleans(), again=st.booleans())
    def order(self, deaf: bool, again: bool) -> None:  # noqa: FBT001 -- by name
        """Let IFTTT run an action, by a new request or by the last one again."""
        self._order(deaf=deaf, again=again)

    @precondition(lambda self: self.world.is_up)
    @rule(strikes=steps, again=st.booleans())
    def kill_while_ordering(self, strikes: tuple[Step, int], again: bool) -> None:  # noqa: FBT001 -- by name
        """Kill the bridge at a step of an action, and let IFTTT try again when it is back."""
        self.world.bridge.fate.strikes = strikes
        self._order(deaf=False, again=again)
        if self.world.is_up:
            self._run(self.world.kill_bridge())
        self.start()
        self._order(deaf=False, again=True)

    def _order(self, *, deaf: bool, again: bool) -> None:
        world = self.world
        if not (again and self._requests):
            self._requests.append(f"request-{len(self._requests)}")
        request = self._requests[-1]
        world.deaf = deaf
        before, done = len(world.published), request in world.answers
        status = self._run(world.order(request))
        if status is None:
            return
        if done:
            assert len(world.published) == before, "a request that was carried out is carried out again"
        if not world.broker.attached and not done:
            assert len(world.published) == before, "a command left without a broker"

    @rule(seconds=st.sampled_from((3600.0, -3600.0, 86400.0, -86400.0 * 365)))
    def step_clock(self, seconds: float) -> None:
        """Set the clock. Not on by a month: whoever has not asked for so long is told no more until they ask again."""
        self.world.step_clock(seconds)

    @rule(seconds=st.sampled_from(TIMES_S))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        world = self.world
        rows = world.account.of(DOOR)
        watched = world.all_well and world.states[DOOR] == "open" and rows and rows[-1].kind == "contact.opened"
        opened_by = world.clock_ms()
        self._run(world.quiet(seconds))
        if watched and seconds > LEFT_OPEN_S and rows[-1].recorded_at_ms <= opened_by:
            assert world.left_open()[-1] == 1, "a door that stands open was not told of"
