"""Who may ask, from IFTTT's side: what it was told of a service, and how it gets a new access token.

Plain computation; knows neither HTTP nor time.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from bridge.simulator.protocol import BAD_REQUEST, OK, UNAUTHORIZED


@dataclass(frozen=True, slots=True)
class Client:
    """What the service gave to this IFTTT: the one for production, or the one for a staging clone."""

    token_url: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Service:
    """What IFTTT was told of a service. Without a client nothing is ever refreshed."""

    base_url: str
    key: str
    client: Client | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a user's connection is worth. Without a refresh token the access token is all there is."""

    access: str
    refresh: str | None = None


class Renewal(StrEnum):
    """What came of asking for a new access token."""

    RENEWED = "renewed"
    REFUSED = "refused"
    LATER = "later"


def refresh_form(client: Client, refresh_token: str) -> bytes:
    """Return the body of a refresh."""
    return urlencode(
        {
            "grant_type": "refresh_token",
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "refresh_token": refresh_token,
        }
    ).encode()


def read_renewal(status: int | None, body: bytes, before: Tokens) -> tuple[Renewal, Tokens]:
    """Return what an answer of the token endpoint means, and the tokens from now on.

    An answer without a refresh token leaves the one before in force. What is neither a yes nor a no is asked again.
    """
    match status:
        case code if code == OK:
            return _read_tokens(body, before)
        case code if code in {BAD_REQUEST, UNAUTHORIZED}:
            return Renewal.REFUSED, before
        case _:
            return Renewal.LATER, before


def _read_tokens(body: bytes, before: Tokens) -> tuple[Renewal, Tokens]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return Renewal.LATER, before
    match said:
        case {"access_token": str(access), **rest} if access:
            refresh = rest.get("refresh_token")
            return Renewal.RENEWED, Tokens(access, refresh if isinstance(refresh, str) and refresh else before.refresh)
        case _:
            return Renewal.LATER, before
