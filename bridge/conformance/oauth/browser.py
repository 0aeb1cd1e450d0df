"""Somebody with a browser: is told an address, and the redirect is heard on this machine or pasted here."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from bridge.conformance.finding import Unmet
from bridge.conformance.oauth.walk import Returned, read_return

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
PATIENCE_S: Final = 300.0
THANKS: Final = "Thank you. You can close this page."


@dataclass(frozen=True, slots=True)
class Browser:
    """A person at a browser. `tell` says something to them, `ask` reads a line of theirs."""

    redirect_uri: str
    tell: Callable[[str], None]
    ask: Callable[[str], Awaitable[str]]
    patience_s: float = PATIENCE_S

    async def walk(self, address: str, *, refuse: bool) -> Returned:
        """Send the person there, and wait for what comes back. Raises Unmet."""
        self.tell(f"Open this address and {'REFUSE' if refuse else 'agree'}:\n{address}")
        redirect = urlsplit(self.redirect_uri)
        try:
            async with asyncio.timeout(self.patience_s):
                if redirect.scheme == "http" and redirect.hostname in LOOPBACK:
                    return await self._listen(redirect.hostname, redirect.port or 80)
                return await self._paste()
        except TimeoutError:
            raise Unmet(f"nobody came back within {self.patience_s:.0f} s") from None
        except OSError as error:
            raise Unmet(f"cannot listen for {self.redirect_uri}: {error.strerror}") from None

    async def _paste(self) -> Returned:
        pasted = await self.ask("Paste the address at which the browser ended up: ")
        returned = read_return(pasted.strip(), self.redirect_uri)
        if returned is None:
            raise Unmet("what was pasted is not the redirect URI")
        return returned

    async def _listen(self, host: str, port: int) -> Returned:
        came: asyncio.Future[Returned] = asyncio.get_running_loop().create_future()

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            origin = urlsplit(self.redirect_uri)
            try:
                returned = read_return(f"{origin.scheme}://{origin.netloc}{request.raw_path}", self.redirect_uri)
            except Unmet as unmet:
                if not came.done():
                    came.set_exception(unmet)
                return web.Response(text=THANKS)
            if returned is None:
                return web.Response(status=404)
            if not came.done():
                came.set_result(returned)
            return web.Response(text=THANKS)

        runner = web.ServerRunner(web.Server(answer, access_log=None), shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            return await came
        finally:
            await runner.cleanup()
