"""One door that says line by line what stands in a file, as fast as the broker takes it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from scripts.benchmarks.home import Broker, door, topic


@contextlib.asynccontextmanager
async def publishing_lines(broker: Broker, lines: Path) -> AsyncIterator[None]:
    """Publish while the context lasts."""
    with lines.open("rb") as source:
        process = await asyncio.create_subprocess_exec(
            *("mosquitto_pub", "-p", str(broker.port), "-q", "1", "-l", "-t", topic(door(0))), stdin=source
        )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
