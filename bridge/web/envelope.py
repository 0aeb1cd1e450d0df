"""How answers look: `data` or `errors`, JSON with its charset, compressed where that is asked for and worth it."""

import gzip
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import msgspec
from aiohttp import web
from aiohttp.hdrs import ACCEPT_ENCODING

from bridge.web.ready import Ready, ReadyResponse, ready

WORTH_COMPRESSING_BYTES: Final = 600
NOT_KEPT: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""What every answer has, whatever it is: no cache keeps it, and it is nothing but what it says it is."""

_COMMON: Final = NOT_KEPT | {
    "Content-Type": "application/json; charset=utf-8",
    "Vary": "Accept-Encoding",
}
_COMPRESSED: Final = _COMMON | {"Content-Encoding": "gzip"}
_GZIP: Final = re.compile(r"(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)", re.IGNORECASE)
"""Gzip among the codings that are welcome; with the weight 0 it is not."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """An answer as bytes; `gzipped` None where compressing is not worth it. `newest_seq`: of the newest event in it, 0
    without any.
    """  # noqa: D205 -- one paragraph

    plain: Ready
    gzipped: Ready | None
    newest_seq: int = 0

    @property
    def size(self) -> int:
        """How many bytes it takes to keep."""
        return self.plain.size + (0 if self.gzipped is None else self.gzipped.size)


def encode_data(data: object, *, newest_seq: int = 0) -> Encoded:
    """Encode a successful answer."""
    return _encode(msgspec.json.encode({"data": data}), newest_seq)


def encode_page(data: object, cursor: str | None) -> Encoded:
    """Encode one page of a query. The last one has no cursor, not even an empty one."""
    return encode_data(data) if cursor is None else _encode(msgspec.json.encode({"data": data, "cursor": cursor}))


def respond(encoded: Encoded, request: web.BaseRequest) -> web.StreamResponse:
    """Answer with what was encoded, compressed if the request allows it."""
    if encoded.gzipped is not None and _takes_gzip(request.headers.get(ACCEPT_ENCODING, "")):
        return ReadyResponse(encoded.gzipped)
    return ReadyResponse(encoded.plain)


def respond_with_data(data: object, request: web.BaseRequest) -> web.StreamResponse:
    """Answer a request that succeeded."""
    return respond(encode_data(data), request)


def respond_empty(*, status: int = 200) -> web.Response:
    """Answer without content but with the content type that IFTTT asks for."""
    return web.Response(body=b"", status=status, headers=_COMMON)


def respond_with_error(message: str, status: int, *, skip: bool = False, **headers: str) -> web.Response:
    """Answer a request that failed. The message may be shown to a person."""
    error = {"status": "SKIP", "message": message} if skip else {"message": message}
    body = msgspec.json.encode({"errors": [error]})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(body=body, status=status, headers=_COMMON | named)


def respond_not_here() -> web.Response:
    """Answer for a path that is none of ours: nothing that tells who we are, and nothing to keep, as it may come."""
    return web.Response(text="Not found", status=404, headers=NOT_KEPT)


def _encode(plain: bytes, newest_seq: int = 0) -> Encoded:
    if len(plain) < WORTH_COMPRESSING_BYTES:
        return Encoded(ready(plain, _COMMON), None, newest_seq)
    gzipped = ready(gzip.compress(plain, compresslevel=6, mtime=0), _COMPRESSED)
    return Encoded(ready(plain, _COMMON), gzipped, newest_seq)


@lru_cache(maxsize=64)  # each of IFTTT's polls says the same; what a stranger says is not asked about
def _takes_gzip(accepted: str) -> bool:
    return _GZIP.search(accepted) is not None
