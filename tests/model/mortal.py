"""One life of the bridge: what it may still do to the world, and at which step it is killed.

A killed process does nothing more. Here the objects of a dead bridge stay in memory, so each way out of it ends at its
fate: nothing is written, sent, acknowledged or told any more, whatever its tasks still do while they are cleared away.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Never, TypeVar

from tests.simulator.fortnight.running_bridge import SeenDatabase

T = TypeVar("T")


class Step(StrEnum):
    """Where a kill may strike."""

    BEFORE_WRITING = "before a unit of work"
    BEFORE_COMMIT = "in a unit of work"
    AFTER_COMMIT = "after a commit"
    AFTER_TELLING = "after IFTTT took a notification, before that is known"
    AFTER_PUBLISHING = "after a command has left"


@dataclass(slots=True)
class Fate:
    """`strikes`: the step, and how often it is passed before. `disk_full`: nothing can be written."""

    dead: bool = False
    disk_full: bool = False
    strikes: tuple[Step, int] | None = None

    async def pass_by(self, step: Step) -> None:
        """Come to a step, and perhaps not beyond it."""
        if self.dead or self._is_struck(step):
            await self.end()

    async def end(self) -> Never:
        """Do nothing more."""
        self.dead = True
        await asyncio.get_running_loop().create_future()
        raise AssertionError("the dead do not wake")

    def is_struck(self, step: Step) -> bool:
        """Tell whether this is the step; from now on it is dead then."""
        self.dead = self.dead or self._is_struck(step)
        return self.dead

    def _is_struck(self, step: Step) -> bool:
        if self.strikes is None or self.strikes[0] is not step:
            return False
        if self.strikes[1]:
            self.strikes = (step, self.strikes[1] - 1)
            return False
        return True


class MortalDatabase(SeenDatabase):
    """The real database, whose disk may be full, and whose owner may be killed at any step."""

    fate: Fate

    async def write(self, unit: Callable[[sqlite3.Connection], T], *, durable: bool = True) -> T:
        """Run a unit of work."""
        fate = self.fate
        await fate.pass_by(Step.BEFORE_WRITING)
        fails, dies = fate.disk_full, fate.is_struck(Step.BEFORE_COMMIT)

        def within(connection: sqlite3.Connection) -> T:
            done = unit(connection)
            if fails or dies:
                full = sqlite3.OperationalError("database or disk is full")
                full.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise full
            return done

        try:
            result = await super().write(within, durable=durable)
        except Exception:
            if fate.dead:
                await fate.end()
            raise
        await fate.pass_by(Step.AFTER_COMMIT)
        return result

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Run a question."""
        if self.fate.dead:
            await self.fate.end()
        return await super().read(question)
