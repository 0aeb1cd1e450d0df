"""A button that is pressed and pressed, and what of it is in the timeline. What counts as pressed, the broker has."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from tests.parts.daemon import BUTTON_TOPIC, Daemon
from tests.parts.flood import flooding
from tests.parts.waiting import until

TICK_S: Final = 0.02
A_TICK: Final = 10
NUMBERED_EVERY: Final = 7
BURST: Final = 30


@dataclass(frozen=True, slots=True)
class Tally:
    """Of so many presses so many are missing, and so many there more than once; `in_order`: as they were pressed."""

    sent: int
    lost: int
    double: int
    in_order: bool

    @property
    def exact(self) -> bool:
        """Whether each is there once, and all in order."""
        return self.in_order and not self.lost and not self.double

    def __str__(self) -> str:
        return f"{self.lost:,} lost, {self.double:,} double of {self.sent:,}"


@dataclass
class Presses:
    """Presses of the button since the last `begin`. Most say the same; some are numbered, to show the order."""

    port: int
    daemon: Daemon
    sent: list[str] = field(default_factory=list)
    _number: int = 0
    _after_seq: int = 0
    _gate: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def press(self, count: int) -> None:
        """Press so often, and return when the broker has it."""
        async with flooding(self.port) as flood:
            for start in range(0, count, A_TICK):
                words = [self._word() for _ in range(min(A_TICK, count - start))]
                await flood.publish((BUTTON_TOPIC, word) for word in words)
                self.sent += words
                await asyncio.sleep(TICK_S)
            await until(lambda: flood.settled, what="the broker having all presses")

    @contextlib.asynccontextmanager
    async def steadily(self) -> AsyncIterator[None]:
        """Press all the time while the context lasts, but for each `pause`."""
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(self._go_on())
            try:
                yield
                async with self._gate:
                    pass
            finally:
                running.cancel()

    @contextlib.asynccontextmanager
    async def pause(self) -> AsyncIterator[None]:
        """Press no more while the context lasts: what was pressed until now, the broker has."""
        async with self._gate:
            yield

    async def come_in(self, count: int = 50) -> None:
        """Wait until so many more are on disk."""
        before = self.daemon.count_events()
        await until(lambda: self.daemon.count_events() >= before + count, what="presses coming in")

    async def all_in(self, *, but: int = 0) -> Tally:
        """Wait until all are there, `but` for some, and nothing is under way; return what is."""
        with contextlib.suppress(AssertionError):
            await until(lambda: len(self._words()) >= len(self.sent) - but, within_s=30)
        await until(self.daemon.is_ready, within_s=60, what="the daemon being well again")
        return self.tally()

    def tally(self) -> Tally:
        """Compare what was pressed with what is in the timeline."""
        there, sent = Counter(found := self._words()), Counter(self.sent)
        return Tally(len(self.sent), (sent - there).total(), (there - sent).total(), in_order=_in_order(found))

    def begin(self) -> None:
        """Count from here."""
        self.sent.clear()
        with self.daemon.reader() as connection:
            self._after_seq = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]

    async def _go_on(self) -> None:
        while True:
            async with self._gate:
                await self.press(BURST)
            await asyncio.sleep(0)

    def _word(self) -> str:
        self._number += 1
        return f"number_{self._number}" if self._number % NUMBERED_EVERY == 0 else "double"

    def _words(self) -> list[str]:
        with self.daemon.reader() as connection:
            query = "SELECT kind FROM events WHERE seq > ? ORDER BY seq"
            return [kind.removeprefix("button.") for (kind,) in connection.execute(query, (self._after_seq,))]


def _in_order(words: list[str]) -> bool:
    numbers = [int(word.removeprefix("number_")) for word in words if word.startswith("number_")]
    return numbers == sorted(numbers)
