"""A device that presses on and on: `mosquitto_pub` fed line by line, so that exactly what it was given is sent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

TICK_S = 0.02
NUMBERED_EVERY = 7


def press_word(number: int) -> str:
    """Return identical words, and a numbered one now and then to show the order."""
    return f"number_{number}" if number % NUMBERED_EVERY == 0 else "double"


class SteadyPublisher:
    """Publishes with QoS 1 at a steady rate. `word` gives what is said, by its number."""

    def __init__(self, process: asyncio.subprocess.Process, per_second: int, word: Callable[[int], str]) -> None:
        self._process = process
        self._per_tick = max(1, round(per_second * TICK_S))
        self._word = word
        self.sent: list[str] = []

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            for _ in range(self._per_tick):
                self._publish()
            await asyncio.sleep(TICK_S)

    def _publish(self) -> None:
        word = self._word(len(self.sent))
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())
        self.sent.append(word)


@contextlib.asynccontextmanager
async def steady_publisher(
    port: int, topic: str, *, per_second: int, word: Callable[[int], str] = press_word
) -> AsyncIterator[SteadyPublisher]:
    """Publish while the context lasts; at its end everything has reached the broker."""
    process = await asyncio.create_subprocess_exec(
        *("mosquitto_pub", "-p", str(port), "-q", "1", "-l", "-t", topic, "-V", "5"),
        *("-i", f"publisher-of-{topic}", "-c", "-x", "3600"),
        stdin=asyncio.subprocess.PIPE,
    )
    publisher = SteadyPublisher(process, per_second, word)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(publisher.run())
        try:
            yield publisher
        finally:
            running.cancel()
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()
