"""What people see of IFTTT while they connect a service: a site of its own, elsewhere, from where they come and to
which they go back. Also what another site's page may try.
"""  # noqa: D205 -- one paragraph

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Final

from aiohttp import web

from tests.parts.ports import free_port
from tests.parts.proxies import Certificate

BACK: Final = "/channels/my_service/authorize"

_PAGE: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>IFTTT</title><link rel="icon" href="data:,"></head>
<body>{body}</body></html>"""
_OPENER: Final = """
<button onclick="window.open(this.dataset.address, 'connect', 'popup,width=420,height=640')" data-address="{address}">
Connect</button>
<p id="heard"></p>
<script>addEventListener("message", event => heard.textContent = event.origin + " " + event.data)</script>
"""
_BACK: Final = """
<h1>Back at IFTTT</h1>
<script>
if (window.opener) { window.opener.postMessage(location.search, "*"); }
</script>
"""
_FORGED: Final = """
<form method="post" action="{address}">{fields}<button>A prize</button></form>
"""
_FRAME: Final = '<iframe src="{address}" title="A prize" width="400" height="600"></iframe>'


@dataclass
class IftttSite:
    """The site. `came_back`: the query of each request to its redirect URI, as it came."""

    url: str
    came_back: list[str] = field(default_factory=list)

    @property
    def redirect_uri(self) -> str:
        """Where it awaits people."""
        return self.url + BACK

    def page(self, body: str) -> web.Response:
        """Return one of its pages."""
        return web.Response(text=_PAGE.format(body=body), content_type="text/html")

    async def back(self, request: web.Request) -> web.Response:
        """Receive somebody who comes back."""
        self.came_back.append(request.rel_url.raw_query_string)
        return self.page(_BACK)

    async def link(self, request: web.Request) -> web.Response:
        """Offer a link to an address (`to`)."""
        return self.page(f'<a href="{escape(request.query["to"])}">Connect</a>')

    async def opener(self, request: web.Request) -> web.Response:
        """Offer to open an address (`to`) in a popup, and show what the popup says."""
        return self.page(_OPENER.format(address=escape(request.query["to"])))

    async def forged(self, request: web.Request) -> web.Response:
        """Offer to send a form to an address (`to`); all other parameters are its fields."""
        fields = [
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in request.query.items()
            if name != "to"
        ]
        return self.page(_FORGED.format(address=escape(request.query["to"]), fields="".join(fields)))

    async def frame(self, request: web.Request) -> web.Response:
        """Show an address (`to`) in a frame."""
        return self.page(_FRAME.format(address=escape(request.query["to"])))


@asynccontextmanager
async def ifttt_site(certificate: Certificate) -> AsyncIterator[IftttSite]:
    """Run it on loopback, under the name on the certificate."""
    port = free_port()
    site = IftttSite(f"https://{certificate.name}:{port}")
    app = web.Application()
    app.router.add_get(BACK, site.back)
    app.router.add_get(f"{BACK}/trial", site.back)
    for path, handler in {
        "/link": site.link,
        "/opener": site.opener,
        "/forged": site.forged,
        "/frame": site.frame,
    }.items():
        app.router.add_get(path, handler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.chain, certificate.key)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
        yield site
    finally:
        await runner.cleanup()
