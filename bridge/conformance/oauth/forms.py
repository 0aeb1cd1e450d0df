"""Somebody who fills in forms: follows a service's pages to the redirect URI, without a browser."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp

from bridge.conformance.answer import printable
from bridge.conformance.finding import Unmet
from bridge.conformance.oauth.walk import Returned, read_return

MOST_PAGES: Final = 10
MOST_BYTES: Final = 1024 * 1024


@dataclass(slots=True)
class Form:
    """A form of a page. `fields`: what it sends if nobody fills anything in."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class FormFiller:
    """Fills in forms. `agreeing` and `refusing`: field names to values; the second only on the page of consent."""

    redirect_uri: str
    agreeing: Mapping[str, str]
    refusing: Mapping[str, str]
    timeout_s: float

    async def walk(self, address: str, *, refuse: bool) -> Returned:
        """Go from page to page until the redirect URI. Raises Unmet."""
        fill = dict(self.agreeing) | (dict(self.refusing) if refuse else {})
        timeout = aiohttp.ClientTimeout(total=self.timeout_s)
        try:
            async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
                return await self._walk(session, address, fill)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise Unmet(f"the pages cannot be walked: {printable(str(error) or type(error).__name__)}") from None

    async def _walk(self, session: aiohttp.ClientSession, address: str, fill: Mapping[str, str]) -> Returned:
        form: Form | None = None
        for _ in range(MOST_PAGES):
            returned = read_return(address, self.redirect_uri)
            if returned is not None:
                return returned
            method, data = ("GET", None) if form is None else (form.method, form.fields | _filled(form, fill))
            if method == "GET" and data is not None:
                address, data = f"{address.partition('?')[0]}?{urlencode(data)}", None
            async with session.request(method, address, data=data, allow_redirects=False) as response:
                location, status = response.headers.get("Location"), response.status
                page = (await response.content.read(MOST_BYTES)).decode(errors="replace")
            if location is not None and 300 <= status < 400:  # noqa: PLR2004 -- the redirections
                address, form = urljoin(address, location), None
                continue
            form = form_on(page, fill)
            if form is None:
                raise Unmet(f"{status} at {printable(urlsplit(address).path)}: a page without a form to go on with")
            address = urljoin(address, form.action)
        raise Unmet(f"still not back after {MOST_PAGES} pages")


def _filled(form: Form, fill: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fill.items() if name in form.names}


def form_on(page: str, fill: Mapping[str, str]) -> Form | None:
    """Return the form that there is something to fill in for, else the first."""
    reader = _Reader()
    reader.feed(page)
    return next((form for form in reader.forms if form.names & set(fill)), reader.forms[0] if reader.forms else None)


class _Reader(HTMLParser):
    """Finds forms."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of forms and of what they send."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").upper()))
        elif tag in {"input", "button", "select", "textarea"} and self.forms and given.get("name"):
            form, name = self.forms[-1], given["name"]
            form.names.add(name)
            kind = given.get("type", "submit" if tag == "button" else "text")
            if kind not in {"submit", "button", "checkbox", "radio", "image"} or "checked" in given:
                form.fields[name] = given.get("value", "")
