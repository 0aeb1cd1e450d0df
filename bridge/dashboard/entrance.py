"""The door of the private pages: signing in and out, and the code by which somebody becomes the first owner."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlencode, urlsplit

import structlog
from aiohttp import web

from bridge.dashboard.frame import Frame
from bridge.dashboard.owners import COOKIES, Owners, Visit
from bridge.dashboard.plain import not_so, plain
from bridge.dashboard.setup_code import SetupCode
from bridge.errors import AccountError, BadInput, TemporarilyUnavailable
from bridge.homes.user import User
from bridge.oauth.passwords import MAX_CHARACTERS, MIN_CHARACTERS
from bridge.oauth.sign_in import MAX_NAME_CHARACTERS
from bridge.web.bodies import read_form
from bridge.web.pages import send_to
from bridge.web.sign_in_page import refusal
from bridge.web.visits import Turned, Welcome, is_from_elsewhere

MAX_ADDRESS: Final = 512
STALE: Final = "This page was open for too long, so nothing was done. Please try again; cookies must be allowed here."
WRONG_CODE: Final = (
    "That is not the code. It stands in the log of the bridge, and ifttt-bridge setup-code prints it; each start has "
    "another one."
)
TOO_SOON: Final = "Somebody has just typed a wrong code. Please wait for a second, and try again."

log = structlog.get_logger("bridge.dashboard")


class Accounts(Protocol):
    """Where the first owner is written down."""

    async def owners(self) -> list[User]:
        """Return who may use the private pages."""
        ...

    async def add_first_owner(self, name: str, home: str, *, password_hash: str, now_ms: int) -> User:
        """Make somebody the owner. Raises AccountError where there is one."""
        ...


@dataclass(frozen=True, slots=True)
class Entrance:
    """Lets owners in. `first_home`: whose the first owner is; `hashed` makes the hash of a password."""

    owners: Owners
    accounts: Accounts
    code: SetupCode
    frame: Frame
    hashed: Callable[[str], Awaitable[str]]
    first_home: Callable[[], Awaitable[str]]
    clock_ms: Callable[[], int]

    async def answer(self, request: web.BaseRequest, visit: Visit, segments: tuple[str, ...]) -> web.StreamResponse:
        """Answer whoever has not signed in, or wants to go."""
        first = not await self.accounts.owners()
        if request.method not in {"GET", "HEAD", "POST"}:
            return not_so("GET", "HEAD", "POST")
        if request.method == "POST" and segments in {("sign-in",), ("first",)}:
            return await self._take(request, visit, first=first)
        if segments != (("first",) if first else ("sign-in",)):
            return send_to("/first" if first else _sign_in_address(request))
        if visit.owner is not None:
            return send_to("/")
        return await (self._first_page(visit) if first else self._page(request, visit))

    async def _take(self, request: web.BaseRequest, visit: Visit, *, first: bool) -> web.StreamResponse:
        if is_elsewhere(request):
            return plain("The page of another site has sent this, so nothing was done.", 403)
        try:
            fields = await read_form(request)
            if not self.owners.is_our_form(visit, fields):
                return await self._again(request, visit, STALE, fields, first=first)
            if visit.owner is not None:
                return await self._leave(visit)
            if first:
                return await self._begin(request, visit, fields)
            return await self._sign_in(request, visit, fields)
        except (BadInput, AccountError, TemporarilyUnavailable) as error:
            return await self._again(request, visit, str(error), {}, first=first)

    async def _again(
        self, request: web.BaseRequest, visit: Visit, notice: str, fields: Mapping[str, str], *, first: bool
    ) -> web.StreamResponse:
        if first:
            return await self._first_page(visit, notice=notice, name=fields.get("username", ""))
        return await self._page(request, visit, notice=notice, name=fields.get("username", ""))

    async def _leave(self, visit: Visit) -> web.StreamResponse:
        await self.owners.leave(visit)
        return send_to("/sign-in")

    async def _sign_in(self, request: web.BaseRequest, visit: Visit, fields: dict[str, str]) -> web.StreamResponse:
        outcome = await self.owners.attempt(request, fields)
        if isinstance(outcome, Turned):
            return await self._page(request, visit, name=fields.get("username", ""), turned=outcome)
        return _welcome(outcome, _local(fields.get("next", "")))

    async def _begin(self, request: web.BaseRequest, visit: Visit, fields: dict[str, str]) -> web.StreamResponse:
        """Make the first owner, who is signed in then."""
        name = fields.get("username", "").strip()
        problem = TOO_SOON if self.code.must_wait else account_problem(name, fields)
        if not problem and not self.code.fits(fields.get("code", "")):
            problem = WRONG_CODE
        if problem:
            return await self._first_page(visit, notice=problem, name=name, code=fields.get("code", ""))
        password_hash = await self.hashed(fields["password"])
        owner = await self.accounts.add_first_owner(
            name, await self.first_home(), password_hash=password_hash, now_ms=self.clock_ms()
        )
        log.info("dashboard.first_owner", user=owner.id)
        return _welcome(await self.owners.welcome(request, owner), "/setup")

    async def _page(
        self, request: web.BaseRequest, visit: Visit, *, name: str = "", notice: str = "", turned: Turned | None = None
    ) -> web.Response:
        refused = refusal(notice, turned)
        response = await self.frame.bare(
            visit,
            "sign_in",
            title="Sign in",
            status=refused.status,
            name=name,
            wrong=refused.notice,
            next=_local(request.query.get("next", "")),
        )
        if refused.wait_s:
            response.headers["Retry-After"] = str(refused.wait_s)
        COOKIES.begin(response, visit.cookie)
        return response

    async def _first_page(self, visit: Visit, *, notice: str = "", name: str = "", code: str = "") -> web.Response:
        status = 400 if notice else 200
        response = await self.frame.bare(
            visit, "first", title="Welcome", status=status, wrong=notice, name=name, code=code, least=MIN_CHARACTERS
        )
        COOKIES.begin(response, visit.cookie)
        return response


def is_elsewhere(request: web.BaseRequest) -> bool:
    """Tell whether a browser says that a form was sent by another site's page.

    A proxy may speak https for us, so only the name and port of the site are compared.
    """
    host = request.headers.get("Host", "")
    try:
        said = urlsplit(request.headers.get("Origin", f"http://{host}"))
    except ValueError:  # no address at all: no browser says that of a page of ours
        return True
    return said.netloc != host or is_from_elsewhere(request, request.headers.get("Origin", ""))


def _welcome(welcome: Welcome, address: str) -> web.Response:
    response = send_to(address)
    COOKIES.begin(response, welcome.session)
    COOKIES.remember(response, welcome.known)
    return response


def account_problem(name: str, fields: Mapping[str, str]) -> str:
    """Say what is wrong with the account that somebody wants, "" if nothing is."""
    password = fields.get("password", "")
    if not name or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        return "Please give a name: one line, without control characters."
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        return f"A password has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters."
    if password != fields.get("again", ""):
        return "The two passwords are not the same."
    return ""


def _sign_in_address(request: web.BaseRequest) -> str:
    wanted = str(request.rel_url)
    if request.method == "POST" or wanted == "/" or len(wanted) > MAX_ADDRESS:
        return "/sign-in"
    return f"/sign-in?{urlencode({'next': wanted})}"


def _local(address: str) -> str:
    """Return an address of ours, whatever was asked for: nobody is sent elsewhere from here."""
    return address if is_local(address) else "/"


def is_local(address: str) -> bool:
    """Tell whether an address is a path of ours: browsers read two slashes, of either kind, as another site."""
    ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return ours and len(address) <= MAX_ADDRESS and address.isascii() and address.isprintable()
