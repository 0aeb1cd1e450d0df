"""The token endpoint: codes and refresh tokens against new pairs of tokens (RFC 6749, sections 4.1.3, 5 and 6).

It has OAuth's own shape of errors. Everything that may fail tells the client the same and the log the reason.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import unquote_plus

import msgspec
import structlog
from aiohttp import web

from bridge.errors import BadInput, StorageError, TemporarilyUnavailable, TokenRefused
from bridge.oauth.authorization import SCOPE, is_our_scope
from bridge.oauth.clients import Client, Clients
from bridge.oauth.grants import Grant, Moment, NewPair, Redemption, Refusal
from bridge.oauth.pkce import challenge_of, is_verifier
from bridge.oauth.tokens import MAX_TOKEN_CHARACTERS, digest_of, mint_token
from bridge.web.bodies import read_form
from bridge.web.failures import RETRY_AFTER_S

_HEADERS: Final = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
}

log = structlog.get_logger("bridge.oauth")


class Grants(Protocol):
    """Where codes and tokens are kept, by their digests."""

    async def redeem(self, presented: Redemption, pair: NewPair, *, now: Moment, life_ms: int) -> Grant | Refusal:
        """Give a pair for a code, once."""
        ...

    async def refresh(self, refresh: str, client: str, pair: NewPair, *, now: Moment) -> Grant | Refusal:
        """Give another pair for a refresh token."""
        ...


@dataclass(frozen=True, slots=True)
class Issued:
    """A pair of tokens before it is given away: the only place where they are not digests."""

    access: str
    refresh: str

    @property
    def digests(self) -> NewPair:
        """What is kept of it."""
        return NewPair(digest_of(self.access), digest_of(self.refresh))


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Answers clients. `forget_tokens`: some that were good may be so no more; `refused_refresh` hears which refresh
    token (digest) was refused; `tell` brings a refusal to the log, within bounds.
    """  # noqa: D205 -- one sentence

    clients: Clients
    grants: Grants
    moment: Callable[[], Moment]
    code_life_ms: Callable[[], int]
    forget_tokens: Callable[[], None]
    refused_refresh: Callable[[str], None]
    tell: Callable[[web.BaseRequest, str], None]

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request, whatever is in it."""
        try:
            issued = await self._issue(request)
        except TokenRefused as refused:
            return self._refuse(request, refused)
        except BadInput as error:
            return self._refuse(request, TokenRefused("invalid_request", str(error)))
        except (StorageError, TemporarilyUnavailable):
            said = {"error": "temporarily_unavailable", "error_description": "try again in a moment"}
            return _respond(said, status=503, Retry_After=RETRY_AFTER_S)
        return _respond(
            {"token_type": "Bearer", "access_token": issued.access, "refresh_token": issued.refresh, "scope": SCOPE}
        )

    async def _issue(self, request: web.BaseRequest) -> Issued:
        if request.rel_url.raw_query_string:
            raise TokenRefused("invalid_request", "parameters belong into the body, where no log keeps them")
        form = await read_form(request)
        client = self._authenticated(request, form)
        match form.get("grant_type"):
            case "authorization_code":
                return await self._redeemed(client, form)
            case "refresh_token":
                return await self._refreshed(client, form)
            case None | "":
                raise TokenRefused("invalid_request", "grant_type is missing")
            case _:
                raise TokenRefused("unsupported_grant_type", "there are authorization_code and refresh_token")

    def _authenticated(self, request: web.BaseRequest, form: dict[str, str]) -> Client:
        header = request.headers.get("Authorization")
        if header is None:
            client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        else:
            client_id, secret = _basic(header)
            if "client_secret" in form or form.get("client_id", client_id) != client_id:
                raise TokenRefused("invalid_request", "the client says in two ways who it is")
        client = self.clients.authenticate(client_id, secret)
        if client is None:
            raise TokenRefused("invalid_client", "the client id or its secret is wrong")
        return client

    async def _redeemed(self, client: Client, form: dict[str, str]) -> Issued:
        code, redirect_uri, verifier = _given(form, "code"), _given(form, "redirect_uri"), form.get("code_verifier")
        if verifier is not None and not is_verifier(verifier):
            raise TokenRefused("invalid_grant", "code_verifier is not one")
        challenge = None if verifier is None else challenge_of(verifier)
        issued = Issued(mint_token(), mint_token())
        presented = Redemption(digest_of(code), client.id, redirect_uri, challenge)
        outcome = await self.grants.redeem(presented, issued.digests, now=self.moment(), life_ms=self.code_life_ms())
        if isinstance(outcome, Refusal):
            if outcome is Refusal.REPLAYED:
                self.forget_tokens()
                log.warning("oauth.code_replayed", client=client.id, note="what it gave is revoked: connect again")
            raise TokenRefused("invalid_grant", "the code is not valid", reason=outcome)
        log.info("oauth.connected", user=outcome.user.id, client=client.id, grant=outcome.id)
        return issued

    async def _refreshed(self, client: Client, form: dict[str, str]) -> Issued:
        token = _given(form, "refresh_token")
        if not is_our_scope(form.get("scope", "")):
            raise TokenRefused("invalid_scope", f"the only scope is {SCOPE}")
        issued = Issued(mint_token(), mint_token())
        outcome = await self.grants.refresh(digest_of(token), client.id, issued.digests, now=self.moment())
        if isinstance(outcome, Refusal):
            self.refused_refresh(digest_of(token))
            raise TokenRefused("invalid_grant", "the refresh token is not valid", reason=outcome)
        self.forget_tokens()  # a sibling may have had to go
        log.info("oauth.refreshed", user=outcome.user.id, client=client.id, grant=outcome.id)
        return issued

    def _refuse(self, request: web.BaseRequest, refused: TokenRefused) -> web.Response:
        self.tell(request, f"{refused.error}: {refused.reason or refused}")
        said = {"error": refused.error, "error_description": str(refused)}
        if refused.error != "invalid_client":
            return _respond(said, status=400)
        asking = {"WWW_Authenticate": 'Basic realm="token"'} if "Authorization" in request.headers else {}
        return _respond(said, status=401, **asking)


def _given(form: dict[str, str], name: str) -> str:
    value = form.get(name, "")
    if not value:
        raise TokenRefused("invalid_request", f"{name} is missing")
    if len(value) > MAX_TOKEN_CHARACTERS and name != "redirect_uri":
        raise TokenRefused("invalid_grant", f"{name} is not one of ours")
    return value


def _basic(header: str) -> tuple[str, str]:
    """Return what a header says who the client is, its two parts form-encoded (RFC 6749, section 2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    if scheme.casefold() != "basic":
        text = ""
    client_id, _, secret = text.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _respond(said: dict[str, str], *, status: int = 200, **headers: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(body=msgspec.json.encode(said), status=status, headers=_HEADERS | named)
