"""Guessing passwords, and finding out who has an account (OWASP ASVS 5.0, 6.3.1 and 6.3.8).

Work is counted, never timed: each check of a password is noted.
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from markupsafe import escape

from bridge.oauth.limits import FREE_OF_ACCOUNT, FREE_OF_ADDRESS, LONGEST_OF_ACCOUNT_S, LONGEST_OF_ADDRESS_S
from tests.integration.web.reception import PASSWORD, PUBLIC_URL
from tests.integration.web.site import Site, running_site
from tests.parts.waiting import until
from tests.parts.walker import Page, Walker
from tests.security.oauth.acting import ACCOUNT, KNOWN, SESSION, asking, right, stranger
from tests.security.oauth.conftest import BETWEEN_S

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROXY: Final = ip_network("127.0.0.1/32")
MISTYPED: Final = "a wrong password"


@dataclass
class Door:
    """The listener behind a proxy that it trusts, and each password that was checked."""

    site: Site
    checked: list[str] = field(default_factory=list)
    open_pages: dict[str, tuple[Walker, Page]] = field(default_factory=dict)

    async def attempt(
        self,
        name: str,
        password: str,
        *,
        address: str = "203.0.113.7",
        walker: Walker | None = None,
        path: str = ACCOUNT,
    ) -> Page:
        """Try to sign in from an address, in a fresh browser unless one is given."""
        if walker is None:
            walker, page = await self._stranger(path)
        else:
            page = await walker.get(path)
        fields = {**page.forms[0].fields, "username": name, "password": password}
        return await walker.post(path, fields, {"X-Forwarded-For": address})

    async def _stranger(self, path: str) -> tuple[Walker, Page]:
        """Return the browser of strangers at a page that it has open: a guesser opens it once, and sends it often."""
        open_page = self.open_pages.get(path)
        if open_page is None:
            walker = stranger(self.site)
            open_page = self.open_pages[path] = walker, await walker.get(path)
        walker, page = open_page
        return Walker(walker.session, walker.port, walker.origin, dict(walker.cookies)), page

    def wait(self, page: Page) -> int:
        """Return for how long to wait, and wait."""
        assert page.status == 429
        seconds = int(page.headers["Retry-After"])
        self.site.clock.seconds += seconds
        return seconds


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    checked: list[str] = []

    def verify(kept: str, password: str) -> bool:
        checked.append(kept)
        return right(kept, password)

    folder = tmp_path_factory.mktemp("door")
    async with running_site(folder, public_url=PUBLIC_URL, trusted_proxies=[PROXY], verify=verify) as site:
        await site.add_user("dee", "elm", with_password=False)
        yield Door(site, checked)


@pytest.fixture
def door(guarded: Door) -> Door:
    """Return the door after everybody has been forgiven and all is forgotten."""
    guarded.site.clock.seconds += BETWEEN_S
    guarded.checked.clear()
    guarded.open_pages.clear()
    return guarded


async def test_who_guesses_from_one_address_waits_twice_as_long_each_time(door: Door) -> None:
    waits = []
    for number in range(14):
        name = ("ann", "ben", f"nobody-{number}")[number % 3]  # spread over accounts
        page = await door.attempt(name, MISTYPED)
        if page.status == 429:
            waits.append(door.wait(page))
            page = await door.attempt(name, MISTYPED)
        assert page.status == 403
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, LONGEST_OF_ADDRESS_S, LONGEST_OF_ADDRESS_S]
    assert len(waits) == 14 - FREE_OF_ADDRESS


async def test_who_guesses_from_many_addresses_waits_too(door: Door) -> None:
    waits = []
    for number in range(FREE_OF_ACCOUNT + 32):
        page = await door.attempt("ann", MISTYPED, address=f"198.51.{number}.7")
        if page.status == 429:
            waits.append(door.wait(page))
            page = await door.attempt("ann", MISTYPED, address=f"198.51.{number}.8")
        assert page.status == 403
    assert len(waits) >= 31
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_OF_ACCOUNT_S


async def test_while_one_waits_no_password_is_checked_not_even_the_right_one(door: Door) -> None:
    for _ in range(FREE_OF_ADDRESS):
        await door.attempt("ann", MISTYPED)
    done = len(door.checked)
    wrong, good = await door.attempt("ann", MISTYPED), await door.attempt("ann", PASSWORD)
    assert wrong.status == good.status == 429
    assert wrong.text.replace(form_of(wrong), "") == good.text.replace(form_of(good), "")
    assert len(door.checked) == done
    assert SESSION not in good.set_cookies or door.site.reception.sessions.find(good.set_cookies[SESSION].value) is None


def form_of(page: Page) -> str:
    """Return what differs in each page."""
    return page.forms[0].fields["form"]


async def test_many_guesses_at_once_are_one_guess(tmp_path: Path) -> None:
    """At one account from many addresses, and at many accounts from one address."""
    checked, go_on = [], threading.Event()

    def slowly(kept: str, _: str) -> bool:
        checked.append(kept)
        return not go_on.wait(10)

    async with running_site(tmp_path, public_url=PUBLIC_URL, trusted_proxies=[PROXY], verify=slowly) as site:
        door = Door(site)
        for guesses in (
            [("ann", f"198.51.100.{number}") for number in range(12)],
            [(f"nobody-{number}", "203.0.113.7") for number in range(12)],
        ):
            checked.clear()
            go_on.clear()
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(door.attempt(name, MISTYPED, address=where)) for name, where in guesses]
                await until(lambda: sum(task.done() for task in tasks) == 11, what="all but one being turned away")  # noqa: B023 -- awaited here
                go_on.set()
            assert sorted(task.result().status for task in tasks) == [403] + [429] * 11
            assert len(checked) == 1


async def test_names_that_mean_the_same_account_are_counted_together(door: Door) -> None:
    forms = ("ann", " ann", "ann\t", "\u3000ann\n", "ann\x1f")
    for number in range(FREE_OF_ACCOUNT):
        assert (await door.attempt(forms[number % 5], MISTYPED, address=f"198.51.{number}.7")).status == 403
    assert (await door.attempt("ann", MISTYPED, address="192.0.2.1")).status == 429
    for other in ("Ann", "ANN", "\uff41nn", "ann\x00", "a\u0301nn"):
        assert (await door.attempt(other, PASSWORD, address=f"192.0.2.{len(other)}")).status in {403, 429}
    assert len(door.checked) == len([kept for kept in door.checked if kept])


async def test_an_address_that_is_made_up_changes_nothing(tmp_path: Path) -> None:
    """Without a proxy that is trusted, what a request says of its own address is not looked at."""
    async with running_site(tmp_path, public_url=PUBLIC_URL, verify=right) as site:
        door = Door(site)
        for number in range(FREE_OF_ADDRESS):
            assert (await door.attempt(f"nobody-{number}", MISTYPED, address=f"198.51.100.{number}")).status == 403
        assert (await door.attempt("ann", MISTYPED, address="192.0.2.99")).status == 429


async def test_behind_a_trusted_proxy_only_what_it_wrote_itself_counts(door: Door) -> None:
    for number in range(FREE_OF_ADDRESS):
        made_up = f"192.0.2.{number}, 10.0.0.{number}, 203.0.113.7"
        assert (await door.attempt(f"nobody-{number}", MISTYPED, address=made_up)).status == 403
    assert (await door.attempt("ann", MISTYPED, address="unknown, 203.0.113.7")).status == 429
    assert (await door.attempt("ann", MISTYPED, address="203.0.113.8")).status == 403


async def test_the_addresses_of_one_house_are_one_address(door: Door) -> None:
    for number in range(FREE_OF_ADDRESS):
        await door.attempt(f"nobody-{number}", MISTYPED, address=f"2001:db8:1:2:{number}::{number}")
    assert (await door.attempt("ann", MISTYPED, address="2001:db8:1:2:ffff::1")).status == 429
    assert (await door.attempt("ann", MISTYPED, address="2001:db8:1:3::1")).status == 403


async def test_no_stranger_locks_the_owner_out_of_a_browser_that_is_known(door: Door) -> None:
    owner = stranger(door.site)
    assert (await door.attempt("ann", PASSWORD, walker=owner)).status == 303
    del owner.cookies[SESSION]
    for number in range(2 * FREE_OF_ACCOUNT):
        await door.attempt("ann", MISTYPED, address=f"198.51.{number}.7")
        await door.attempt("ann", MISTYPED)  # from the very address of the owner
    assert (await door.attempt("ann", MISTYPED)).status == 429
    assert (await door.attempt("ann", PASSWORD, walker=owner)).status == 303


async def test_a_known_browser_may_not_guess_for_ever_either(door: Door) -> None:
    owner = stranger(door.site)
    await door.attempt("ann", PASSWORD, walker=owner)
    del owner.cookies[SESSION]
    statuses = [(await door.attempt("ann", MISTYPED, walker=owner)).status for _ in range(FREE_OF_ADDRESS + 1)]
    assert statuses == [403] * FREE_OF_ADDRESS + [429]


async def test_a_browser_that_is_known_for_one_account_is_a_stranger_at_another(door: Door) -> None:
    mallory = stranger(door.site)
    assert (await door.attempt("ben", PASSWORD, walker=mallory)).status == 303
    cookie = mallory.cookies[KNOWN]
    for number in range(FREE_OF_ADDRESS):
        attacker = stranger(door.site)
        attacker.cookies[KNOWN] = cookie
        assert (await door.attempt("ann", MISTYPED, walker=attacker)).status == 403, number
    attacker = stranger(door.site)
    attacker.cookies[KNOWN] = cookie
    assert (await door.attempt("ann", MISTYPED, walker=attacker)).status == 429


async def test_a_made_up_cookie_makes_no_known_browser(door: Door) -> None:
    mallory = stranger(door.site)
    await door.attempt("ben", PASSWORD, walker=mallory)
    browser, _, seal = mallory.cookies[KNOWN].partition("~")
    for number, value in enumerate((f"{'B' * 22}~{seal}", f"{browser}~{'A' * 43}", browser, f"{browser}~{seal[:-1]}x")):
        attacker = stranger(door.site)
        attacker.cookies[KNOWN] = value
        page = await door.attempt("ann", MISTYPED, walker=attacker)
        assert page.status == (403 if number < FREE_OF_ADDRESS else 429)


async def test_ones_own_account_buys_no_guesses_at_another(door: Door) -> None:
    waits = 0
    for _ in range(8):
        assert (await door.attempt("ben", PASSWORD)).status in {303, 429}
        page = await door.attempt("ann", MISTYPED)
        waits += page.status == 429
    assert waits >= 8 - FREE_OF_ADDRESS


NOBODY: Final = ("bob", "dee", "o'b", "%%%", "a\x00b", "ÿÿÿ")
"""Accounts that are not there, but for one that has no password; each as long as `ann`."""


def told(page: Page, name: str) -> tuple[object, ...]:
    """Return all that an answer tells, but for what is random in each and for the name that was typed.

    Without them texts of equal names are as long as each other, to the byte.
    """
    assert int(page.headers["Content-Length"]) == len(page.body)
    text = page.text.replace(form_of(page), "FORM").replace(f'value="{escape(name)}"', "NAME")
    headers = [
        (key, value) for key, value in page.headers.items() if key not in {"Content-Length", "Date", "Set-Cookie"}
    ]
    cookies = [morsel.OutputString().replace(morsel.value, "") for morsel in page.set_cookies.values()]
    return page.status, headers, cookies, text


@pytest.mark.parametrize("path", [asking(), ACCOUNT])
@pytest.mark.parametrize("nobody", NOBODY)
async def test_nothing_tells_a_wrong_password_from_a_name_that_nobody_has(door: Door, path: str, nobody: str) -> None:
    """Text, status, headers, length, and how much work was done."""
    somebodys = told(await door.attempt("ann", MISTYPED, address="198.51.100.1", path=path), "ann")
    assert len(door.checked) == 1
    nobodys = told(await door.attempt(nobody, MISTYPED, address="198.51.100.2", path=path), nobody)
    assert len(door.checked) == 2
    assert "NAME" in str(nobodys[3])
    assert nobodys == somebodys


@pytest.mark.parametrize("nobody", ["bob", "dee"])
async def test_waiting_tells_nothing_of_a_name_either(door: Door, nobody: str) -> None:
    seen: list[list[tuple[int, str | None]]] = []
    for name in ("ann", nobody):
        statuses = []
        for number in range(FREE_OF_ACCOUNT + 3):
            page = await door.attempt(name, MISTYPED, address=f"198.51.{number}.{len(seen)}")
            statuses.append((page.status, page.headers.get("Retry-After")))
        seen.append(statuses)
    assert seen[0] == seen[1]
    assert seen[0][-1][0] == 429


@pytest.mark.parametrize("password", ["", " ", "x" * 1025, "x" * 50_000, "\x00", PASSWORD + "\x00", PASSWORD[:-1], "ü"])
async def test_a_password_of_any_shape_is_one_check_and_wrong(door: Door, password: str) -> None:
    for name in ("ann", "nobody"):
        door.checked.clear()
        assert (await door.attempt(name, password, address=f"192.0.2.{len(name)}")).status == 403
        assert len(door.checked) == 1


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "x" * 50_000, "\x00", "' OR 1=1 --", "%", "ann' --", "\udcff"])
async def test_a_name_of_any_shape_is_nobodys(door: Door, name: str) -> None:
    walker = stranger(door.site)
    page = await walker.get(ACCOUNT)
    fields = {**page.forms[0].fields, "username": name.replace("\udcff", "\ufffd"), "password": PASSWORD}
    assert (await walker.post(ACCOUNT, fields)).status == 403
    assert len(door.checked) == 1


async def test_a_password_is_checked_exactly_as_it_was_typed(door: Door) -> None:
    for number, other in enumerate((f" {PASSWORD}", f"{PASSWORD} ", PASSWORD.upper(), PASSWORD.replace(" ", "+"))):
        assert (await door.attempt("ann", other, address=f"192.0.2.{number}")).status == 403
    assert (await door.attempt("ann", PASSWORD, address="192.0.2.77")).status == 303
