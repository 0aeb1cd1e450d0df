"""The cookies of the pages: one that tells browsers apart while they sign in, one that knows them again next year.

With https they carry the prefix `__Host-`: no other host of the same domain can set them, and no plain http sees them.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Final

from aiohttp import web

MAX_COOKIE_CHARACTERS: Final = 512
_VISIT: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
KNOWN_FOR_S: Final = 400 * 24 * 3600
"""As long as browsers keep any cookie."""


@dataclass(frozen=True, slots=True)
class Cookies:
    """The names of the cookies. `secure`: people come by https. `site` tells two sites of one host apart, which get
    each other's cookies; `kept_for_s`: how long a browser keeps that of a visit, None: until it is closed.
    """  # noqa: D205 -- one paragraph

    secure: bool
    site: str = ""
    kept_for_s: int | None = None

    @property
    def session(self) -> str:
        """The cookie of one visit: a random text, which stands for somebody once they have signed in."""
        return f"{self._prefix}session"

    @property
    def known(self) -> str:
        """The cookie by which a browser is known in which somebody has signed in before."""
        return f"{self._prefix}known"

    @property
    def _prefix(self) -> str:
        return f"__Host-{self.site}" if self.secure else self.site

    def read(self, request: web.BaseRequest, name: str) -> str:
        """Return a cookie, "" where there is none that can be one of ours."""
        try:
            text = request.cookies.get(name, "")
        except ValueError:
            return ""
        return text if len(text) <= MAX_COOKIE_CHARACTERS and text.isascii() else ""

    def visit(self, request: web.BaseRequest) -> str:
        """Return the cookie of a visit, "" where there is none that we can have made: it is sent back as it came."""
        text = self.read(request, self.session)
        return text if _VISIT.fullmatch(text) else ""

    def begin(self, response: web.Response, session: str) -> None:
        """Give a browser the cookie of this visit."""
        response.set_cookie(
            self.session,
            session,
            max_age=self.kept_for_s,
            httponly=True,
            secure=self.secure,
            samesite="Lax",
            path="/",
        )

    def remember(self, response: web.Response, known: str) -> None:
        """Give a browser the cookie by which it is known again. Only our own pages need it: never across sites."""
        response.set_cookie(
            self.known, known, max_age=KNOWN_FOR_S, httponly=True, secure=self.secure, samesite="Strict", path="/"
        )


def new_visit() -> str:
    """Return the cookie of a visit that has just begun."""
    return secrets.token_urlsafe(32)
