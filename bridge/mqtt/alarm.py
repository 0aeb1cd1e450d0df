"""Looks at the clock, and says to the inbound path when something falls due. Knows neither what, nor what comes of it.

What is due is decided on the one path by which events enter, in turn with the messages: this only wakes it.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from bridge.mqtt.intake import Intake
from bridge.mqtt.message import Due

LOOK_AGAIN_S: Final = 60.0
"""Due moments are times of the clock, and the clock may be set: no sleep is longer than this."""


class Alarm:
    """Sleeps until the next due moment. `live`: whether all is heard that happens; `clock_ms`: epoch milliseconds."""

    def __init__(
        self,
        intake: Intake,
        *,
        live: Callable[[], bool],
        clock_ms: Callable[[], int],
        was_set: Callable[[int], bool] = lambda _now_ms: False,
        look_again_s: float = LOOK_AGAIN_S,
    ) -> None:
        self._intake = intake
        self._live = live
        self._clock_ms = clock_ms
        self._was_set = was_set
        self._look_again_s = look_again_s
        self._stirred = asyncio.Event()
        self._asked = False

    def stir(self) -> None:
        """Work out anew when something falls due next."""
        self._stirred.set()

    def ask(self) -> None:
        """Look at what is due even though nothing may be: somebody waits for something else than before."""
        self._asked = True
        self._stirred.set()

    async def run(self, next_due_ms: Callable[[int], int | None]) -> None:
        """Wake the inbound path until cancelled. What is due is said once: its commit stirs us again."""
        while True:
            self._stirred.clear()
            now_ms = self._clock_ms()
            sleep_s = self._sleep_s(next_due_ms(now_ms), now_ms)
            if self._asked or self._was_set(now_ms) or (sleep_s == 0.0 and self._live()):
                self._asked = False
                self._intake.put(Due(self._live()))
                sleep_s = None
            elif sleep_s == 0.0:  # nobody knows what holds now: the end of the backlog will say
                sleep_s = self._look_again_s
            await self._sleep(sleep_s)

    def _sleep_s(self, due_ms: int | None, now_ms: int) -> float | None:
        if due_ms is None:
            return None
        return min(max(0.0, (due_ms - now_ms) / 1000), self._look_again_s)

    async def _sleep(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stirred.wait()
        except TimeoutError:
            pass
