"""Connecting as it really goes: IFTTT's part is an OAuth library that knows nothing of ours, a person fills in forms.

`register` names IFTTT's services in a daemon's configuration; at each, `ifttt_at` is what IFTTT holds of one user.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import aiohttp
from authlib.integrations.httpx_client import AsyncOAuth2Client

from tests.parts.daemon import Daemon
from tests.parts.walker import Walker

PASSWORD: Final = "a password of everybody in here"
_LISTEN: Final = 'listen = "127.0.0.1:{public}"'
_BEFORE_CLIENTS: Final = 'realtime_url = "{realtime}"\n'

Token = dict[str, Any]
"""What a token endpoint answers, as the library has it."""


@dataclass(frozen=True, slots=True)
class Client:
    """A service at IFTTT. `secret` is the one that IFTTT presents, `accepted` are those of the configuration.

    Without a service key of its own it has the first of `[ifttt]`.
    """

    id: str
    secret: str
    service_key: str = ""
    accepted: tuple[str, ...] = ()

    @property
    def redirect_uri(self) -> str:
        """Where people come back to."""
        return f"https://ifttt.com/channels/{self.id}/authorize"

    @property
    def table(self) -> str:
        """The lines of the configuration."""
        newest, *previous = self.accepted or (self.secret,)
        key = f'service_key = "{self.service_key}"\n' if self.service_key else ""
        return (
            f'[[oauth.clients]]\nclient_id = "{self.id}"\nclient_secret = "{newest}"\n'
            f'previous_client_secrets = {previous}\nredirect_uris = ["{self.redirect_uri}"]\n{key}'
        )

    def with_secret(self, secret: str) -> "Client":
        """Return it with another secret."""
        return replace(self, secret=secret)

    def accepting(self, *older: str) -> "Client":
        """Return it as one that is still accepted with older secrets too."""
        return replace(self, accepted=(self.secret, *older))


PRODUCTION: Final = Client("production", "the-secret-of-production")
STAGING: Final = Client("staging", "the-secret-of-staging", "a-service-key-of-staging")


def register(daemon: Daemon, *clients: Client, code_life: str = "60s") -> None:
    """Let the configuration have these clients and no others; a running daemon has to read it again."""
    tables = "".join(client.table for client in clients)
    daemon.edit(_LISTEN, f'{_LISTEN}\nurl = "http://127.0.0.1:{{public}}"')
    daemon.edit(_BEFORE_CLIENTS, f'{_BEFORE_CLIENTS}[oauth]\ncode_life = "{code_life}"\n{tables}')


def add_person(daemon: Daemon, name: str) -> None:
    """Make an account with a password."""
    daemon.command("user", "add", name, "--password-stdin", stdin=f"{PASSWORD}\n")


@asynccontextmanager
async def ifttt_at(
    daemon: Daemon, client: Client = PRODUCTION, *, way: str = "client_secret_post"
) -> AsyncIterator[AsyncOAuth2Client]:
    """Be IFTTT for one user. `way`: how it says who it is."""
    async with AsyncOAuth2Client(
        client.id,
        client.secret,
        token_endpoint_auth_method=way,
        scope="ifttt",
        redirect_uri=client.redirect_uri,
        code_challenge_method="S256",
        token_endpoint=f"{daemon.origin}/oauth/token",
        trust_env=False,
    ) as library:
        yield library


async def connect(daemon: Daemon, library: AsyncOAuth2Client, user: str, *, pkce: bool = False) -> Token:
    """Send a person through the pages, and exchange the code that they bring back."""
    verifier = secrets.token_urlsafe(48) if pkce else None
    back, state = await agree(daemon, library, user, verifier=verifier)
    return await exchange(library, back, state, verifier=verifier)


async def agree(
    daemon: Daemon, library: AsyncOAuth2Client, user: str, *, verifier: str | None = None
) -> tuple[str, str]:
    """Send a person through the pages. Return where they were sent in the end, and the state that belongs to it."""
    address, state = library.create_authorization_url(f"{daemon.origin}/oauth/authorize", code_verifier=verifier)
    async with aiohttp.ClientSession() as session:
        person = Walker(session, daemon.public_port, daemon.origin)
        page = await person.get(address.removeprefix(daemon.origin))
        page = await person.follow(await person.send(page, username=user, password=PASSWORD))
        page = await person.send(page, decision="allow")
    assert page.location is not None, (page.status, page.text)
    assert page.location.startswith(library.redirect_uri)
    assert parse_qs(urlsplit(page.location).query)["iss"] == [daemon.origin]
    return page.location, state


async def exchange(library: AsyncOAuth2Client, back: str, state: str, *, verifier: str | None = None) -> Token:
    """Exchange the code with which a person came back."""
    more = {} if verifier is None else {"code_verifier": verifier}
    token: Token = dict(await library.fetch_token(authorization_response=back, state=state, **more))
    return token


async def refresh(library: AsyncOAuth2Client, refresh_token: str | None = None) -> Token:
    """Refresh, with the newest refresh token or with this one."""
    token: Token = dict(await library.refresh_token(refresh_token=refresh_token))
    return token


async def check(daemon: Daemon, access_token: str) -> int:
    """Check a connection as IFTTT does, and return the status of the answer."""
    headers = {"Authorization": f"Bearer {access_token}"}
    async with aiohttp.ClientSession() as session, session.get(f"{daemon.url}/user/info", headers=headers) as response:
        return response.status
