"""The endpoints about the service itself: status, test/setup, user/info."""

from collections.abc import Callable

from aiohttp import web

from bridge.ifttt.samples import setup_samples
from bridge.web.caller import Caller, TestTokens
from bridge.web.credentials import ServiceKeys
from bridge.web.echo import Echo
from bridge.web.envelope import respond_empty, respond_with_data

Passed = Callable[[str, str], None]
"""Hears of each check of a connection that passed: whose, by the id of the user, and which client's."""


class SetupEndpoints:
    """Answers IFTTT about the service. `clock_ms` gives epoch milliseconds, `account_url` where people see what is
    connected, "" where nothing can be; `echo` notices what we have asked ourselves.
    """  # noqa: D205 -- one sentence

    def __init__(
        self,
        service_keys: ServiceKeys,
        test_tokens: TestTokens,
        *,
        clock_ms: Callable[[], int],
        passed: Passed = lambda _user, _client: None,
        account_url: Callable[[], str] = lambda: "",
        echo: Echo | None = None,
    ) -> None:
        self._service_keys = service_keys
        self._test_tokens = test_tokens
        self._clock_ms = clock_ms
        self._passed = passed
        self._account_url = account_url
        self._echo = echo

    def status(self, request: web.BaseRequest) -> web.StreamResponse:
        """Say that the service is up. One device or the broker being away is no reason to say otherwise."""
        if self._echo is not None:
            self._echo.look_at(request)
        self._service_keys.check(request)
        return respond_empty()

    def test_setup(self, request: web.BaseRequest) -> web.StreamResponse:
        """Hand out a fresh token of the test user and the samples. The body is not looked at, whatever its type."""
        self._service_keys.check(request)
        token = self._test_tokens.mint(now_ms=self._clock_ms())
        return respond_with_data({"accessToken": token, "samples": setup_samples()}, request)

    def user_info(self, request: web.BaseRequest, caller: Caller) -> web.StreamResponse:
        """Say who the user is; depends on nothing but the token. It is how IFTTT checks a connection."""
        if not caller.test:
            self._passed(caller.user.id, caller.client)
        said = {"name": caller.user.name, "id": caller.user.id}
        url = self._account_url()
        return respond_with_data(said | {"url": url} if url else said, request)
