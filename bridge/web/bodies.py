"""Reading request bodies: bounded in size and time, JSON objects, unknown keys left alone."""

import asyncio
from typing import Final, TypeVar

import msgspec
from aiohttp import HttpVersion11, web

from bridge.errors import BadInput

Bytes = TypeVar("Bytes", bytes, bytearray)

MAX_BODY_BYTES: Final = 64 * 1024
BODY_S: Final = 10.0
"""How long a body may take to arrive: IFTTT sends it at once, only someone who holds us up lets it drip."""


async def read_object(request: web.BaseRequest, *, within_s: float = BODY_S) -> dict[str, object]:
    """Return the JSON object of a body. Raises BadInput for anything else."""
    try:
        if request.content.is_eof():  # all of it came along with the head, as IFTTT's does: nothing to wait for
            body = _bounded(await request.content.read())
        else:
            async with asyncio.timeout(within_s):
                body = await _read(request)
    except TimeoutError:
        raise BadInput("The request took too long to arrive.") from None
    except web.RequestPayloadError:  # broken chunks or compression
        raise BadInput("The request is broken.") from None
    try:
        parsed = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadInput("The request is not valid JSON.") from None
    if not isinstance(parsed, dict):
        raise BadInput("The request is not a JSON object.")
    return parsed


async def _read(request: web.BaseRequest) -> bytes:
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise BadInput("The request is too large.")
    await _invite(request)
    body = bytearray()
    while chunk := await request.content.readany():
        body += chunk
        _bounded(body)
    return bytes(body)


def _bounded(body: Bytes) -> Bytes:
    if len(body) > MAX_BODY_BYTES:
        raise BadInput("The request is too large.")
    return body


async def _invite(request: web.BaseRequest) -> None:
    """Ask for the body where the sender waits for that; the library does it only for its own router."""
    asked = request.headers.get("Expect", "").casefold() == "100-continue"
    if asked and request.version == HttpVersion11 and not request.content.is_eof():
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # nothing of the answer itself has been sent
