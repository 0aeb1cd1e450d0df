"""The pages that people see, as answers: rendered from templates, and closed to all that pages are misused for.

No script, no outside address, no framing, nothing kept by a cache. Cross-Origin-Opener-Policy is left alone: IFTTT
opens these pages in a popup and waits for it (protocol reference, section 7.1). Knows nobody and no request.
"""

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from aiohttp import web

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = ("account", "consent", "message", "sign_in")
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers would not tell us the origin of our own forms
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The templates, compiled, and the digest of the style sheet that is in each page."""

    environment: "Environment"
    style_digest: str


class Pages:
    """Renders pages. The templates and their library are loaded when somebody comes: most daemons have no visitors."""

    def __init__(self) -> None:
        self._loaded: _Loaded | None = None

    async def page(self, template: str, *, status: int = 200, leads_to: str = "", **facts: object) -> web.Response:
        """Return a page. `leads_to`: where answering its form may send the browser away to, if anywhere."""
        if self._loaded is None:
            self._loaded = await asyncio.to_thread(_load)  # some tenths of a second on a small computer
        text = self._loaded.environment.get_template(f"{template}.html").render(**facts)
        policy = _policy(self._loaded.style_digest, leads_to)
        headers = {**HEADERS, "Content-Security-Policy": policy}
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=headers)

    async def message(self, title: str, text: str, *, status: int, advice: str = "") -> web.Response:
        """Return a page that says one thing, and what to do about it."""
        return await self.page("message", status=status, title=title, text=text, advice=advice)


def send_to(address: str) -> web.Response:
    """Send a browser elsewhere. 303: whatever it has just sent us, it does not send it there (RFC 9700, 4.12)."""
    return web.Response(status=303, headers={**HEADERS, "Location": address})


def _policy(style_digest: str, leads_to: str) -> str:
    """Return the content security policy. Chromium counts where a form's answer leads to as a form's action."""
    away = urlsplit(leads_to)
    form_action = f"'self' {away.scheme}://{away.netloc}" if leads_to else "'self'"
    return (
        f"default-src 'none'; style-src 'sha256-{style_digest}'; form-action {form_action}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )


def _load() -> _Loaded:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 -- see Pages
    from markupsafe import Markup  # noqa: PLC0415 -- the same

    folder = resources.files("bridge.web.templates")
    style = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("colors.css", "style.css"))
    environment = Environment(
        loader=PackageLoader("bridge.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals["style"] = Markup(style)  # noqa: S704 -- our own file
    for template in TEMPLATES:
        environment.get_template(f"{template}.html")
    return _Loaded(environment, base64.b64encode(hashlib.sha256(style.encode()).digest()).decode())
