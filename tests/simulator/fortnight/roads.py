"""The ways between the bridge and the IFTTTs: requests over loopback, notifications handed over.

While a request is under way virtual time stands still: it is answered at once, as far as anybody's clock can tell.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp
import msgspec

from bridge.simulator.authorization import Client, Tokens
from bridge.simulator.realtime_listener import Call
from bridge.simulator.virtual_time import VirtualLoop
from bridge.simulator.way import Answer, HttpWay, Kind, Sent
from tests.simulator.fortnight.running_bridge import RunningBridge, redirect_uri_of, secret_of

if TYPE_CHECKING:
    from bridge.simulator.cloud import SimulatedIfttt

NOWHERE = "http://bridge"
TOKEN_URL = f"{NOWHERE}/oauth/token"
PRODUCTION, STAGING = (Client(TOKEN_URL, name, secret_of(name)) for name in ("production", "staging"))
REQUEST_TIMEOUT_S = 10.0
NOBODY = Answer(None, b"", 0.0, "nobody listens")


class Body(asyncio.StreamReader):
    """What is read of an answer, as the library's own reader tells it."""

    def is_eof(self) -> bool:
        """Whether all of it has come."""
        return bool(self._eof)  # type: ignore[attr-defined] # as asyncio keeps it


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
        content = Body()
        content.feed_data(msgspec.json.encode(said.body))
        content.feed_eof()
        yield Said(said.status, {} if said.retry_after is None else {"Retry-After": said.retry_after}, content)


@dataclass(frozen=True, slots=True)
class Road:
    """Brings IFTTT's requests to wherever the bridge listens at present."""

    http: HttpWay
    port: Callable[[], int | None]
    loop: VirtualLoop

    async def send(self, sent: Sent) -> Answer:
        """Send one request; nobody answers while the bridge is away."""
        with self.loop.working():
            port = self.port()
            if port is None:
                return NOBODY
            return await self.http.send(replace(sent, url=sent.url.replace(NOWHERE, f"http://127.0.0.1:{port}", 1)))


@dataclass(frozen=True, slots=True)
class Office:
    """Where people connect IFTTT with the bridge, and end that again."""

    bridge: RunningBridge
    road: Road

    async def grant(self, user: str, client: Client) -> Tokens:
        """Let a user agree, and exchange the code; the bridge must be up."""
        redirect_uri = redirect_uri_of(client.client_id)
        form = {
            "grant_type": "authorization_code",
            "code": await self.bridge.agree(user, client.client_id, redirect_uri),
            "redirect_uri": redirect_uri,
            "client_id": client.client_id,
            "client_secret": client.client_secret,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await self.road.send(Sent(Kind.USER, "POST", client.token_url, headers, urlencode(form).encode()))
        assert answer.status == HTTPStatus.OK, answer
        given = msgspec.json.decode(answer.body)
        return Tokens(given["access_token"], given["refresh_token"])

    async def revoke(self, user: str) -> None:
        """Take everything from a user."""
        await self.bridge.revoke(user)
