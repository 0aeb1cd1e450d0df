"""A browser without scripts, as far as pages with forms need one: it keeps cookies, reads forms and sends them.

It believes nothing and refuses nothing: what it sends along is up to the test.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

FORM: Final = "application/x-www-form-urlencoded"
_VOID: Final = {"submit", "button", "checkbox", "radio", "image"}


@dataclass(slots=True)
class Form:
    """A form of a page. `fields`: what it sends without any button; `buttons`: name and value of each."""

    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """An answer as a browser gets it. `path`: what was asked for."""

    path: str
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode()

    @property
    def forms(self) -> list[Form]:
        """The forms on it."""
        reader = _Reader()
        reader.feed(self.text)
        return reader.forms

    @property
    def tags(self) -> list[tuple[str, dict[str, str]]]:
        """Each element with its attributes, as a browser reads them."""
        return read_tags(self.text)

    @property
    def location(self) -> str | None:
        """Where it sends the browser to, None if nowhere."""
        return self.headers.get("Location")

    @property
    def brought(self) -> dict[str, str]:
        """What the address holds that it sends the browser to."""
        return dict(parse_qsl(urlsplit(self.location or "").query, keep_blank_values=True))

    @property
    def set_cookies(self) -> SimpleCookie:
        """The cookies that it sets."""
        cookies: SimpleCookie = SimpleCookie()
        for header in self.headers.getall("Set-Cookie", ()):
            cookies.load(header)
        return cookies


def read_tags(text: str) -> list[tuple[str, dict[str, str]]]:
    """Return each element of a page with its attributes."""
    reader = _Reader()
    reader.feed(text)
    return reader.tags


class _Reader(HTMLParser):
    """Finds elements and forms."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.tags: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element, and of what forms would send."""
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag == "form":
            self.forms.append(Form())
        elif tag in {"input", "button"} and self.forms and given.get("name"):
            if given.get("type", "submit" if tag == "button" else "text") in _VOID:
                self.forms[-1].buttons.append((given["name"], given.get("value", "")))
            else:
                self.forms[-1].fields[given["name"]] = given.get("value", "")


@dataclass(slots=True)
class Walker:
    """One browser at one site on loopback. `origin`: what its address bar says of the site."""

    session: aiohttp.ClientSession
    port: int
    origin: str
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Page:
        """Open a page; follow nothing."""
        return await self.request("GET", path, headers=headers)

    async def send(self, page: Page, *, headers: Mapping[str, str] | None = None, **fields: str) -> Page:
        """Fill in the first form of a page that has a button of this kind (`decision`), and send it from the page."""
        wanted = ("decision", fields.get("decision", ""))
        forms = page.forms
        form = next((each for each in forms if wanted in each.buttons), forms[0])
        return await self.post(page.path, form.fields | fields, headers)

    async def post(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Page:
        """Send a form as our own pages do, unless headers say otherwise (an empty one is left out)."""
        ours = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", "Content-Type": FORM}
        sent = {name: value for name, value in {**ours, **(headers or {})}.items() if value}
        return await self.request("POST", path, headers=sent, data=urlencode(fields).encode())

    async def follow(self, page: Page) -> Page:
        """Go where a page of ours sends to, within our own site."""
        assert page.location is not None, page.status
        assert page.location.startswith(f"{self.origin}/"), page.location
        return await self.get(page.location.removeprefix(self.origin))

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, data: bytes | None = None
    ) -> Page:
        """Send one request with the cookies, and keep those that come back."""
        sent = dict(headers or {})
        if self.cookies:
            sent.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        url = URL(f"http://127.0.0.1:{self.port}{path}", encoded=True)  # as it is: nothing is put right
        async with self.session.request(method, url, headers=sent, data=data, allow_redirects=False) as answer:
            page = Page(path, answer.status, answer.headers, await answer.read())
        self.cookies |= {name: morsel.value for name, morsel in page.set_cookies.items()}
        return page
