"""The page of people on the whole daemon: what an owner decides counts at once, and nobody locks themselves out."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bridge.dashboard.pages.people import NOT_YOURSELF
from tests.parts.connecting import check
from tests.parts.daemon import Daemon
from tests.parts.grants import connect
from tests.parts.mosquitto import Mosquitto
from tests.parts.owner import Owner, owner_at
from tests.parts.tokens import more_users

pytestmark = pytest.mark.asyncio(loop_scope="module")

OLD = {"password": "a password of ben", "again": "a password of ben"}
NEW = {"password": "another password", "again": "another password"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Owner]:
    """Let anna be the owner of one home for all tests; each makes people of its own."""
    broker = Mosquitto(tmp_path_factory.mktemp("broker"))
    daemon = Daemon(tmp_path_factory.mktemp("daemon"), broker.port)
    try:
        await broker.start()
        await daemon.start()
        async with owner_at(daemon) as anna:
            await anna.begin()
            yield anna
    finally:
        daemon.close()
        broker.close()


async def test_a_connection_that_is_ended_here_is_worth_nothing_at_once(owner: Owner) -> None:
    connected = await connect(owner.daemon.database, "anna", "production")
    assert "no check has passed yet" in await owner.see("/people")
    assert await check(owner.daemon, connected.access) == 200
    said = await owner.do("/people", decision="revoke", grant=connected.grant)
    assert said == "The connection of anna with production has ended: IFTTT can do nothing more."
    assert await check(owner.daemon, connected.access) == 401
    text = await owner.see("/people")
    assert "Ended, and IFTTT still asks" in text
    assert "1 of 15 failed checks" in text


async def test_who_is_added_can_sign_in_as_far_as_they_may(owner: Owner) -> None:
    assert await owner.do("/people", decision="add", name="bea", **OLD) == "bea can now sign in, and connect IFTTT."
    async with owner_at(owner.daemon) as bea:
        assert not await bea.sign_in("bea", OLD["password"])
        assert await owner.do("/people", decision="own", name="bea") == "bea is now an owner."
        assert await bea.sign_in("bea", OLD["password"])
        assert await owner.do("/people", decision="disown", name="bea") == "bea is no longer an owner."
        assert not await bea.is_in()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "Please give a name: one line, without control characters."),
        ({"name": "anna"}, "There is a user 'anna' already."),
        ({"home": "nowhere"}, "There is no home 'nowhere' in the configuration."),
        ({"password": "short", "again": "short"}, "A password has 8 to 1024 characters."),
        ({"again": "yet another"}, "The two passwords are not the same."),
    ],
)
async def test_nobody_is_added_with_anything_wrong_and_it_says_what(
    owner: Owner, fields: dict[str, str], said: str
) -> None:
    assert await owner.do("/people", decision="add", **({"name": "nobody", **OLD} | fields)) == said
    assert "nobody" not in await owner.see("/people")


async def test_another_password_signs_the_browsers_of_its_person_out(owner: Owner) -> None:
    await owner.do("/people", decision="add", name="ben", owner="yes", **OLD)
    async with owner_at(owner.daemon) as ben, owner_at(owner.daemon) as tablet:
        assert await ben.sign_in("ben", OLD["password"])
        assert await tablet.sign_in("ben", OLD["password"])
        said = await ben.do("/people", decision="password", name="ben", **NEW)
        assert said.startswith("ben has a new password.")
        assert not await ben.is_in()
        assert not await tablet.is_in()
        assert not await tablet.sign_in("ben", OLD["password"])
        assert await tablet.sign_in("ben", NEW["password"])
    await owner.do("/people", decision="remove", name="ben")


async def test_nobody_removes_themselves_or_leaves_the_home_without_an_owner(owner: Owner) -> None:
    assert await owner.do("/people", decision="remove", name="anna") == NOT_YOURSELF
    said = await owner.do("/people", decision="disown", name="anna")
    assert said == "Anna is the only owner; make somebody else one first."
    assert await owner.is_in()


async def test_who_is_removed_is_out_with_everything(owner: Owner) -> None:
    await owner.do("/people", decision="add", name="carl", owner="yes", **OLD)
    connected = await connect(owner.daemon.database, "carl")
    async with owner_at(owner.daemon) as carl:
        assert await carl.sign_in("carl", OLD["password"])
        assert (await owner.do("/people", decision="remove", name="carl")).startswith("carl has been removed")
        assert not await carl.is_in()
    assert await check(owner.daemon, connected.access) == 401


async def test_a_browser_is_signed_out_from_another(owner: Owner) -> None:
    async with owner_at(owner.daemon) as tablet:
        assert await tablet.sign_in()
        page = await owner.walker.get("/people")
        ids = [form.fields["browser"] for form in page.forms if "browser" in form.fields]
        assert page.text.count("This browser") == 1
        assert len(ids) == 2
        assert await owner.do("/people", decision="end", browser=ids[1]) == "A browser of anna has been signed out."
        assert not await tablet.is_in()
        assert await owner.is_in()


async def test_a_token_made_by_hand_is_revoked(owner: Owner) -> None:
    token = owner.daemon.command("token", "mint", "anna").split()[-1]
    page = await owner.walker.get("/people")
    [identity] = [form.fields["token"] for form in page.forms if "token" in form.fields]
    assert token not in page.text
    said = await owner.do("/people", decision="revoke token", token=identity)
    assert said == "The token of anna is worth nothing any more."
    assert await check(owner.daemon, token) == 401


async def test_nothing_else_is_done_there(owner: Owner) -> None:
    assert await owner.do("/people", decision="anything") == "There is no such thing to do."
    assert (await owner.walker.get("/people/anna")).status == 404
    for odd in ("-1", "x", "9" * 30, "%00"):
        assert (await owner.walker.get(f"/people?from={odd}")).status == 200


async def test_many_people_come_in_pages(owner: Owner) -> None:
    await more_users(owner.daemon.database, "anna", [f"z-{number:03}" for number in range(60)])
    first, second = await owner.see("/people"), await owner.see("/people?from=50")
    assert " z-001</span>" in first
    assert " z-059</span>" not in first
    assert " z-059</span>" in second
    assert 'href="/people?from=50"' in first
    assert 'href="/people?from=0"' in second
