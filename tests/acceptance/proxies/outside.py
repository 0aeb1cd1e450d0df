"""Asking a proxy from outside, as IFTTT does and as a stranger may."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import msgspec
from yarl import URL

from tests.parts.daemon import SERVICE_KEY
from tests.parts.proxies import Proxy

WITH_KEY: Final = {"IFTTT-Service-Key": SERVICE_KEY}
JSON: Final = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, nothing decoded."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 -- whatever the answer holds
        """The body, decompressed and decoded."""
        zipped = self.headers.get("Content-Encoding") == "gzip"
        return msgspec.json.decode(gzip.decompress(self.body) if zipped else self.body)

    def is_error(self, *statuses: int) -> bool:
        """Tell whether this is an error in the form that IFTTT reads."""
        if self.status not in statuses or self.headers["Content-Type"] != JSON:
            return False
        [error] = self.json["errors"]
        return bool(error["message"])


@dataclass(frozen=True, slots=True)
class Outside:
    """The internet side of one proxy."""

    proxy: Proxy

    async def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        source: str = "127.0.0.1",
    ) -> Answer:
        """Send one request from an address of this machine. Redirects are not followed."""
        async with self._session(source) as session:
            return await self._send(session, method, path, headers or {}, data)

    async def poll(
        self, token: str, body: object, *, times: int = 1, headers: Mapping[str, str] | None = None
    ) -> list[Answer]:
        """Poll a trigger as IFTTT does, many times at once."""
        data = msgspec.json.encode(body)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": JSON, **(headers or {})}
        path = "/ifttt/v1/triggers/door_opened"
        async with self._session("127.0.0.1") as session:
            polls = (self._send(session, "POST", path, headers, data) for _ in range(times))
            return list(await asyncio.gather(*polls))

    async def raw(self, target: str, headers: str = "") -> bytes:
        """Send a GET whose target no client library has tidied, and return all that comes back."""
        context = self.proxy.certificate.trusted()
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.proxy.port, ssl=context, server_hostname="localhost"
        )
        try:
            writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n".encode())
            async with asyncio.timeout(20):
                return await reader.read()
        finally:
            writer.close()

    @asynccontextmanager
    async def _session(self, source: str) -> AsyncIterator[aiohttp.ClientSession]:
        connector = aiohttp.TCPConnector(
            ssl=self.proxy.certificate.trusted(), family=socket.AF_INET, local_addr=(source, 0), limit=100
        )
        async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
            yield session

    async def _send(
        self, session: aiohttp.ClientSession, method: str, path: str, headers: Mapping[str, str], data: bytes | None
    ) -> Answer:
        url = URL(f"https://localhost:{self.proxy.port}{path}", encoded=True)
        async with session.request(method, url, headers=headers, data=data, allow_redirects=False) as response:
            return Answer(response.status, dict(response.headers), await response.read())
