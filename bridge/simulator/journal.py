"""What is written down while a simulated IFTTT works, and what may keep it from working."""

import asyncio
from dataclasses import dataclass, field

from bridge.simulator.records import Records
from bridge.simulator.steps import OnCloudStep
from bridge.simulator.way import Answer


@dataclass(frozen=True, slots=True)
class Failure:
    """What failed: a check, a try of an action, a query, a deletion, or a check of the user (of no Applet)."""

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
    """What everybody writes into."""

    on_step: OnCloudStep
    failures: Records[Failure] = field(default_factory=Records)

    def failed(self, applet: str, what: str, *, answer: Answer, problem: str = "") -> None:
        """Record a failure."""
        told = problem or answer.problem or f"answered {answer.status}"
        self.failures.add(Failure(applet, what, answer.status, told))


@dataclass(frozen=True, slots=True)
class Gates:
    """Closed, they hold up what comes: `working` everything that IFTTT does, `online` the checks of one user."""

    working: asyncio.Event
    online: asyncio.Event = field(default_factory=asyncio.Event)
