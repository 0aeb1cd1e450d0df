"""What is needed to walk through a service's authorization, and who walks. Knows no connection."""

from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import parse_qs, urlencode, urlsplit

from bridge.conformance.finding import Unmet

STATE: Final = "a b&c=d/%25\N{LATIN SMALL LETTER U WITH DIAERESIS}+"
"""A state with all that is easily broken on its way."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back at the redirect URI."""

    code: str | None
    state: str | None
    error: str | None


class Person(Protocol):
    """Somebody who opens an address."""

    async def __call__(self, address: str, *, refuse: bool) -> Returned:
        """Agree or refuse there, and give what came back. Raises Unmet."""
        ...


@dataclass(frozen=True, slots=True)
class Walk:
    """The OAuth settings of a service, and who agrees and refuses."""

    authorize_url: str
    token_url: str
    client_id: str
    client_secret: str
    redirect_uri: str
    person: Person
    can_refuse: bool = True

    def authorize_address(self, **changes: str) -> str:
        """Return where a browser is sent."""
        asked = {
            "client_id": self.client_id,
            "response_type": "code",
            "scope": "ifttt",
            "state": STATE,
            "redirect_uri": self.redirect_uri,
        } | changes
        joint = "&" if "?" in self.authorize_url else "?"
        return f"{self.authorize_url}{joint}{urlencode(asked)}"

    def form(self, **fields: str) -> bytes:
        """Return the form of a request for tokens."""
        return urlencode({"client_id": self.client_id, "client_secret": self.client_secret} | fields).encode()


def read_return(address: str, redirect_uri: str) -> Returned | None:
    """Read what a redirect brought back; None for an address that is not the redirect URI."""
    try:
        place = urlsplit(address)
    except ValueError:
        return None
    if place._replace(query="", fragment="") != urlsplit(redirect_uri)._replace(query="", fragment=""):
        return None
    said = parse_qs(place.query, keep_blank_values=True)
    if any(len(values) > 1 for values in said.values()):
        raise Unmet("the redirect has a parameter twice")
    one = {name: values[0] for name, values in said.items()}
    return Returned(one.get("code"), one.get("state"), one.get("error"))
