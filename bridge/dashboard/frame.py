"""What all private pages share: their frame, their style and script, and the headers that close them to misuse.

Rendered on a thread of its own: a page of a thousand devices must not hold an event up. Everything is ours and on this
machine: no outside address, no script and no style inside the page itself.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bridge.dashboard.notices import Notices, sentence
from bridge.dashboard.owners import Visit
from bridge.dashboard.page import Asked
from bridge.web.pages import HEADERS

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
NAVIGATION: Final = (
    ("home", "/", "Home"),
    ("timeline", "/timeline", "Timeline"),
    ("applets", "/applets", "Applets"),
    ("people", "/people", "People"),
    ("health", "/health", "Health"),
    ("setup", "/setup", "Set-up"),
)
"""Each page by its name, its address, and what people call it."""

PART: Final = "Bridge-Part"
"""The header by which our own script asks for parts of a page, beside what a person sees: no notice goes there."""

_ASSETS: Final = {
    "style.css": "text/css",
    "live.js": "text/javascript",
    "older.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_KEPT_FOR_S: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages refer to. `version`: of its content, part of its address."""

    content: bytes
    kind: str
    version: str


@dataclass(frozen=True, slots=True)
class _Loaded:
    environment: "Environment"
    assets: Mapping[str, Asset]


class Frame:
    """Renders pages. `form_token` gives what forms send back; `troubles`: how many parts do not work just now.

    What it needs is loaded when somebody comes: most of the time nobody looks.
    """

    def __init__(
        self, notices: Notices, form_token: Callable[[Visit], str], troubles: Callable[[], int], version: str
    ) -> None:
        self._notices = notices
        self._form_token = form_token
        self._troubles = troubles
        self._version = version
        self._loaded: _Loaded | None = None

    async def page(
        self, asked: Asked, template: str, /, *, title: str, here: str = "", **facts: object
    ) -> web.Response:
        """Return a page of an owner. `here`: which entry of the navigation it belongs to, where that is not its name.

        The template gets `facts`, and what each page shows: navigation, owner, notice, the token of forms.
        """
        shown = {
            "title": title,
            "here": here or template,
            "navigation": NAVIGATION,
            "owner": asked.owner,
            "troubles": self._troubles(),
            "version": self._version,
        }
        notice = None if PART in asked.request.headers else self._notices.take(asked.visit.cookie)
        return await self._render(asked.visit, template, 200, {**shown, **facts, "notice": notice})

    async def bare(
        self, visit: Visit, template: str, /, *, title: str, status: int = 200, **facts: object
    ) -> web.Response:
        """Return a page for somebody who has not signed in."""
        notice = self._notices.take(visit.cookie)
        return await self._render(visit, template, status, {"title": title, "owner": None, "notice": notice, **facts})

    async def _render(self, visit: Visit, template: str, status: int, facts: Mapping[str, object]) -> web.Response:
        loaded = await self._load()
        form = self._form_token(visit)
        render = loaded.environment.get_template(f"{template}.html").render
        text = await asyncio.to_thread(render, form=form, **facts)
        headers = {**HEADERS, "Content-Security-Policy": POLICY}
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=headers)

    async def asset(self, name: str) -> web.Response | None:
        """Return a file that pages refer to, None if there is none of this name."""
        asset = (await self._load()).assets.get(name)
        if asset is None:
            return None
        headers = {**HEADERS, "Cache-Control": f"public, max-age={_KEPT_FOR_S}, immutable"}
        return web.Response(body=asset.content, content_type=asset.kind, charset="utf-8", headers=headers)

    async def _load(self) -> _Loaded:
        if self._loaded is None:
            self._loaded = await asyncio.to_thread(_load)  # some tenths of a second on a small computer
        return self._loaded


def _load() -> _Loaded:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 -- see Frame

    assets = {name: _asset(name, kind) for name, kind in _ASSETS.items()}
    environment = Environment(
        loader=PackageLoader("bridge.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["sentence"] = sentence
    environment.globals["asset"] = lambda name: f"/assets/{name}?{assets[name].version}"
    return _Loaded(environment, assets)


def _asset(name: str, kind: str) -> Asset:
    content = resources.files("bridge.dashboard.assets").joinpath(name).read_bytes()
    if name == "style.css":
        content = resources.files("bridge.web.templates").joinpath("colors.css").read_bytes() + content
    return Asset(content, kind, hashlib.sha256(content).hexdigest()[:12])
