"""Reading request bodies, bounded in size and time: JSON objects as IFTTT sends them, forms as browsers do."""

import asyncio
from typing import Final, TypeVar
from urllib.parse import parse_qsl

import msgspec
from aiohttp import HttpVersion11, web

from bridge.errors import BadInput

Bytes = TypeVar("Bytes", bytes, bytearray)

MAX_BODY_BYTES: Final = 64 * 1024
MAX_FIELDS: Final = 32
FORM: Final = "application/x-www-form-urlencoded"
BROKEN: Final = "The request is broken."
BODY_S: Final = 10.0
"""How long a body may take to arrive: IFTTT sends it at once, only someone who holds us up lets it drip."""


async def read_object(request: web.BaseRequest, *, within_s: float = BODY_S) -> dict[str, object]:
    """Return the JSON object of a body. Raises BadInput for anything else."""
    body = _at_once(request) if request.content.is_eof() else await _within(request, within_s)
    try:
        parsed = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadInput("The request is not valid JSON.") from None
    if not isinstance(parsed, dict):
        raise BadInput("The request is not a JSON object.")
    return parsed


async def read_form(request: web.BaseRequest, *, within_s: float = BODY_S) -> dict[str, str]:
    """Return the fields of a form. Raises BadInput for anything else, and where a field comes twice."""
    if request.content_type != FORM:
        raise BadInput(f"The request is not {FORM}.")
    body = _at_once(request) if request.content.is_eof() else await _within(request, within_s)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:  # neither ASCII nor UTF-8 behind the percent signs, or too many fields
        raise BadInput("The form is broken.") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise BadInput("The form has a field twice.")
    return fields


def _at_once(request: web.BaseRequest) -> bytes:
    """Return a body that came along with the head, as IFTTT's does: there is nothing to wait for."""
    try:
        return _bounded(request.content.read_nowait())
    except web.RequestPayloadError:  # broken chunks or compression
        raise BadInput(BROKEN) from None


async def _within(request: web.BaseRequest, within_s: float) -> bytes:
    try:
        async with asyncio.timeout(within_s):
            return await _read(request)
    except TimeoutError:
        raise BadInput("The request took too long to arrive.") from None
    except web.RequestPayloadError:
        raise BadInput(BROKEN) from None


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
