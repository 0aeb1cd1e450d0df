"""A program that reads every POST and answers it with the same bytes: what the HTTP library costs by itself.

Of aiohttp's two servers: `application`, the one of its documentation, with a route and a handler; or `server`, the one
below it that knows no routes, which is the least that the library can do.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


async def main(body: bytes, port: int, *, encoding: str, kind: str) -> None:
    """Run until killed."""
    headers = {"Content-Encoding": encoding} if encoding else None

    async def answer(request: web.BaseRequest) -> web.Response:
        await request.read()
        return web.Response(body=body, content_type="application/json", headers=headers)

    runner = _application(answer) if kind == "application" else web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


def _application(answer: Handler) -> web.AppRunner:
    application = web.Application()
    application.router.add_post("/{path:.*}", answer)
    return web.AppRunner(application, access_log=None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--body", type=Path, required=True)
    parser.add_argument("--encoding", default="")
    parser.add_argument("--kind", choices=("application", "server"), default="application")
    options = parser.parse_args()
    asyncio.run(main(options.body.read_bytes(), options.port, encoding=options.encoding, kind=options.kind))
