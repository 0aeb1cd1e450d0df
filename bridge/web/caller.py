"""Who is asking on a user's endpoint, and whether it is a test. The test user's tokens live in memory alone."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import msgspec
from aiohttp import web

from bridge.errors import NotAuthorized
from bridge.homes.user import User
from bridge.ifttt.samples import TEST_USER
from bridge.oauth.access import Access
from bridge.oauth.tokens import digest_of, mint_token
from bridge.web.credentials import bearer_token

TEST_TOKEN_LIFE_S: Final = 6 * 3600.0
MAX_TEST_TOKENS: Final = 64


class Caller(msgspec.Struct, frozen=True, gc=False):
    """The user a request acts for. `test`: nothing may be stored and nothing may move.

    `set_up_at_ms`: for the test user alone, when its fixtures were set up (epoch).
    """

    user: User
    client: str
    test: bool = False
    set_up_at_ms: int | None = None


class TestTokens:
    """The tokens that test/setup hands out: at most MAX_TEST_TOKENS, each for some hours."""

    __test__ = False  # not a test case, whatever its name says to a collector

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._until: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def mint(self, *, now_ms: int) -> str:
        """Return a new token of the test user."""
        token = mint_token()
        self._until[digest_of(token)] = (self._monotonic() + TEST_TOKEN_LIFE_S, now_ms)
        while len(self._until) > MAX_TEST_TOKENS:
            self._until.popitem(last=False)
        return token

    def find(self, digest: str) -> Caller | None:
        """Return the test user for one of its live tokens, by its digest."""
        found = self._until.get(digest)
        if found is None or found[0] < self._monotonic():
            return None
        return Caller(TEST_USER, "", test=True, set_up_at_ms=found[1])


class Presented(msgspec.Struct, frozen=True, gc=False):
    """A token as it was presented. `known`: it was good not long ago."""

    token: str
    digest: str
    known: bool


class Callers:
    """Finds out who is asking."""

    def __init__(self, access: Access, test_tokens: TestTokens) -> None:
        self._access = access
        self._test_tokens = test_tokens

    def presented_by(self, request: web.BaseRequest) -> Presented | None:
        """Return what a request presents, None where that is no token."""
        try:
            token = bearer_token(request)
        except NotAuthorized:
            return None
        digest = digest_of(token)
        return Presented(token, digest, self._access.knows(digest))

    async def of(self, request: web.BaseRequest, presented: Presented | None) -> Caller:
        """Return the caller. Raises NotAuthorized for anything but a live token."""
        if presented is None:
            raise NotAuthorized("The access token is missing.")
        caller = self._test_tokens.find(presented.digest)
        if caller is not None:
            return caller
        grant = await self._access.check(presented.token, presented.digest)
        return Caller(grant.user, grant.client, test=request.headers.get("IFTTT-Test-Mode") == "1")
