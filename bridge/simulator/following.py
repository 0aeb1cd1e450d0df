"""One Applet at work: its checks, told and untold, and the runs of its action.

Knows no listener and no other Applet.
"""

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass

from bridge.simulator.applets import Applet, Outcome, Run, Seen, decide
from bridge.simulator.habits import Habits
from bridge.simulator.journal import Check, Gates, Journal
from bridge.simulator.protocol import (
    OK,
    Item,
    ProtocolError,
    is_skip,
    read_action_id,
    read_items,
    read_rows,
    trigger_identity,
)
from bridge.simulator.records import Records
from bridge.simulator.service_client import ServiceClient, new_request_id
from bridge.simulator.steps import Asked, OnCloudStep, Ordered
from bridge.simulator.way import Answer

RUNS_WAITING = 1000
"""How many events may wait for their action; more, and checks wait too."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all Applets of one user share."""

    client: ServiceClient
    habits: Habits
    chance: random.Random
    journal: Journal
    gates: Gates

    @property
    def on_step(self) -> OnCloudStep:
        """Whoever watches."""
        return self.journal.on_step


class Following:
    """Checks one Applet's trigger and runs its action for what is new, in two tasks that its owner starts."""

    def __init__(self, applet: Applet, around: Surroundings, *, source: str, seen: Seen) -> None:
        self.applet = applet
        self.identity = identity_of(applet, around.habits)
        self.checks: Records[Check] = Records()
        self.runs: Records[Run] = Records()
        self.seen = seen
        self._around, self._source = around, source
        self.unfinished = 0
        """How many events wait for their action, or are in the middle of it."""
        self._woken = asyncio.Event()
        self._told = False
        self._told_at_s: float | None = None
        self._waiting: asyncio.Queue[tuple[Item, float]] = asyncio.Queue(RUNS_WAITING)

    def tell(self) -> None:
        """Have the trigger checked at once; told again before that check begins, one check serves both."""
        self._told, self._told_at_s = True, _now_s()
        self._woken.set()

    def wake(self) -> None:
        """Have the trigger checked at once though nobody told, as when the user asks for it."""
        self._woken.set()

    async def keep_checking(self) -> None:
        """Check at once, then whenever told or an interval has passed."""
        habits, gates = self._around.habits, self._around.gates
        while True:
            await gates.online.wait()
            await gates.working.wait()
            self._woken.clear()
            realtime, self._told = self._told, False
            await self.check(realtime=realtime)
            await self._woken_within(habits.pace.pause_s(self._told_at_s, _now_s(), self._around.chance))

    async def keep_running(self) -> None:
        """Run the action for one new event after the other."""
        while True:
            self.runs.add(await self._run(*await self._waiting.get()))
            self.unfinished -= 1

    async def check(self, *, realtime: bool) -> None:
        """Check the trigger now, however many other checks are under way."""
        around = self._around
        answer = await around.client.check(self.applet, identity=self.identity, source=self._source, realtime=realtime)
        listed = self._listed(answer)
        news: tuple[Item, ...] = ()
        if listed is not None:
            decision = decide(self.seen, listed, first_check_marks=around.habits.first_check_marks)
            self.seen, news = decision.seen, decision.to_run
        around.on_step(Asked(time.perf_counter(), self.applet.name, realtime, answer.status, len(news), answer.took_s))
        self.unfinished += len(news)
        for item in news:
            await self._waiting.put((item, _now_s()))
        if listed is not None:
            self.checks.add(Check(realtime, len(listed), len(news)))

    async def _woken_within(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    def _listed(self, answer: Answer) -> list[Item] | None:
        problem = ""
        if answer.status == OK:
            try:
                return read_items(answer.body)
            except ProtocolError as unreadable:
                problem = str(unreadable)
        self._around.journal.failed(self.applet.name, "check", answer=answer, problem=problem)
        return None

    async def _run(self, item: Item, found_s: float) -> Run:
        habits = self._around.habits
        statuses: list[int | None] = []
        outcome: Outcome | None = None
        request_id = new_request_id()
        for attempt, delay_s in enumerate((0.0, *habits.backoff_s), start=1):
            await asyncio.sleep(delay_s)
            await self._around.gates.working.wait()
            if _now_s() - found_s > habits.run_within_s:
                break
            if habits.fresh_request_id_per_try:
                request_id = new_request_id()
            outcome = await self._try(item, attempt, request_id, statuses)
            if outcome is not None:
                break
        return Run(self.applet.name, item, outcome or Outcome.DROPPED, tuple(statuses), found_s, _now_s())

    async def _try(self, item: Item, attempt: int, request_id: str, statuses: list[int | None]) -> Outcome | None:
        """Ask the queries, then run the action; the first that fails ends the try. None: try again."""
        around = self._around
        for query in self.applet.queries:
            answer = await around.client.ask(query, source=self._source)
            if self._answered(answer):
                continue
            statuses.append(answer.status)
            return self._outcome(answer, "query")
        answer = await around.client.order(self.applet, source=self._source, request_id=request_id)
        statuses.append(answer.status)
        around.on_step(Ordered(time.perf_counter(), self.applet.name, item.id, attempt, answer.status, answer.took_s))
        return self._outcome(answer, "action")

    def _answered(self, answer: Answer) -> bool:
        try:
            return answer.status == OK and read_rows(answer.body) is not None
        except ProtocolError:
            return False

    def _outcome(self, answer: Answer, what: str) -> Outcome | None:
        """Return how the run ends with this answer, or None when it is to be tried again."""
        problem = ""
        if answer.status == OK:
            try:
                read_action_id(answer.body) if what == "action" else read_rows(answer.body)
            except ProtocolError as unreadable:
                problem = str(unreadable)
            else:
                return Outcome.DONE
        elif answer.status is not None and is_skip(answer.status, answer.body):
            return Outcome.SKIPPED
        self._around.journal.failed(self.applet.name, what, answer=answer, problem=problem)
        return None


def identity_of(applet: Applet, habits: Habits) -> str:
    """Return the trigger identity of an Applet."""
    return trigger_identity(habits.user, applet.trigger, applet.trigger_fields, service=habits.service)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
