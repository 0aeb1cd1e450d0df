"""The page Home as it comes from rows: homes where there are several, more pages, and texts of others as texts."""

from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from msgspec.structs import replace

from bridge.dashboard.frame import Frame
from bridge.dashboard.notices import Notices
from bridge.dashboard.owners import Visit
from bridge.dashboard.page import Asked
from bridge.dashboard.pages.home import HomePage
from bridge.desk.house_rows import HousePage, WindowRow
from bridge.desk.requests import AcceptDevices, AnyRequest, ReadHouse
from bridge.desk.rows import AbilityRow, AnnouncedRow
from bridge.errors import BadInput
from bridge.homes.user import User
from tests.unit.dashboard.things import NOW_MS, device, thing

T = TypeVar("T")
ANN: Final = User("u_1", "elm", "ann", 0)
HOMES: Final = {"elm": "Elm Street 4", "oak": "Oak Lane 1"}


def waits(name: str) -> AnnouncedRow:
    ability = AbilityRow(None, "", "contact", "", certain=True, minor=False, topics=())
    return AnnouncedRow(f"d_{name}", name, "", "", "tasmota", "1", None, True, "", (ability,), ())  # noqa: FBT003 -- it is there


EMPTY: Final = HousePage((), 0, 0, (), 0, 0, None, {"elm": "Elm Street 4"}, NOW_MS)


@dataclass
class Desk:
    """Answers with one page, and keeps what it was asked."""

    page: HousePage
    asked: list[AnyRequest]

    async def ask(self, request: AnyRequest, kind: type[T]) -> T:  # noqa: ARG002 -- as a desk is asked
        """Answer."""
        self.asked.append(request)
        return cast("T", self.page if isinstance(request, ReadHouse) else [waits("a"), waits("b")])


async def shown(page: HousePage, query: str = "") -> str:
    """Return the text of the page that comes from rows."""
    desk = Desk(page, [])
    asked, home = visiting(query), HomePage(frame(), desk.ask)
    answer = await home.show(asked)
    assert isinstance(answer, web.Response)
    return answer.text or ""


def frame() -> Frame:
    return Frame(Notices(), lambda _visit: "token", lambda: 0, "1.2.3")


def visiting(query: str = "") -> Asked:
    request = make_mocked_request("GET", f"/{query}")
    return Asked(request, Visit("cookie", ANN), ANN, (), dict(request.rel_url.query))


async def test_several_homes_are_headings_and_may_be_chosen() -> None:
    rows = (device(home="elm"), device(home="oak", id="d_2"))
    text = await shown(replace(EMPTY, devices=rows, count=2, homes=HOMES, waiting=(waits("a"),), waiting_count=1))
    assert text.count("<h3 id=") == 2
    assert 'class="home">Elm Street 4</h2>' in text
    assert 'class="home">Oak Lane 1</h2>' in text
    assert text.count('<option value="oak">Oak Lane 1</option>') == 2


async def test_more_of_everything_is_one_link_away_and_keeps_the_search() -> None:
    page = replace(EMPTY, devices=(device(),), start=100, count=300, waiting=(waits("a"),), waiting_count=9)
    text = await shown(page, "?search=a%26b")
    assert 'href="/?search=a%26b&amp;start=0"' in text
    assert 'href="/?search=a%26b&amp;start=101"' in text
    assert 'href="/?search=a%26b&amp;waiting=1"' in text
    assert "Accept all" not in text


async def test_what_others_call_their_things_is_text_and_nothing_else() -> None:
    bad = "<script>alert(1)</script>"
    rows = (device(thing("sensor", bad, name=bad, unit=bad), name=bad, room=bad),)
    window = WindowRow(1, "elm", 60.0, 1, ((bad, bad),))
    text = await shown(replace(EMPTY, devices=rows, count=1, window=window, waiting=(waits(bad),), waiting_count=1))
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert") >= 6


async def test_without_any_device_it_is_told_what_to_do() -> None:
    text = await shown(EMPTY)
    assert "No device yet" in text
    assert '<details id="add" open>' in text


@pytest.mark.parametrize("query", ["?start=-1", "?start=x", "?start=99999999999", "?waiting=%00", "?start=²"])
async def test_an_address_that_makes_no_sense_is_that_of_the_beginning(query: str) -> None:
    desk = Desk(EMPTY, [])
    await HomePage(frame(), desk.ask).show(visiting(query))
    assert desk.asked == [ReadHouse("", 0, 0)]


async def test_all_that_wait_are_accepted_at_once() -> None:
    desk = Desk(EMPTY, [])
    fields: dict[str, Any] = {"decision": "accept", "device": "d_a d_b"}
    said = await HomePage(frame(), desk.ask).take(visiting(), fields)
    assert said == "a, b are accepted, and IFTTT sees what they do from now on."
    assert desk.asked == [AcceptDevices(("d_a", "d_b"), None, None, None)]
    with pytest.raises(BadInput):
        await HomePage(frame(), desk.ask).take(visiting(), {"decision": "accept"})
