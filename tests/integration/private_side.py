"""The private listener with everything below it real, put together as bridge/inside.py does, and browsers that come."""

import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp import web

from bridge.dashboard.entrance import Entrance
from bridge.dashboard.exposition import gauge
from bridge.dashboard.frame import Frame
from bridge.dashboard.health import Health
from bridge.dashboard.live import Live
from bridge.dashboard.notices import Notices
from bridge.dashboard.owners import FORM_LIFE_S, Owners
from bridge.dashboard.page import Asked
from bridge.dashboard.setup_code import SetupCode
from bridge.dashboard.site import PrivateSite
from bridge.desk.news import News
from bridge.errors import AccountError, NoSuchResource
from bridge.homes.user import Home
from bridge.oauth.browsers import KnownBrowsers
from bridge.oauth.forms import FormTokens
from bridge.oauth.grants import Moment
from bridge.oauth.hashing import Hasher
from bridge.oauth.limits import SignInLimits
from bridge.oauth.sessions import Sessions
from bridge.oauth.sign_in import SignIn
from bridge.storage.accounts import Accounts
from bridge.storage.database import open_database
from bridge.storage.migrate import migrate
from bridge.storage.sign_ins import SignIns
from bridge.web.bugs import Bugs
from bridge.web.server import listening

PASSWORD: Final = "correct horse battery"
TRUSTED: Final = "192.168.1.0/24"
_FORM: Final = re.compile(r'name="form" value="([^"]+)"')


@dataclass(slots=True)
class Clock:
    """Time as an argument: both clocks go on together."""

    ms: int = 1_770_000_000_000

    @property
    def moment(self) -> Moment:
        """By both clocks."""
        return Moment(self.ms, self.ms)


@dataclass
class Lamp:
    """A page like any: shows its name, and can be told to do something."""

    frame: Frame
    done: list[str] = field(default_factory=list)

    async def show(self, asked: Asked) -> web.StreamResponse:
        """Show it, or what lies below it."""
        if asked.path == ("broken",):
            raise ZeroDivisionError
        if asked.path not in {(), ("below",)}:
            raise NoSuchResource("there is nothing")
        return await self.frame.page(asked, "missing", title="The lamp")

    async def take(self, asked: Asked, fields: Mapping[str, str]) -> str:
        """Do what is asked for."""
        if fields.get("decision") == "fail":
            raise AccountError("the lamp is <broken>")
        self.done.append(f"{asked.owner.name}: {fields.get('decision')}")
        return "The lamp is on."


@dataclass
class PrivateSide:
    """A running listener. `remote`: from where requests seem to come."""

    url: str
    clock: Clock
    code: SetupCode
    accounts: Accounts
    sign_ins: SignIns
    owners: Owners
    lamp: Lamp
    news: News
    remote: str | None = None

    def browser(self, **headers: str) -> aiohttp.ClientSession:
        """Open a fresh browser, which follows no redirect by itself."""
        return aiohttp.ClientSession(self.url, headers=headers, cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def become_first(self, browser: aiohttp.ClientSession, name: str = "ann") -> int:
        """Become the first owner, and return the status of the answer."""
        form = await self.form(browser, "/first")
        fields = {"form": form, "code": self.code.text, "username": name, "password": PASSWORD, "again": PASSWORD}
        async with browser.post("/first", data=fields, allow_redirects=False) as answer:
            return answer.status

    async def form(self, browser: aiohttp.ClientSession, path: str) -> str:
        """Return the token of the form on a page."""
        async with browser.get(path) as answer:
            found = _FORM.search(await answer.text())
        assert found is not None
        return found[1]


@asynccontextmanager
async def running_private_side(folder: Path) -> AsyncIterator[PrivateSide]:
    """Run it while the context lasts."""
    clock, news = Clock(), News()
    health = Health(lambda: True, {"broker": lambda: "", "storage": lambda: "database: disk full"})
    families = [gauge("doors_open", "How many doors are open.", lambda: 3)]
    async with open_database(folder / "bridge.db") as database, Hasher() as hasher:
        await migrate(database)
        accounts, sign_ins = Accounts(database), SignIns(database)
        await accounts.keep_homes([Home("elm", "Elm Street 4")])
        browsers = KnownBrowsers(b"k" * 32)
        sign_in = SignIn(accounts, hasher, browsers, SignInLimits(b"l" * 32), time.monotonic)
        forms = FormTokens(b"f" * 32, lambda: clock.ms / 1000, life_s=FORM_LIFE_S)
        owners = Owners(accounts, sign_ins, forms, browsers, sign_in, Sessions(time.monotonic), lambda: clock.moment)
        notices = Notices()
        frame = Frame(notices, owners.form_token, lambda: 1, "1.2.3")
        code, lamp = SetupCode(lambda: clock.ms / 1000), Lamp(frame)

        async def first_home() -> str:
            return "elm"

        entrance = Entrance(owners, accounts, code, frame, hasher.hash, first_home, lambda: clock.ms)
        live = Live(news.next, lambda: news.over)
        site = PrivateSite(
            health,
            families,
            lambda: [ip_network(TRUSTED)],
            owners,
            entrance,
            frame,
            notices,
            live,
            {"home": lamp, "lamp": lamp},
            Bugs("bridge.dashboard"),
        )

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            return await site.answer(request if side.remote is None else request.clone(remote=side.remote))

        async with listening(answer, "127.0.0.1", 0) as port:
            side = PrivateSide(f"http://127.0.0.1:{port}", clock, code, accounts, sign_ins, owners, lamp, news)
            yield side
            news.end()
