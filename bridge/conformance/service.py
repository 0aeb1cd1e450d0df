"""Requests to the service under test, within limits of time and size. Judges no answer.

Each request has a connection of its own, so that what one spoils does not spoil the next.
"""

import asyncio
import time
import uuid
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp
from yarl import URL

from bridge.conformance.answer import Answer, Asked, printable
from bridge.conformance.finding import Unmet
from bridge.conformance.raw import whole_answers
from bridge.conformance.subject import Credential

PREFIX: Final = "/ifttt/v1"
MOST_BYTES: Final = 1024 * 1024
MOST_SILENT: Final = 3
"""After so many requests in a row without an answer in time, the service counts as gone."""
_COMMON: Final = {
    "Accept": "application/json",
    "Accept-Charset": "utf-8",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": "IFTTT-Protocol/v1",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one answer may take, and all of them together."""

    request_s: float = 20.0
    total_s: float = 900.0


class _TooMuch(Exception):
    """The body does not end."""


class Service:
    """The service under test."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        limits: Limits,
        *,
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._session = session
        self.base_url = base_url.rstrip("/")
        self.limits = limits
        self._monotonic = monotonic
        self._until_s = monotonic() + limits.total_s
        self._silent = 0

    async def ask(self, asked: Asked) -> Answer:
        """Send a request; its path follows `/ifttt/v1` unless it begins with a slash."""
        path = asked.path if asked.path.startswith("/") else f"{PREFIX}/{asked.path}"
        return await self.send(asked, f"{self.base_url}{path}")

    async def send(self, asked: Asked, url: str) -> Answer:
        """Send a request to any address. What goes wrong is in the answer; nothing is raised."""
        started = self._monotonic()
        left_s = min(self.limits.request_s, self._until_s - started)
        if left_s <= 0:
            return Answer(None, {}, b"", 0.0, "not tried: the time for the whole run is over")
        if self._silent >= MOST_SILENT:
            return Answer(None, {}, b"", 0.0, "not tried: the service has stopped answering")
        try:
            answer = await self._exchange(asked, url, started, left_s)
        except TimeoutError:
            self._silent += 1
            return Answer(None, {}, b"", self._monotonic() - started, f"no answer within {left_s:.1f} s")
        except _TooMuch:
            trouble = f"an answer of more than {MOST_BYTES} bytes"
        except aiohttp.ServerDisconnectedError:
            trouble = "the connection was closed before an answer came"
        except aiohttp.ClientPayloadError:
            trouble = "the answer broke off in the middle"
        except (aiohttp.ClientConnectorError, OSError) as error:
            trouble = f"no connection: {printable(str(error))}"
        except (aiohttp.ClientError, aiohttp.http_exceptions.HttpProcessingError, zlib.error, ValueError) as error:
            trouble = (
                f"not an HTTP answer: {printable(str(error).splitlines()[0] if str(error) else type(error).__name__)}"
            )
        else:
            self._silent = 0
            return answer
        self._silent = 0
        return Answer(None, {}, b"", self._monotonic() - started, trouble)

    async def count_answers(self, path: str, credential: Credential) -> tuple[int, int]:
        """Ask once; return how many answers came, and how many bytes behind them are none. Raises Unmet."""
        if self._silent >= MOST_SILENT or self._monotonic() >= self._until_s:
            raise Unmet("not tried: the service has stopped answering, or the time is over")
        return await whole_answers(self.base_url, f"{PREFIX}/{path}", credential.headers)

    async def _exchange(self, asked: Asked, url: str, started: float, left_s: float) -> Answer:
        headers = _COMMON | {"X-Request-ID": uuid.uuid4().hex} | dict(asked.headers)
        async with (
            asyncio.timeout(left_s),
            self._session.request(
                asked.method,
                URL(url, encoded=True),
                data=asked.body,
                headers=headers,
                allow_redirects=False,
                skip_auto_headers=("Content-Type", "Accept-Encoding", "User-Agent"),
            ) as response,
        ):
            content = await _read(response)
        given = {name.lower(): value for name, value in response.headers.items()}
        took_s = self._monotonic() - started
        coding = given.get("content-encoding", "identity").lower()
        try:
            return Answer(response.status, given, _decoded(content, coding), took_s)
        except zlib.error:
            return Answer(None, given, b"", took_s, f"{response.status} with a body that is no {printable(coding)}")


@asynccontextmanager
async def reaching(base_url: str, limits: Limits) -> AsyncIterator[Service]:
    """Give the service at an address."""
    async with aiohttp.ClientSession(
        auto_decompress=False,  # done here, in bounds
        connector=aiohttp.TCPConnector(force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=limits.request_s + 1),
    ) as session:
        yield Service(session, base_url, limits)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        content += chunk
        if len(content) > MOST_BYTES:
            raise _TooMuch
    return bytes(content)


def _decoded(content: bytes, coding: str) -> bytes:
    """Unpack a body. Raises zlib.error for one that is not packed as it says."""
    if coding in {"", "identity"} or not content:
        return content
    if coding not in {"gzip", "x-gzip", "deflate"}:
        raise zlib.error("an unknown coding")
    unpacking = zlib.decompressobj(zlib.MAX_WBITS if coding == "deflate" else zlib.MAX_WBITS | 16)
    plain = unpacking.decompress(content, MOST_BYTES)
    if unpacking.unconsumed_tail:
        raise _TooMuch
    if not unpacking.eof:
        raise zlib.error("it breaks off")
    return plain
