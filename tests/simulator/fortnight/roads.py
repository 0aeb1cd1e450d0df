"""The ways between the bridge and the IFTTTs: requests over loopback, notifications handed over.

While a request is under way virtual time stands still: it is answered at once, as far as anybody's clock can tell.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import aiohttp
import msgspec

from bridge.simulator.authorization import Tokens
from bridge.simulator.realtime_listener import Call
from bridge.simulator.virtual_time import VirtualLoop
from bridge.simulator.way import Answer, HttpWay, Kind, Sent
from tests.simulator.fortnight.running_bridge import RunningBridge

if TYPE_CHECKING:
    from bridge.simulator.cloud import SimulatedIfttt

NOWHERE = "http://bridge"
TOKEN_URL = f"{NOWHERE}/token"
REQUEST_TIMEOUT_S = 10.0
NOBODY = Answer(None, b"", 0.0, "nobody listens")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of the Realtime API, as the bridge's client reads one."""

    status: int
    headers: Mapping[str, str]
    content: asyncio.StreamReader


class HandedOver:
    """Stands in for the session of the bridge's realtime client: hands each call to the IFTTT with that key."""

    def __init__(self) -> None:
        self.ifttts: dict[str, SimulatedIfttt] = {}

    @asynccontextmanager
    async def post(
        self,
        _url: str,
        *,
        data: bytes,
        headers: Mapping[str, str],
        allow_redirects: bool,  # noqa: ARG002 -- the shape of the library's method
    ) -> AsyncIterator[Said]:
        """Hand a call over."""
        key = headers["IFTTT-Service-Key"]
        async with asyncio.timeout(REQUEST_TIMEOUT_S):
            said = await self.ifttts[key].receive(Call(key, data, headers["X-Request-ID"]))
        if said is None:
            raise aiohttp.ClientConnectionError("nobody listens")
        content = asyncio.StreamReader()
        content.feed_data(msgspec.json.encode(said.body))
        content.feed_eof()
        yield Said(said.status, {} if said.retry_after is None else {"Retry-After": said.retry_after}, content)


class Office:
    """Gives out tokens as the bridge will by OAuth: each refresh gives a new pair, and older ones go on to work."""

    def __init__(self, bridge: RunningBridge) -> None:
        self._bridge = bridge
        self._refresh: dict[str, tuple[str, str]] = {}

    async def grant(self, user: str, client: str) -> Tokens:
        """Give a user tokens, as after the pages."""
        tokens = Tokens(await self._bridge.mint(user, client), secrets.token_hex(16))
        assert tokens.refresh is not None
        self._refresh[tokens.refresh] = (user, client)
        return tokens

    async def revoke(self, user: str) -> None:
        """Take everything from a user."""
        self._refresh = {token: whose for token, whose in self._refresh.items() if whose[0] != user}
        await self._bridge.expire(user)

    async def refresh(self, form: bytes) -> Answer:
        """Answer the token endpoint."""
        if not self._bridge.is_up:
            return NOBODY
        whose = self._refresh.get(parse_qs(form.decode())["refresh_token"][0])
        if whose is None:
            return Answer(400, b'{"error": "invalid_grant"}', 0.0)
        tokens = await self.grant(*whose)
        said = {"token_type": "Bearer", "access_token": tokens.access, "refresh_token": tokens.refresh}
        return Answer(200, msgspec.json.encode(said), 0.0)


@dataclass(frozen=True, slots=True)
class Road:
    """Brings IFTTT's requests to wherever the bridge listens at present."""

    http: HttpWay
    office: Office
    port: Callable[[], int | None]
    loop: VirtualLoop

    async def send(self, sent: Sent) -> Answer:
        """Send one request; nobody answers while the bridge is away."""
        with self.loop.working():
            if sent.kind is Kind.REFRESH:
                return await self.office.refresh(sent.body or b"")
            port = self.port()
            if port is None:
                return NOBODY
            return await self.http.send(replace(sent, url=sent.url.replace(NOWHERE, f"http://127.0.0.1:{port}", 1)))
