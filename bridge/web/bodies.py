"""Reading request bodies: bounded, JSON objects, unknown keys left alone."""

from typing import Final

import msgspec
from aiohttp import web

from bridge.errors import BadInput

MAX_BODY_BYTES: Final = 64 * 1024


async def read_object(request: web.BaseRequest) -> dict[str, object]:
    """Return the JSON object of a body. Raises BadInput for anything else."""
    body = await _read(request)
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
    body = bytearray()
    while chunk := await request.content.readany():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise BadInput("The request is too large.")
    return bytes(body)
