"""Queries: their rows, their pages, and what is no page at all (checklist number 14 of the protocol reference)."""

from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web

from bridge.devices.catalogue import Catalogue
from bridge.devices.last_known import EntityState
from bridge.events import NotOffered
from bridge.homes.sight import Sight
from bridge.ifttt.cursors import LIFE_MS, Cursors
from bridge.ifttt.household import RealHousehold
from bridge.ifttt.service import QUERIES
from bridge.storage.events import Events
from bridge.timeline.entry import Entry
from bridge.web.caller import Caller
from bridge.web.queries import MAX_READS, READ_AT_ONCE, QueryEndpoints
from bridge.web.server import listening
from tests.integration.web.homes import fields_in_elm
from tests.integration.web.site import Answer, Site

ALL: Final = sorted(QUERIES)


async def ask(
    site: Site, query: str, fields: dict[str, Any] | None = None, *, user: str = "ann", token: str = "", **body: object
) -> Answer:
    given = fields_in_elm(QUERIES[query]) if fields is None else fields
    token = token or site.tokens[user]
    return await site.request("POST", f"queries/{query}", token=token, body={"queryFields": given, **body})


async def pages(site: Site, query: str, limit: int, *, token: str = "") -> list[list[dict[str, str]]]:
    found: list[list[dict[str, str]]] = []
    cursor: str | None = None
    while len(found) < 60:
        answer = await ask(site, query, token=token, limit=limit, cursor=cursor)
        found.append(answer.data)
        assert set(answer.json) <= {"data", "cursor"}
        if "cursor" not in answer.json:
            return found
        assert isinstance(answer.json["cursor"], str)
        cursor = answer.json["cursor"]
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("query", ALL)
async def test_14_the_test_user_gets_three_rows_and_a_cursor_that_leads_on(site: Site, query: str) -> None:
    token, fields = await site.test_token(), (await site.samples())["queries"][query]
    whole = await ask(site, query, fields, token=token)
    assert len(whole.data) == 3
    assert "cursor" not in whole.json
    found, cursor = [], None
    for _ in range(3):
        answer = await ask(site, query, fields, token=token, limit=1, cursor=cursor)
        assert len(answer.data) == 1
        found += answer.data
        cursor = answer.json.get("cursor")
    assert cursor is None
    assert found == whole.data
    assert (await ask(site, query, fields, token=token, limit=0)).json == {"data": []}


@pytest.mark.parametrize("query", ALL)
async def test_rows_have_every_ingredient_as_text(site: Site, query: str) -> None:
    await site.happen(times=2)
    rows = (await ask(site, query)).data
    assert rows
    for row in rows:
        assert set(row) == {ingredient.slug for ingredient in QUERIES[query].ingredients}
        assert all(isinstance(value, str) for value in row.values())


@pytest.mark.parametrize("query", ALL)
@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_14_pages_have_every_row_once_and_the_last_has_no_cursor(site: Site, query: str, limit: int) -> None:
    await site.happen(times=7)
    whole = (await ask(site, query)).data
    found = await pages(site, query, limit)
    assert [row for page in found for row in page] == whole
    assert all(len(page) == limit for page in found[:-1])
    assert 1 <= len(found[-1]) <= limit


async def test_what_happens_between_two_pages_is_on_neither(site: Site) -> None:
    await site.happen(times=3)
    first = await ask(site, "event_history", limit=2)
    await site.happen("elm-window", times=5)
    rest = await ask(site, "event_history", cursor=first.json["cursor"])
    assert [row["device_id"] for row in first.data + rest.data] == ["elm-door"] * 3
    assert "cursor" not in rest.json


async def test_a_device_tells_what_it_does_and_whether_it_is_there(site: Site) -> None:
    site.known.replace(
        {
            "elm-meter-sensor": EntityState("21.5", since_ms=site.clock.ms),
            "elm-meter-availability": EntityState("offline"),
        }
    )
    rows = (await ask(site, "device_state", {"device": "elm-meter"})).data
    assert [(row["entity"], row["state"], row["online"]) for row in rows] == [
        ("elm-meter-battery", "", "false"),
        ("elm-meter-sensor", "21.5", "false"),
    ]


@pytest.mark.parametrize("value", ["never-was", "oak-door", "elm-meter-sensor", "x" * 1024, "\u0000", "💡", 5, ["a"]])
@pytest.mark.parametrize("query", ALL)
async def test_what_is_unknown_has_no_rows_and_is_no_error(site: Site, query: str, value: object) -> None:
    await site.happen("oak-door")
    fields = {field.slug: value for field in QUERIES[query].fields}
    for token in (site.tokens["ann"], await site.test_token()):
        assert (await ask(site, query, fields, token=token)).json == {"data": []}


async def test_history_tells_of_what_happened_and_not_of_what_was_held_back(site: Site) -> None:
    for reason in (None, *NotOffered):
        await site.happen(reason=reason, kind=f"contact.{reason or 'opened'}")
    details = [row["detail"] for row in (await ask(site, "event_history")).data]
    assert details == ["changed while away", "late", "opened"]


async def test_history_begins_where_a_users_sight_begins(site: Site) -> None:
    await site.happen(times=3)
    await site.add_user("dan", "elm")
    await site.happen("elm-window")
    assert [row["device_id"] for row in (await ask(site, "event_history", user="dan")).data] == ["elm-window"]
    assert len((await ask(site, "event_history")).data) == 4


async def test_the_history_of_a_device_that_has_gone_is_still_there(site: Site) -> None:
    await site.happen("elm-gone")
    assert len((await ask(site, "event_history", {"device": "elm-gone"})).data) == 1


async def test_a_stale_cursor_is_refused(site: Site) -> None:
    await site.happen(times=3)
    cursor = (await ask(site, "event_history", limit=1)).json["cursor"]
    site.clock.ms += LIFE_MS
    assert (await ask(site, "event_history", cursor=cursor)).status == 200
    site.clock.ms += 1
    assert (await ask(site, "event_history", cursor=cursor)).is_error(400)


async def test_a_foreign_cursor_is_refused(site: Site) -> None:
    await site.happen(times=3)
    cursor = (await ask(site, "event_history", limit=1)).json["cursor"]
    assert (await ask(site, "event_history", user="ben", cursor=cursor)).is_error(400)
    assert (await ask(site, "event_history", {"device": "elm-door"}, cursor=cursor)).is_error(400)
    assert (await ask(site, "list_devices", cursor=cursor)).is_error(400)
    assert (await ask(site, "event_history", token=await site.test_token(), cursor=cursor)).is_error(400)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "A" * 5000, "ä", 5, ["x"], {}, True])
@pytest.mark.parametrize("query", ALL)
async def test_a_cursor_that_is_none_is_refused(site: Site, query: str, cursor: object) -> None:
    for token in (site.tokens["ann"], await site.test_token()):
        assert (await ask(site, query, token=token, cursor=cursor)).is_error(400)


@pytest.mark.parametrize(
    ("limit", "count"), [("2", 2), (2.9, 2), ("1e0", 1), (-3, 0), ("0", 0), (0.0, 0), (None, 5), (10**9, 5), (" 3 ", 3)]
)
async def test_a_limit_is_understood_in_every_form(site: Site, limit: object, count: int) -> None:
    await site.happen(times=5)
    assert len((await ask(site, "event_history", limit=limit)).data) == count


@pytest.mark.parametrize("limit", ["x", "", [], {}, True, "nan", "inf"])
async def test_a_limit_that_is_no_number_is_refused(site: Site, limit: object) -> None:
    assert (await ask(site, "event_history", limit=limit)).is_error(400)


@pytest.mark.parametrize("zone", ["Europe/Paris", "Pacific Time (US & Canada)", "Nowhere/At all", "", None, 5, []])
@pytest.mark.parametrize("query", ALL)
async def test_unknown_keys_time_zones_and_include_change_nothing(site: Site, query: str, zone: object) -> None:
    await site.happen(times=2)
    plain = await ask(site, query)
    odd = {"user": {"timezone": zone}, "include": ["rows"], "ifttt_source": {"id": "2"}, "x": [1]}
    body = {"queryFields": fields_in_elm(QUERIES[query]), **odd}
    answer = await site.request("POST", f"queries/{query}", token=site.tokens["ann"], body=body)
    assert answer.body == plain.body


@pytest.mark.parametrize("query", ALL)
async def test_14_missing_fields_are_refused(site: Site, query: str) -> None:
    slug = QUERIES[query].fields[0].slug
    given: tuple[object, ...] = (None, [], "x", {}, {slug: ""}, {slug: {}})
    bodies: tuple[object, ...] = ({}, *({"queryFields": each} for each in given))
    for token in (site.tokens["ann"], await site.test_token()):
        for body in bodies:
            assert (await site.request("POST", f"queries/{query}", token=token, body=body)).is_error(400)


async def test_an_unknown_query_is_404_whatever_is_asked(site: Site) -> None:
    assert (await site.request("POST", "queries/nothing", token=site.tokens["ann"], data=b"{")).is_error(404)


async def test_test_mode_with_a_real_token_answers_truly(site: Site) -> None:
    await site.happen()
    header = {"IFTTT-Test-Mode": "1"}
    body = {"queryFields": {"device": "any"}}
    answer = await site.request("POST", "queries/event_history", token=site.tokens["ann"], body=body, headers=header)
    assert [row["device_id"] for row in answer.data] == ["elm-door"]


class Narrow(RealHousehold):
    """A home of which only one door is seen."""

    def sees(self, entry: Entry) -> bool:
        """See the door."""
        return entry.event.device == "elm-door"


async def test_who_sees_little_gets_short_pages_that_still_lead_to_the_end(site: Site) -> None:
    await site.happen("elm-door", times=2)
    await site.happen("elm-window", times=READ_AT_ONCE * MAX_READS)
    home = Narrow("elm", Catalogue(()), site.known, Sight({}, whole=True))
    endpoints = QueryEndpoints(Events(site.database), lambda _home: home, Cursors(b"key"), lambda: site.clock.ms)
    caller = Caller(site.users["ann"], "ifttt")
    asked: dict[str, object] = {"queryFields": {"device": "any"}, "limit": 1}
    found, pages_read = [], 0

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return await endpoints.run(request, caller, "event_history")

    async with listening(answer, "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
        while pages_read < 10:
            async with session.post(f"http://127.0.0.1:{port}/", json=asked) as response:
                got = await response.json()
            found += got["data"]
            pages_read += 1
            if "cursor" not in got:
                break
            asked["cursor"] = got["cursor"]
    assert pages_read == 3, "one that is empty, and one for each event"
    assert [row["device_id"] for row in found] == ["elm-door"] * 2
