"""What the daemon stands between: the broker, which may be its own, and the addresses where it listens."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from aiohttp import web

from bridge.errors import CannotListen
from bridge.settings import Address, Settings
from bridge.web.crowd import Crowd
from bridge.web.obstacle import obstacle
from bridge.web.server import listening

Answer = Callable[[web.BaseRequest], Coroutine[None, None, web.StreamResponse]]

log = structlog.get_logger("bridge.app")


@asynccontextmanager
async def broker_at(settings: Settings) -> AsyncIterator[int]:
    """Run the embedded broker if it is asked for, and give the port to connect to."""
    if not settings.mqtt.url.embedded:
        yield settings.mqtt.url.port
        return
    from bridge.mqtt.embedded import EmbeddedBroker  # noqa: PLC0415 -- a home with Mosquitto does without its weight

    async with EmbeddedBroker(port=settings.mqtt.url.port) as broker:
        log.warning("mqtt.embedded_broker", port=broker.port, note="for trials only: a home runs Mosquitto")
        yield broker.port


async def listen(
    listeners: AsyncExitStack,
    section: str,
    address: Address,
    answer: Answer,
    broken: Callable[[int], None] = lambda _status: None,
    crowd: Crowd | None = None,
) -> int:
    """Listen as long as `listeners` lasts, and return the port. Raises CannotListen, with the section to look at."""
    try:
        return await listeners.enter_async_context(
            listening(answer, address.host, address.port, broken=broken, crowd=crowd)
        )
    except OSError as error:
        raise CannotListen(f"[{section}] listen: cannot listen on {address}: {obstacle(error)}") from error
