"""The steps of the authentication test, in order; each leans on what the ones before brought."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

from bridge.conformance.answer import Answer, Asked, excerpt
from bridge.conformance.checks.expect import BAD, OK, UNAUTHORIZED, data_object, expect_status, shown
from bridge.conformance.finding import NotApplicable, Result, Severity, Unmet
from bridge.conformance.oauth.walk import STATE, Returned, Walk
from bridge.conformance.service import Service
from bridge.conformance.subject import BAD_TOKEN, Credential, Credentials
from bridge.conformance.trial import Check, Trial, judge

FORM: Final = "application/x-www-form-urlencoded"
ADVICE: Final = Severity.ADVICE


@dataclass(slots=True)
class Brought:
    """What the steps have brought so far. `kept_back`: no cache may keep the tokens."""

    returned: Returned | None = None
    access: str | None = None
    refresh: str | None = None
    newer_access: str | None = None
    kept_back: bool = False


class OAuthSteps:
    """The steps. Each is a test of its own."""

    def __init__(self, service: Service, walk: Walk) -> None:
        self._service = service
        self._walk = walk
        self._brought = Brought()

    def checks(self) -> list[Check]:
        """Return the tests, in their order."""
        return [
            Check("oauth.authorize", "back at the redirect URI with a code", self._authorize),
            Check("oauth.state", "the state unchanged", self._state),
            Check("oauth.exchange", "200 with `access_token` and `token_type` Bearer", self._exchange),
            Check("oauth.no_store", "Cache-Control: no-store on tokens", self._no_store, severity=ADVICE),
            Check("oauth.user_info", "200 from user/info with the new token", self._user_info),
            Check("oauth.bad_code", "400 `invalid_grant` for a code that never was", self._bad_code),
            Check("oauth.refresh", "200 with `access_token` and `refresh_token`", self._refresh),
            Check("oauth.refreshed", "200 from user/info with the refreshed token", self._refreshed),
            Check(
                "oauth.older_access", "200 from user/info with the token before it", self._user_info, severity=ADVICE
            ),
            Check("oauth.older_refresh", "200 for the older refresh token once more", self._older_refresh),
            Check("oauth.parallel", "200 for two refreshes with one token at a time", self._parallel),
            Check("oauth.bad_refresh", "400 `invalid_grant` for a refresh token that never was", self._bad_refresh),
            Check("oauth.bad_token", "401 from user/info with Bearer INVALID", self._bad_token),
            Check(
                "oauth.bad_secret", "401 `invalid_client` for a wrong client secret", self._bad_secret, severity=ADVICE
            ),
            Check("oauth.bad_grant", "400 `unsupported_grant_type`", self._bad_grant, severity=ADVICE),
            Check("oauth.foreign_redirect", "no redirect to an address that is not ours", self._foreign_redirect),
            Check("oauth.foreign_client", "no redirect for a client that nobody knows", self._foreign_client),
            Check(
                "oauth.opener", "no Cross-Origin-Opener-Policy: same-origin on the page", self._opener, severity=ADVICE
            ),
            Check("oauth.framing", "the page cannot be framed", self._framing, severity=ADVICE),
            Check("oauth.refusal", "back with error=access_denied after a refusal", self._refusal),
            Check("oauth.code_once", "400 `invalid_grant` for the code once more", self._code_once),
        ]

    async def _authorize(self, _trial: Trial) -> None:
        returned = await self._walk.person(self._walk.authorize_address(), refuse=False)
        self._brought.returned = returned
        if not returned.code:
            raise Unmet(f"back without a code, with error {shown(returned.error)}")

    async def _state(self, _trial: Trial) -> None:
        returned = self._brought.returned
        if returned is None:
            raise NotApplicable("nobody came back")
        if returned.state != STATE:
            raise Unmet(f"{shown(returned.state)} instead of {shown(STATE)}")

    async def _exchange(self, trial: Trial) -> None:
        answer = await self._token(trial, **self._code_form(self._code()))
        access, refresh = _tokens(answer)
        self._brought.access, self._brought.refresh = access, refresh
        self._brought.kept_back = "no-store" in answer.headers.get("cache-control", "").lower()

    async def _user_info(self, trial: Trial) -> None:
        await self._opens(trial, self._brought.access)

    async def _refreshed(self, trial: Trial) -> None:
        await self._opens(trial, self._brought.newer_access)

    async def _bad_code(self, trial: Trial) -> None:
        _expect_error(await self._token(trial, **self._code_form("INVALID")), BAD, "invalid_grant")

    async def _code_once(self, trial: Trial) -> None:
        _expect_error(await self._token(trial, **self._code_form(self._code())), BAD, "invalid_grant")

    async def _refresh(self, trial: Trial) -> None:
        answer = await self._token(trial, grant_type="refresh_token", refresh_token=self._refresh_token())
        access, refresh = _tokens(answer)
        self._brought.newer_access = access
        if refresh is None:
            raise Unmet("no `refresh_token` in the answer")

    async def _older_refresh(self, trial: Trial) -> None:
        if self._brought.newer_access is None:
            raise NotApplicable("nothing was refreshed")
        _tokens(await self._token(trial, grant_type="refresh_token", refresh_token=self._refresh_token()))

    async def _parallel(self, trial: Trial) -> None:
        if self._brought.newer_access is None:
            raise NotApplicable("nothing was refreshed")
        fields = {"grant_type": "refresh_token", "refresh_token": self._refresh_token()}
        for answer in await asyncio.gather(self._token(trial, **fields), self._token(trial, **fields)):
            _tokens(answer)

    async def _no_store(self, _trial: Trial) -> None:
        if self._brought.access is None:
            raise NotApplicable("there are no tokens")
        if not self._brought.kept_back:
            raise Unmet("no `no-store` on the answer with the tokens")

    async def _bad_refresh(self, trial: Trial) -> None:
        answer = await self._token(trial, grant_type="refresh_token", refresh_token="INVALID")  # noqa: S106 -- none
        _expect_error(answer, BAD, "invalid_grant")

    async def _bad_token(self, trial: Trial) -> None:
        expect_status(await trial.ask("GET", "user/info", BAD_TOKEN), UNAUTHORIZED)

    async def _bad_secret(self, trial: Trial) -> None:
        form = self._code_form("INVALID") | {"client_secret": "INVALID"}
        _expect_error(await self._token(trial, **form), UNAUTHORIZED, "invalid_client")

    async def _bad_grant(self, trial: Trial) -> None:
        _expect_error(await self._token(trial, grant_type="password"), BAD, "unsupported_grant_type")

    async def _foreign_redirect(self, _trial: Trial) -> None:
        answer = await self._page(redirect_uri="https://elsewhere.example.org/taken")
        if "elsewhere.example.org" in answer.headers.get("location", ""):
            raise Unmet(str(answer))

    async def _foreign_client(self, _trial: Trial) -> None:
        answer = await self._page(client_id="nobody-knows")
        if answer.headers.get("location", "").startswith(self._walk.redirect_uri):
            raise Unmet(str(answer))

    async def _opener(self, _trial: Trial) -> None:
        answer = await self._page()
        if answer.headers.get("cross-origin-opener-policy", "").strip().lower() == "same-origin":
            raise Unmet("the page cuts the popup from who opened it")

    async def _framing(self, _trial: Trial) -> None:
        answer = await self._page()
        policy = answer.headers.get("content-security-policy", "")
        if "frame-ancestors" not in policy and "x-frame-options" not in answer.headers:
            raise Unmet("neither X-Frame-Options nor frame-ancestors")

    async def _refusal(self, _trial: Trial) -> None:
        if not self._walk.can_refuse:
            raise NotApplicable("nobody says how to refuse: see --oauth-refuse")
        returned = await self._walk.person(self._walk.authorize_address(), refuse=True)
        if returned.error != "access_denied" or returned.code is not None:
            raise Unmet(f"error {shown(returned.error)}, {'a code' if returned.code else 'no code'}")

    async def _token(self, trial: Trial, **fields: str) -> Answer:
        """Ask for tokens. The request is told without its form, for that holds secrets."""
        grant = fields.get("grant_type", "")
        asked = Asked("POST", self._walk.token_url, f"grant {grant}", {"Content-Type": FORM}, self._walk.form(**fields))
        answer = await self._service.send(asked, self._walk.token_url)
        trial.asked = Asked("POST", self._walk.token_url, f"grant {grant}", {}, None)
        trial.answer = answer
        if answer.status is None:
            raise Unmet(answer.trouble)
        return answer

    async def _page(self, **changes: str) -> Answer:
        address = self._walk.authorize_address(**changes)
        answer = await self._service.send(Asked("GET", address, "nobody", {"Accept": "text/html"}, None), address)
        if answer.status is None:
            raise Unmet(answer.trouble)
        return answer

    async def _opens(self, trial: Trial, token: str | None) -> None:
        if token is None:
            raise NotApplicable("there is no token")
        data_object(await trial.ask("GET", "user/info", Credential("token", {"Authorization": f"Bearer {token}"})))

    def _code(self) -> str:
        if self._brought.returned is None or not self._brought.returned.code:
            raise NotApplicable("there is no code")
        return self._brought.returned.code

    def _refresh_token(self) -> str:
        if self._brought.refresh is None:
            raise NotApplicable("there is no refresh token")
        return self._brought.refresh

    def _code_form(self, code: str) -> dict[str, str]:
        return {"grant_type": "authorization_code", "code": code, "redirect_uri": self._walk.redirect_uri}


async def run_oauth(service: Service, walk: Walk, progress: Callable[[int, int], None]) -> AsyncIterator[Result]:
    """Walk, and yield each result as it comes."""
    checks = OAuthSteps(service, walk).checks()
    for done, check in enumerate(checks, 1):
        yield await judge(check, Trial(service, Credentials(""), _unwatched))
        progress(done, len(checks))


def _unwatched(_asked: Asked, _answer: Answer) -> None:
    """Look at nothing: the endpoints are watched by their own tests."""


def _tokens(answer: Answer) -> tuple[str, str | None]:
    """Read the tokens of an answer; access and refresh token. Raises Unmet."""
    expect_status(answer, OK)
    said = answer.object()
    access, refresh, kind = said.get("access_token"), said.get("refresh_token"), said.get("token_type")
    if not isinstance(access, str) or not access.isascii() or not access.isprintable() or not access:
        raise Unmet("no `access_token` that a header can carry")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise Unmet(f"`token_type` is {shown(kind)}")
    if refresh is not None and not isinstance(refresh, str):
        raise Unmet("`refresh_token` is no string")
    if "json" not in answer.headers.get("content-type", ""):
        raise Unmet(f"content type {shown(answer.headers.get('content-type'))}")
    return access, refresh


def _expect_error(answer: Answer, status: int, error: str) -> None:
    expect_status(answer, status)
    if answer.object().get("error") != error:
        raise Unmet(f"{status} {excerpt(answer.body)}: no `error` {error}")
