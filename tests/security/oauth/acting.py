"""What an attacker or a victim does at the pages and at the token endpoint, in few words."""

import base64
import hashlib
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from bridge.oauth.clients import Client
from tests.integration.web.reception import PASSWORD, PRODUCTION, PUBLIC_URL, STAGING, hash_of
from tests.integration.web.site import Answer, Site
from tests.parts.walker import FORM, Page, Walker

AUTHORIZE: Final = "/oauth/authorize"
ACCOUNT: Final = "/oauth/account"
TOKEN: Final = "/oauth/token"
BACK: Final = {client.id: client.redirect_uris[0] for client in (PRODUCTION, STAGING)}
SESSION: Final = "__Host-session"
KNOWN: Final = "__Host-known"
VERIFIER: Final = "a-verifier-that-is-long-enough-for-the-rfc-7636"
CHALLENGE: Final = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PKCE: Final = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def right(kept: str, password: str) -> bool:
    """Check a password without Argon2: for where the password is not the point."""
    return kept == hash_of(PASSWORD) and password == PASSWORD


def asking(client: Client = PRODUCTION, /, **parameters: str | None) -> str:
    """Return the path that IFTTT sends people to. None leaves a parameter out."""
    asked = {
        "client_id": client.id,
        "response_type": "code",
        "scope": "ifttt",
        "state": "a state",
        "redirect_uri": BACK[client.id],
        **parameters,
    }
    return f"{AUTHORIZE}?{urlencode({name: value for name, value in asked.items() if value is not None})}"


def stranger(site: Site) -> Walker:
    """Return a browser that nobody has signed in with."""
    assert site.session is not None
    return Walker(site.session, site.port, PUBLIC_URL)


def signed_in(site: Site, user: str = "ann") -> Walker:
    """Return a browser in which somebody has signed in."""
    walker = stranger(site)
    walker.cookies[SESSION] = site.reception.sessions.begin(site.users[user].id)
    return walker


async def sign_in(walker: Walker, page: Page, name: str = "ann", password: str = PASSWORD, **headers: str) -> Page:
    """Type a name and a password into a page."""
    return await walker.send(page, headers=headers, username=name, password=password)


async def agree(site: Site, user: str = "ann", client: Client = PRODUCTION, /, **parameters: str | None) -> str:
    """Let a person agree, and return the code that they bring back."""
    walker = signed_in(site, user)
    page = await walker.get(asking(client, **parameters))
    back = await walker.send(page, decision="allow")
    assert back.status == 303, back.text
    return back.brought["code"]


async def ask_token(site: Site, headers: dict[str, str] | None = None, /, **form: str | None) -> Answer:
    """Ask the token endpoint."""
    body = urlencode({name: value for name, value in form.items() if value is not None}).encode()
    return await site.request("POST", TOKEN, headers={"Content-Type": FORM} | (headers or {}), data=body)


def credentials(client: Client) -> dict[str, str]:
    """Return who a client says it is."""
    return {"client_id": client.id, "client_secret": client.secrets[0]}


async def redeem(site: Site, code: str, client: Client = PRODUCTION, /, **changes: str | None) -> Answer:
    """Redeem a code as its client does."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK[client.id], **credentials(client)}
    return await ask_token(site, **{**form, **changes})


async def refresh(site: Site, token: str, client: Client = PRODUCTION, /, **changes: str | None) -> Answer:
    """Refresh as a client does."""
    form = {"grant_type": "refresh_token", "refresh_token": token, **credentials(client)}
    return await ask_token(site, **{**form, **changes})


@dataclass(frozen=True, slots=True)
class Connection:
    """What IFTTT holds of one connection."""

    code: str
    access: str
    refresh: str


async def connect(site: Site, user: str = "ann", client: Client = PRODUCTION) -> Connection:
    """Let a person agree and their client redeem the code."""
    code = await agree(site, user, client)
    answer = await redeem(site, code, client)
    assert answer.status == 200, answer.body
    return Connection(code, answer.json["access_token"], answer.json["refresh_token"])


async def renewed(site: Site, connection: Connection, client: Client = PRODUCTION) -> Connection:
    """Return the connection after a refresh."""
    answer = await refresh(site, connection.refresh, client)
    assert answer.status == 200, answer.body
    return replace(connection, access=answer.json["access_token"], refresh=answer.json["refresh_token"])


async def opens(site: Site, access: str) -> bool:
    """Tell whether an access token is good. Only 401 is a no (I5)."""
    answer = await site.request("GET", "user/info", token=access)
    assert answer.status in {200, 401}
    return answer.status == 200


def is_refused(answer: Answer, error: str, status: int = 400) -> bool:
    """Tell whether the token endpoint refuses as RFC 6749 has it, and hands nothing out."""
    said = answer.json
    return (answer.status, said.get("error"), "access_token" in said) == (status, error, False)
