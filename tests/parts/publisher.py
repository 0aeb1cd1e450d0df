"""A device that presses on and on: `mosquitto_pub` fed line by line, so that exactly what it was given is sent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

TICK_S = 0.02


class SteadyPublisher:
    """Publishes with QoS 1 at a steady rate: identical words, and a numbered one now and then to show the order."""

    def __init__(self, process: asyncio.subprocess.Process, per_second: int, numbered_every: int) -> None:
        self._process = process
        self._per_tick = max(1, round(per_second * TICK_S))
        self._numbered_every = numbered_every
        self.sent: list[str] = []

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            for _ in range(self._per_tick):
                self._publish()
            await asyncio.sleep(TICK_S)

    def _publish(self) -> None:
        count = len(self.sent)
        word = f"number_{count}" if count % self._numbered_every == 0 else "double"
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())
        self.sent.append(word)


@contextlib.asynccontextmanager
async def steady_publisher(
    port: int, topic: str, *, per_second: int, numbered_every: int = 7
) -> AsyncIterator[SteadyPublisher]:
    """Publish while the context lasts; at its end everything has reached the broker."""
    process = await asyncio.create_subprocess_exec(
        *("mosquitto_pub", "-p", str(port), "-q", "1", "-l", "-t", topic, "-i", "presses", "-c", "-x", "3600"),
        *("-V", "5"),
        stdin=asyncio.subprocess.PIPE,
    )
    publisher = SteadyPublisher(process, per_second, numbered_every)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(publisher.run())
        try:
            yield publisher
        finally:
            running.cancel()
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()
