"""Answers that lie ready as bytes, head and all, so that sending one again costs next to nothing.

The library's own response builds and checks its headers anew each time, which takes longer than all that a poll needs
of us. Only answers that went well are made this way: they are the many. Knows nothing of what is in them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import HttpVersion11, web
from aiohttp.helpers import rfc822_formatted_time

_PERSISTENT: Final = b"HTTP/1.1 200 OK\r\n"
SERVER_NAME: Final = "web"
"""What we call ourselves before strangers: nothing that tells them which software it is."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer with the status 200: its headers as they are sent, but for the date, and its body."""

    head: bytes
    body: bytes

    @property
    def size(self) -> int:
        """How many bytes it takes to keep."""
        return len(self.head) + len(self.body)


def ready(body: bytes, headers: Mapping[str, str]) -> Ready:
    """Make an answer ready. `headers` are our own words: nothing that anybody sent may be among them."""
    complete = {**headers, "Content-Length": str(len(body)), "Server": SERVER_NAME}
    return Ready("".join(f"{name}: {value}\r\n" for name, value in complete.items()).encode("ascii"), body)


class ReadyResponse(web.StreamResponse):
    """Sends such an answer, once. Nothing can be added to it: its own headers are not looked at."""

    def __init__(self, answer: Ready) -> None:
        super().__init__()
        self._answer = answer
        self._stays: bool | None = None

    @property
    def keep_alive(self) -> bool | None:
        """Whether the connection stays open, as soon as that is known."""
        return self._stays

    def force_close(self) -> None:
        """Let the connection end with this answer."""
        self._stays = False

    async def prepare(self, request: web.BaseRequest) -> None:
        """Send all of it in one piece."""
        stays, answer, writer = request.keep_alive if self._stays is None else self._stays, self._answer, request.writer
        self._stays = stays
        start = _PERSISTENT if stays and request.version == HttpVersion11 else _start(request, stays=stays)
        date = rfc822_formatted_time().encode("ascii")
        await writer.write(b"".join((start, answer.head, b"Date: ", date, b"\r\n\r\n", answer.body)))
        await writer.drain()  # whoever does not read what they asked for waits, and nothing gathers

    async def write_eof(self, data: bytes = b"") -> None:
        """Add nothing."""


def _start(request: web.BaseRequest, *, stays: bool) -> bytes:
    """Return the first line and what is said of the connection where either is not as usual."""
    if request.version == HttpVersion11:
        return _PERSISTENT if stays else _PERSISTENT + b"Connection: close\r\n"
    return b"HTTP/1.0 200 OK\r\n" + (b"Connection: keep-alive\r\n" if stays else b"")
