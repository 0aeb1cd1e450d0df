"""The street on which the pages are walked: the real daemon, Caddy with a certificate before it, and IFTTT's site."""

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

import aiohttp
from playwright.async_api import Page

from bridge.oauth.passwords import hash_password
from bridge.storage.accounts import Accounts
from bridge.storage.database import open_database
from tests.browser.homes import CLIENT, PASSWORD, PEOPLE, SECRET, Person, homes
from tests.parts.daemon import Daemon
from tests.parts.ifttt_site import IftttSite, ifttt_site
from tests.parts.mosquitto import Mosquitto
from tests.parts.proxies import Caddy, Certificate

STATE: Final = "st ate&=/+é%41"
"""Whatever IFTTT may put there, it comes back untouched."""


@dataclass(frozen=True, slots=True)
class Street:
    """`url`: where people come to, by https."""

    daemon: Daemon
    url: str
    ifttt: IftttSite

    @property
    def account(self) -> str:
        """Where people see what is connected."""
        return f"{self.url}/oauth/account"

    def authorize(self, **changes: str) -> str:
        """Return the address to which IFTTT sends people."""
        asked = {
            "client_id": CLIENT,
            "response_type": "code",
            "scope": "ifttt",
            "state": STATE,
            "redirect_uri": self.ifttt.redirect_uri,
        }
        return f"{self.url}/oauth/authorize?{urlencode(asked | changes)}"

    async def redeem(self, code: str) -> dict[str, Any]:
        """Turn a code into tokens, as IFTTT does."""
        status, said = await self.token(
            grant_type="authorization_code", code=code, redirect_uri=self.ifttt.redirect_uri
        )
        assert status == 200, said
        return said

    async def token(self, **fields: str) -> tuple[int, dict[str, Any]]:
        """Ask the token endpoint."""
        form = {"client_id": CLIENT, "client_secret": SECRET, **fields}
        address = f"http://127.0.0.1:{self.daemon.public_port}/oauth/token"
        async with aiohttp.ClientSession() as session, session.post(address, data=form) as response:
            return response.status, await response.json()

    async def whose(self, access_token: str) -> str | None:
        """Return the name that IFTTT is told of the owner of a token; None if it is worth nothing."""
        headers = {"Authorization": f"Bearer {access_token}"}
        address = f"{self.daemon.url}/user/info"
        async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as response:
            if response.status == 401:
                return None
            assert response.status == 200
            return str((await response.json())["data"]["name"])


async def sign_in(page: Page, person: Person, password: str = PASSWORD) -> None:
    """Fill in the form, send it, and wait for the page that comes next."""
    await page.get_by_label("Name").fill(person.name)
    await page.get_by_label("Password").fill(password)
    async with page.expect_navigation():
        await page.get_by_role("button", name="Sign in").click()


async def come_back(page: Page, street: Street) -> dict[str, list[str]]:
    """Wait until the browser is back at IFTTT, and return what it brought."""
    await page.wait_for_url(f"{street.ifttt.redirect_uri}?*")
    return parse_qs(page.url.partition("?")[2], keep_blank_values=True)


async def connect(page: Page, street: Street) -> dict[str, Any]:
    """Agree on the page of consent, and return the tokens that IFTTT gets."""
    await page.get_by_role("button", name="Connect", exact=True).click()
    brought = await come_back(page, street)
    return await street.redeem(brought["code"][0])


@asynccontextmanager
async def running_street(folder: Path) -> AsyncIterator[Street]:
    """Run all of it in one folder."""
    places = {name: folder / name for name in ("broker", "daemon", "caddy", "home", "ifttt")}
    for place in places.values():
        place.mkdir()
    ours, theirs = Certificate(places["home"], "home.test"), Certificate(places["ifttt"], "ifttt.test")
    ours.make()
    theirs.make()
    broker = Mosquitto(places["broker"])
    daemon = Daemon(places["daemon"], broker.port)
    caddy = Caddy(places["caddy"], ours, daemon.public_port)
    async with ifttt_site(theirs) as site:
        try:
            await broker.start()
            street = Street(daemon, f"https://{ours.name}:{caddy.port}", site)
            (places["daemon"] / "conf.d").mkdir()
            (places["daemon"] / "conf.d" / "homes.toml").write_text(homes(street.url, site.redirect_uri))
            await daemon.start()
            await _move_in(daemon.database, PEOPLE)
            await caddy.start()
            yield street
        finally:
            caddy.close()
            daemon.close()
            broker.close()


async def _move_in(database_file: Path, people: Iterable[Person]) -> None:
    """Give each an account, all with one password."""
    password_hash = hash_password(PASSWORD)
    async with open_database(database_file) as database:
        for person in people:
            await Accounts(database).add_user(
                person.name,
                person.home,
                password_hash=password_hash,
                now_ms=time.time_ns() // 1_000_000,  # noqa: TID251 -- as the daemon does
            )
