"""The double behind a real listener, with how its connections misbehave."""

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bridge.conformance.answer import Answer, Asked
from bridge.conformance.finding import Result
from bridge.conformance.run import Plan, run_checks
from bridge.conformance.service import Limits, reaching
from bridge.conformance.sheet import read_sheet
from bridge.conformance.subject import Credential
from tests.conformance.double import KEY, SHEET, Answering, Ask, Reply

SHEET_READ = read_sheet(json.dumps(SHEET).encode())
GARBAGE = b"\x00\xff\x13garbage\r\n\r\n"
TWO = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}"


@asynccontextmanager
async def serving(answering: Answering) -> AsyncIterator[str]:
    """Serve on loopback, and give the address."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        raw = request.rel_url.raw_path
        pieces = tuple(piece for piece in raw.split("/") if piece)
        body = await request.read()
        reply = answering(Ask(request.method, pieces[2:], request.headers, body, raw))
        if reply.wire in _WIRES:
            return await _WIRES[reply.wire](request)
        if reply.wire == "slow":
            await asyncio.sleep(2.1)
        return _respond(request, reply)

    runner = web.ServerRunner(web.Server(answer, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _respond(request: web.BaseRequest, reply: Reply) -> web.Response:
    headers, body = dict(reply.headers), reply.body
    coding = reply.wire
    if not coding and "gzip" in request.headers.get("Accept-Encoding", "") and len(body) > 1000:
        coding = "gzip"
    if coding in {"gzip", "deflate"}:
        headers["Content-Encoding"] = coding
        body = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
    response = web.Response(status=reply.status, headers=headers, body=body)
    if "Content-Type" not in headers:
        response.headers["Content-Type"] = "application/octet-stream"
    return response


async def _hang(_request: web.BaseRequest) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


async def _garbage(request: web.BaseRequest) -> web.StreamResponse:
    return await _say(request, GARBAGE)


async def _twice(request: web.BaseRequest) -> web.StreamResponse:
    return await _say(request, TWO + TWO)


async def _drop(request: web.BaseRequest) -> web.StreamResponse:
    return await _say(request, b"")


async def _breaks_off(request: web.BaseRequest) -> web.StreamResponse:
    return await _say(request, TWO.replace(b": 2\r", b": 200\r"))


async def _say(request: web.BaseRequest, content: bytes) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.write(content)
    request.transport.close()
    return web.Response()


async def _endless(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json; charset=utf-8"})
    await response.prepare(request)
    while True:
        await response.write(b"[" * 65536)


async def _bomb(_request: web.BaseRequest) -> web.StreamResponse:
    packed = gzip.compress(bytes(8 * 1024 * 1024))
    return web.Response(body=packed, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})


async def _broken_gzip(_request: web.BaseRequest) -> web.StreamResponse:
    packed = gzip.compress(bytes(1000))[:-12]
    return web.Response(body=packed, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})


_WIRES: dict[str, Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]] = {
    "hang": _hang,
    "garbage": _garbage,
    "twice": _twice,
    "drop": _drop,
    "breaks off": _breaks_off,
    "endless": _endless,
    "bomb": _bomb,
    "broken gzip": _broken_gzip,
}


class Direct:
    """Brings requests to the double without a connection: a hundred times as quick, and enough for what it answers."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    async def ask(self, asked: Asked) -> Answer:
        """Return the answer of the double."""
        raw = asked.path if asked.path.startswith("/") else f"/ifttt/v1/{asked.path}"
        pieces = tuple(piece for piece in raw.split("/") if piece)
        reply = self._answering(Ask(asked.method, pieces[2:], asked.headers, asked.body or b"", raw))
        headers = {name.lower(): value for name, value in reply.headers.items()}
        if "gzip" in asked.headers.get("Accept-Encoding", "") and len(reply.body) > 1000:
            headers["content-encoding"] = "gzip"
        return Answer(reply.status, headers, reply.body, 0.0)

    async def count_answers(self, path: str, credential: Credential) -> tuple[int, int]:  # noqa: ARG002 -- one shape for all
        """Return that there was one, and nothing behind it."""
        return 1, 0


async def direct_results_of(answering: Answering, *, sheet: bool = True) -> list[Result]:
    """Run the tests against the double without a connection."""
    plan = Plan(KEY, SHEET_READ if sheet else None)
    return [result async for result in run_checks(Direct(answering), plan, lambda _done, _of: None)]


async def results_of(
    answering: Answering, *, sheet: bool = True, only: str = "", limits: Limits | None = None
) -> list[Result]:
    """Run the tests against the double and return what they came to."""
    plan = Plan(KEY, SHEET_READ if sheet else None, only)
    async with serving(answering) as url, reaching(url, limits or Limits(5.0, 60.0)) as service:
        return [result async for result in run_checks(service, plan, lambda _done, _of: None)]
