"""One Applet at work: its checks, told and untold, and the runs of its action.

Knows no listener and no other Applet.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field

from bridge.simulator.applets import Applet, Outcome, Run, Seen, decide
from bridge.simulator.habits import Habits
from bridge.simulator.protocol import (
    OK,
    UNAUTHORIZED,
    Item,
    ProtocolError,
    is_skip,
    read_action_id,
    read_items,
    trigger_identity,
)
from bridge.simulator.records import Records
from bridge.simulator.service_client import Answer, ServiceClient, new_request_id
from bridge.simulator.steps import Asked, OnCloudStep, Ordered

RUNS_WAITING = 1000
"""How many events may wait for their action; more, and checks wait too."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A check, a try of an action or a deletion that failed."""

    applet: str
    what: str
    status: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class Check:
    """A successful check: how many events were listed, and for how many of them the action is run."""

    realtime: bool
    listed: int
    new: int


@dataclass(slots=True)
class Journal:
    """What all Applets of one user write into."""

    on_step: OnCloudStep
    failures: Records[Failure] = field(default_factory=Records)
    user_is_offline: bool = False

    def failed(self, applet: Applet, what: str, *, answer: Answer, problem: str = "") -> None:
        """Record a failure; a 401 also takes the user offline."""
        if answer.status == UNAUTHORIZED:
            self.user_is_offline = True
        told = problem or answer.problem or f"answered {answer.status}"
        self.failures.add(Failure(applet.name, what, answer.status, told))


class Following:
    """Checks one Applet's trigger and runs its action for what is new, in two tasks that its owner starts."""

    def __init__(
        self,
        applet: Applet,
        client: ServiceClient,
        *,
        habits: Habits,
        chance: random.Random,
        journal: Journal,
        source: str,
    ) -> None:
        self.applet = applet
        self.identity = trigger_identity(habits.user, applet.trigger, applet.trigger_fields)
        self.checks: Records[Check] = Records()
        self.runs: Records[Run] = Records()
        self._client, self._habits, self._chance, self._journal = client, habits, chance, journal
        self._source = source
        self._seen = Seen()
        self._told = asyncio.Event()
        self._waiting: asyncio.Queue[Item] = asyncio.Queue(RUNS_WAITING)

    def tell(self) -> None:
        """Have the trigger checked at once; told again before that check begins, one check serves both."""
        self._told.set()

    async def keep_checking(self) -> None:
        """Check at once, then whenever told or an interval has passed."""
        realtime = False
        while True:
            await self._check(realtime=realtime)
            realtime = await self._told_within(self._chance.uniform(*self._habits.interval_s))

    async def keep_running(self) -> None:
        """Run the action for one new event after the other."""
        while True:
            self.runs.add(await self._run(await self._waiting.get()))

    async def _told_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._told.wait()
        except TimeoutError:
            return False
        self._told.clear()
        return True

    async def _check(self, *, realtime: bool) -> None:
        answer = await self._client.check(self.applet, identity=self.identity, source=self._source, realtime=realtime)
        listed = self._listed(answer)
        news: tuple[Item, ...] = ()
        if listed is not None:
            decision = decide(self._seen, listed, first_check_marks=self._habits.first_check_marks)
            self._seen, news = decision.seen, decision.to_run
        self._journal.on_step(
            Asked(time.perf_counter(), self.applet.name, realtime, answer.status, len(news), answer.took_s)
        )
        for item in news:
            await self._waiting.put(item)
        if listed is not None:
            self.checks.add(Check(realtime, len(listed), len(news)))

    def _listed(self, answer: Answer) -> list[Item] | None:
        problem = ""
        if answer.status == OK:
            try:
                return read_items(answer.body)
            except ProtocolError as unreadable:
                problem = str(unreadable)
        self._journal.failed(self.applet, "check", answer=answer, problem=problem)
        return None

    async def _run(self, item: Item) -> Run:
        statuses: list[int | None] = []
        request_id = new_request_id()
        for attempt, delay_s in enumerate((0.0, *self._habits.backoff_s), start=1):
            await asyncio.sleep(delay_s)
            if self._habits.fresh_request_id_per_try:
                request_id = new_request_id()
            answer = await self._client.order(self.applet, source=self._source, request_id=request_id)
            statuses.append(answer.status)
            self._journal.on_step(
                Ordered(time.perf_counter(), self.applet.name, item.id, attempt, answer.status, answer.took_s)
            )
            outcome = self._outcome(answer)
            if outcome is not None:
                return Run(self.applet.name, item, outcome, tuple(statuses))
        return Run(self.applet.name, item, Outcome.DROPPED, tuple(statuses))

    def _outcome(self, answer: Answer) -> Outcome | None:
        """Return how the run ends with this answer, or None when it is to be tried again."""
        problem = ""
        if answer.status == OK:
            try:
                read_action_id(answer.body)
            except ProtocolError as unreadable:
                problem = str(unreadable)
            else:
                return Outcome.DONE
        elif answer.status is not None and is_skip(answer.status, answer.body):
            return Outcome.SKIPPED
        self._journal.failed(self.applet, "action", answer=answer, problem=problem)
        return None
