"""Where people find the pages: the public address of the bridge, and what follows from it.

Nothing here comes from a request: what a Host header claims is never looked at.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from bridge.web.cookies import Cookies

_USUAL_PORTS: Final = {"https": ":443", "http": ":80"}
_KEPT: Final = "!#$%&'()*+,/:;=?@[]~"
"""What stands in the query of an address as it is; everything else is written with percent signs."""


@dataclass(frozen=True, slots=True)
class Place:
    """The public address, which is also what the bridge is called as an issuer of tokens (RFC 9207)."""

    issuer: str

    @property
    def origin(self) -> str:
        """What a browser calls the site of our pages: without the port that goes without saying."""
        parts = urlsplit(self.issuer.lower())
        return f"{parts.scheme}://{parts.netloc.removesuffix(_USUAL_PORTS.get(parts.scheme, ''))}"

    @property
    def cookies(self) -> Cookies:
        """The cookies of people who come here."""
        return Cookies(secure=self.issuer.startswith("https://"))

    @property
    def account_url(self) -> str:
        """Where a person sees what is connected."""
        return f"{self.issuer}/oauth/account"

    def authorize_url(self, query: str) -> str:
        """Return the authorize address with a query as it came."""
        return f"{self.issuer}/oauth/authorize?{quote(query, safe=_KEPT, errors='surrogateescape')}"
