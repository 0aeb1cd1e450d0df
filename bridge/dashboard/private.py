"""The private listener: which path is answered by what. Knows neither what is measured nor how health is found out."""

from collections.abc import Sequence

from aiohttp import web

from bridge.dashboard.exposition import CONTENT_TYPE, Family, exposition
from bridge.dashboard.health import Health, answer_health


async def answer_private(health: Health, families: Sequence[Family], request: web.BaseRequest) -> web.StreamResponse:
    """Answer `/metrics`, and what is asked about health."""
    if request.path == "/metrics" and request.method in {"GET", "HEAD"}:
        return web.Response(body=exposition(families), headers={"Content-Type": CONTENT_TYPE})
    return await answer_health(health, request)
