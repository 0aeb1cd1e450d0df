"""A program that answers every POST with the same bytes: what the HTTP library costs by itself."""

import argparse
import asyncio
from pathlib import Path

from aiohttp import web


async def main(body: bytes, port: int, *, encoding: str) -> None:
    """Run until killed."""
    headers = {"Content-Encoding": encoding} if encoding else None

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=body, content_type="application/json", headers=headers)

    application = web.Application()
    application.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--body", type=Path, required=True)
    parser.add_argument("--encoding", default="")
    options = parser.parse_args()
    asyncio.run(main(options.body.read_bytes(), options.port, encoding=options.encoding))
