"""Is the daemon alive, and which of its parts work? Knows the parts only by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec
from aiohttp import web


@dataclass(frozen=True, slots=True)
class Health:
    """What is asked: `started` once everything was set up, and for each part whether it works."""

    started: Callable[[], bool]
    parts: Mapping[str, Callable[[], bool]]

    def report(self) -> dict[str, bool]:
        """Return each part by name."""
        return {name: works() for name, works in self.parts.items()}


async def answer_health(health: Health, request: web.BaseRequest) -> web.StreamResponse:
    """Answer `/livez` (the process is up) and `/readyz` (200, or 503 with each part named)."""
    if request.method not in {"GET", "HEAD"}:
        return web.Response(text="Not found", status=404)
    match request.path:
        case "/livez":
            return web.Response(text="alive\n")
        case "/readyz":
            report = health.report()
            ready = health.started() and all(report.values())
            body = msgspec.json.encode({"ready": ready, "parts": report})
            return web.Response(body=body, status=200 if ready else 503, content_type="application/json")
        case _:
            return web.Response(text="Not found", status=404)
