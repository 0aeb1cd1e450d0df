"""What a browser asks for at the authorize address, and where it is sent back to (RFC 6749, sections 3.1 and 4.1).

A request whose client or redirect URI is not one of ours is told to the person and to nobody else: never is anybody
sent to an address that the configuration does not hold, letter by letter. Knows neither HTTP nor who is signed in.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from bridge.oauth.clients import Client, Clients
from bridge.oauth.pkce import METHOD, is_challenge

SCOPE: Final = "ifttt"
"""The only scope there is; it covers everything (protocol reference, section 7.1)."""

MAX_PARAMETERS: Final = 64
MAX_STATE_CHARACTERS: Final = 4096

_SINGLE: Final = ("state", "response_type", "scope", "code_challenge", "code_challenge_method")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that a person can be asked about. `state` None: there was none; `challenge` None: no PKCE."""

    client: Client
    redirect_uri: str
    state: str | None
    challenge: str | None


@dataclass(frozen=True, slots=True)
class SendBack:
    """A request that its client must mend: the browser is sent back with an error of OAuth's own."""

    redirect_uri: str
    state: str | None
    error: str
    description: str


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """A request that may send nobody anywhere. `reason` is for the person who sees the page."""

    reason: str


def read_request(query: str, clients: Clients) -> AuthorizationRequest | SendBack | Unanswerable:
    """Read the query of the authorize address, as it came."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape", max_num_fields=MAX_PARAMETERS)
    except ValueError:
        return Unanswerable("The address has too many parameters.")
    given = dict(pairs)
    times = Counter(name for name, _ in pairs)
    if times["client_id"] > 1 or times["redirect_uri"] > 1:
        return Unanswerable("The address says twice who is asking.")
    client = clients.named(given.get("client_id", ""))
    if client is None:
        return Unanswerable("Nobody of that name (client_id) may ask to be connected with this home.")
    redirect_uri = given.get("redirect_uri", "")
    if redirect_uri not in client.redirect_uris:
        return Unanswerable(
            "The address to go back to (redirect_uri) is not the one that was agreed upon with the service."
        )
    if len(given.get("state", "")) > MAX_STATE_CHARACTERS:
        return Unanswerable("The address is too long (state).")
    return _checked(client, redirect_uri, given, times)


def _checked(
    client: Client, redirect_uri: str, given: dict[str, str], times: Counter[str]
) -> AuthorizationRequest | SendBack:
    state = given.get("state") if times["state"] == 1 else None
    for name in _SINGLE:
        if times[name] > 1:
            return SendBack(redirect_uri, state, "invalid_request", f"{name} is given twice")
    if given.get("response_type") != "code":
        error = "unsupported_response_type" if given.get("response_type") else "invalid_request"
        return SendBack(redirect_uri, state, error, "response_type must be code")
    if not is_our_scope(given.get("scope", "")):
        return SendBack(redirect_uri, state, "invalid_scope", f"the only scope is {SCOPE}")
    challenge, method = given.get("code_challenge"), given.get("code_challenge_method")
    if challenge is None and method is None:
        return AuthorizationRequest(client, redirect_uri, state, None)
    if method != METHOD or challenge is None or not is_challenge(challenge):
        return SendBack(redirect_uri, state, "invalid_request", f"a code_challenge must be one of {METHOD}")
    return AuthorizationRequest(client, redirect_uri, state, challenge)


def is_our_scope(scope: str) -> bool:
    """Tell whether a scope asks for no more than there is. An empty one asks for what there is."""
    return set(scope.split(" ")) <= {SCOPE, ""}


def address_back(redirect_uri: str, said: Sequence[tuple[str, str]], *, state: str | None, issuer: str) -> str:
    """Return where to send the browser: with what is said, the state untouched, and who says it (RFC 9207)."""
    parameters = [*said, *([] if state is None else [("state", state)]), ("iss", issuer)]
    joint = "&" if "?" in redirect_uri else "?"
    return f"{redirect_uri}{joint}{urlencode(parameters, errors='surrogateescape')}"
