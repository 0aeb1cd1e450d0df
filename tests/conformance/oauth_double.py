"""The double's OAuth: a page to sign in, a page to agree, and tokens; with one fault if that is asked for."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from tests.conformance.double import Ask, Double

CLIENT: Final = "ifttt-at-home"
SECRET: Final = "secret-of-the-client"
REDIRECT: Final = "https://ifttt.example/channels/double/authorize"
NO_FRAMES: Final = {"X-Frame-Options": "DENY"}

SIGN_IN: Final = """<!DOCTYPE html><form method="post" action="/sign-in">
<input type="hidden" name="request" value="{request}"><input name="user"><input type="password" name="password">
<button>Sign in</button></form>"""
CONSENT: Final = """<!DOCTYPE html><p>IFTTT asks for your doors.</p><form method="post" action="/consent">
<input type="hidden" name="request" value="{request}">
<button name="decision" value="allow">Agree</button><button name="decision" value="deny">Refuse</button></form>"""


class OAuthDouble:
    """The service with accounts. `fault`: what it does wrong, "" for nothing."""

    def __init__(self, fault: str = "", redirect_uri: str = REDIRECT) -> None:
        self._fault = fault
        self._redirect_uri = redirect_uri
        self.double = Double()
        self._asked: dict[str, dict[str, str]] = {}
        self._codes: set[str] = set()
        self._refresh: set[str] = set()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:  # noqa: PLR0911 -- a table of routes
        """Answer one request."""
        form = {name: str(value) for name, value in (await request.post()).items()} if request.method == "POST" else {}
        match (request.method, request.path):
            case ("GET", "/oauth/authorize"):
                return self._authorize(dict(request.query))
            case ("POST", "/sign-in") if form.get("user") == "anna" and form.get("password") == "right":
                raise_to = f"/consent?request={form['request']}"
                return web.Response(status=303, headers={"Location": raise_to, "Set-Cookie": "signed=in"})
            case ("GET", "/consent") if request.cookies.get("signed") == "in":
                return _page(CONSENT.format(request=request.query["request"]))
            case ("POST", "/consent") if form.get("decision"):
                return self._back(self._asked[form["request"]], agreed=form["decision"] == "allow")
            case ("POST", "/oauth/token"):
                return self._token(form)
            case (_, path) if path.startswith("/ifttt/v1/"):
                pieces = tuple(piece for piece in path.split("/") if piece)
                reply = self.double.answer(Ask(request.method, pieces[2:], request.headers, b"", path))
                status = 200 if self._fault == "any token is fine" else reply.status
                return web.Response(status=status, body=reply.body, headers=dict(reply.headers))
            case _:
                return web.Response(status=404)

    def _authorize(self, query: dict[str, str]) -> web.Response:
        if self._fault == "any redirect is fine":
            return web.Response(status=302, headers={"Location": query["redirect_uri"]})
        if query["client_id"] != CLIENT and self._fault == "any client is fine":
            return web.Response(status=302, headers={"Location": f"{self._redirect_uri}?code=x"})
        if query["client_id"] != CLIENT or query["redirect_uri"] != self._redirect_uri:
            return web.Response(status=400, text="No.")
        name = secrets.token_hex(4)
        self._asked[name] = query
        return _page(SIGN_IN.format(request=name), fault=self._fault)

    def _back(self, query: dict[str, str], *, agreed: bool) -> web.Response:
        said = {"state": query["state"].strip("+") if self._fault == "the state is changed" else query["state"]}
        if agreed and self._fault != "nobody gets a code":
            code = secrets.token_hex(8)
            self._codes.add(code)
            said["code"] = code
        else:
            said["error"] = "no" if self._fault == "a refusal is unnamed" else "access_denied"
        return web.Response(status=302, headers={"Location": f"{self._redirect_uri}?{urlencode(said)}"})

    def _token(self, form: dict[str, str]) -> web.Response:
        if form["client_secret"] != SECRET and self._fault != "any secret is fine":
            return _said(401, error="invalid_client")
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(form["code"])
            case "refresh_token":
                return self._refreshed(form["refresh_token"])
            case _:
                return _said(
                    400, error="no" if self._fault == "unknown grants are unnamed" else "unsupported_grant_type"
                )

    def _exchange(self, code: str) -> web.Response:
        if code not in self._codes:
            return _said(
                401 if self._fault == "a bad code is 401" and code == "INVALID" else 400, error="invalid_grant"
            )
        if self._fault != "a code works for ever":
            self._codes.discard(code)
        return self._issue()

    def _refreshed(self, token: str) -> web.Response:
        if token not in self._refresh:
            error = "nope" if self._fault == "a bad refresh token is unnamed" else "invalid_grant"
            return _said(400, error=error)
        if self._fault == "refresh tokens work once":
            self._refresh.discard(token)
        if self._fault == "refreshing ends the older tokens":
            self.double.tokens.clear()
        issued = self._issue()
        if self._fault == "refreshed tokens are dead":
            self.double.tokens.clear()
        if self._fault == "refreshing gives no refresh token":
            return _said(200, access_token=self.double.mint(), token_type="Bearer")
        return issued

    def _issue(self) -> web.Response:
        refresh = secrets.token_hex(8)
        self._refresh.add(refresh)
        access = "never-valid" if self._fault == "tokens are dead" else self.double.mint()
        kind = "mac" if self._fault == "tokens of another type" else "Bearer"
        issued = _said(200, access_token=access, refresh_token=refresh, token_type=kind)
        if self._fault == "tokens may be kept":
            del issued.headers["Cache-Control"]
        return issued


@asynccontextmanager
async def serving_accounts(fault: str = "", redirect_uri: str = REDIRECT) -> AsyncIterator[str]:
    """Serve on loopback, and give the address."""
    runner = web.ServerRunner(
        web.Server(OAuthDouble(fault, redirect_uri).answer, access_log=None), shutdown_timeout=0.1
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _page(text: str, *, fault: str = "") -> web.Response:
    headers = {} if fault == "the page can be framed" else dict(NO_FRAMES)
    if fault == "the page cuts its opener":
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return web.Response(text=text, content_type="text/html", headers=headers)


def _said(status: int, **said: str) -> web.Response:
    return web.Response(
        status=status, text=json.dumps(said), content_type="application/json", headers={"Cache-Control": "no-store"}
    )
