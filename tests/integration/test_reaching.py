"""A request to the public address comes back to this bridge, or it is said in words what stands in between."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from aiohttp import web

from bridge.dashboard.setup_steps import Looked
from bridge.errors import NotAuthorized
from bridge.reaching import Reaching
from bridge.web.caller import TestTokens
from bridge.web.credentials import ServiceKeys
from bridge.web.echo import Echo
from bridge.web.envelope import respond_with_error
from bridge.web.server import listening
from bridge.web.setup import SetupEndpoints

KEY: Final = "a-service-key-for-tests"
NOW_MS: Final = 1_770_000_000_000
Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def bridge(echo: Echo) -> AsyncIterator[str]:
    """Run what answers about the service, and give its address."""
    endpoints = SetupEndpoints(ServiceKeys([KEY]), TestTokens(lambda: 0.0), clock_ms=lambda: NOW_MS, echo=echo)

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        try:
            return endpoints.status(request)
        except NotAuthorized as error:
            return respond_with_error(str(error), 401)

    async with listening(answer, "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def proxy_to(url: str, forwarded: Callable[[web.BaseRequest], tuple[str, dict[str, str]]]) -> AsyncIterator[str]:
    """Run a proxy that passes on what `forwarded` says of a request: a path, and headers."""
    async with aiohttp.ClientSession() as session:

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            path, headers = forwarded(request)
            async with session.get(f"{url}{path}", headers=headers) as given:
                return web.Response(status=given.status, body=await given.read(), content_type=given.content_type)

        async with listening(answer, "127.0.0.1", 0) as port:
            yield f"http://127.0.0.1:{port}"


async def looked(echo: Echo, url: str) -> Looked:
    """Look at an address without TLS, where there is one thing to find."""
    [found] = await Reaching(echo, lambda: NOW_MS).look(url, KEY)
    return found


async def test_a_request_that_comes_back_with_its_key_is_right() -> None:
    echo = Echo(lambda: 0.0)
    async with bridge(echo) as url:
        found = await looked(echo, url)
        assert (found.verdict, found.cause) == (
            "ok",
            f"{url}/ifttt/v1/status answers 200 with the service key and 401 without",
        )


async def test_another_bridge_with_the_same_key_is_told() -> None:
    async with bridge(Echo(lambda: 0.0)) as url:
        found = await looked(Echo(lambda: 0.0), url)
        assert found.verdict == "problem"
        assert "did not come back here: another bridge" in found.cause


async def test_a_proxy_that_drops_the_key_is_told_and_that_it_leads_here() -> None:
    echo = Echo(lambda: 0.0)
    async with bridge(echo) as behind, proxy_to(behind, lambda request: (request.raw_path, {})) as url:
        found = await looked(echo, url)
        assert "refuses our own service key" in found.cause
        assert "did come back here" in found.cause
        assert "let the header IFTTT-Service-Key through" in found.cure


async def test_an_address_where_nothing_listens_is_told() -> None:
    async with bridge(Echo(lambda: 0.0)) as url:
        pass
    found = await looked(Echo(lambda: 0.0), url)
    assert "nothing listens there" in found.cause


async def test_an_address_that_is_not_set_or_not_https_is_not_even_tried() -> None:
    for url, word in (("", "not set"), ("http://home.example.org", "not https")):
        assert word in (await looked(Echo(lambda: 0.0), url)).cause
