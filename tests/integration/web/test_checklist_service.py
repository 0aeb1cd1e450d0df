"""The conformance checklist of the protocol reference, section 11, by its numbers: the service, credentials, looks."""

import gzip
from typing import Final

import aiohttp
import msgspec
import pytest

from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS
from tests.integration.web.site import JSON, KEY, STAGING_KEY, WITH_KEY, Site

USER_ROUTES: Final = [
    ("GET", "user/info"),
    ("POST", "triggers/door_opened"),
    ("POST", "triggers/no_such"),
    ("DELETE", "triggers/door_opened/trigger_identity/abc"),
    ("POST", "triggers/door_opened/fields/door/options"),
    ("POST", "triggers/door_opened/fields/no_such/options"),
    ("POST", "triggers/door_opened/fields/door/validate"),
    ("POST", "triggers/door_opened/validate"),
    ("POST", "triggers/door_left_open/fields/minutes/validate"),
    ("POST", "triggers/door_left_open/validate"),
    ("POST", "triggers/door_left_open/fields/validate"),
    ("POST", "queries/no_such"),
    ("POST", "queries/device_state/fields/no_such/options"),
    ("POST", "actions/turn_on_light"),
    ("POST", "actions/no_such"),
    ("POST", "actions/turn_on_light/fields/light/options"),
    ("POST", "queries/device_state"),
    ("POST", "queries/device_state/fields/device/options"),
]
NO_TOKENS: Final = ["Bearer INVALID", "Bearer", "Bearer ", "Basic YTpi", "INVALID", f"Bearer {KEY}", None]


@pytest.mark.parametrize("name", ["IFTTT-Service-Key", "IFTTT-Channel-Key", "ifttt-service-key"])
@pytest.mark.parametrize("key", [KEY, STAGING_KEY])
async def test_01_status_opens_with_every_key_under_both_names(site: Site, name: str, key: str) -> None:
    answer = await site.request("GET", "status", headers={name: key})
    assert (answer.status, answer.headers["Content-Type"]) == (200, JSON)


@pytest.mark.parametrize("key", ["INVALID", "", KEY[:-1], KEY + "x", KEY.upper(), "\u00e4"])
async def test_01_status_refuses_a_wrong_key(site: Site, key: str) -> None:
    assert (await site.request("GET", "status", headers={"IFTTT-Service-Key": key})).is_error(401)


async def test_01_status_refuses_no_key_at_all(site: Site) -> None:
    assert (await site.request("GET", "status")).is_error(401)


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain", ""])
async def test_02_setup_ignores_body_and_content_type(site: Site, kind: str) -> None:
    for body in (b"", b"{}", b"not json", b"\xff\xfe", b"a=1&b=2", b"x" * 70_000):
        answer = await site.request("POST", "test/setup", headers=WITH_KEY | {"Content-Type": kind}, data=body)
        assert answer.data["accessToken"]


@pytest.mark.parametrize("key", ["INVALID", ""])
async def test_02_setup_refuses_a_bad_key_and_mints_nothing(site: Site, key: str) -> None:
    answer = await site.request("POST", "test/setup", headers={"IFTTT-Service-Key": key})
    assert answer.is_error(401)
    assert b"accessToken" not in answer.body


async def test_02_samples_are_complete_for_every_field_of_everything(site: Site) -> None:
    given = await site.samples()
    for part, declared in (("triggers", TRIGGERS), ("actions", ACTIONS), ("queries", QUERIES)):
        assert set(given[part]) == set(declared)
        for slug, thing in declared.items():
            assert set(given[part][slug]) == {field.slug for field in thing.fields}
            assert all(given[part][slug].values())
    assert all(isinstance(part, dict) for part in given.values())


async def test_02_a_second_setup_leaves_the_first_token_alive(site: Site) -> None:
    first, second = await site.test_token(), await site.test_token()
    assert first != second
    for token in (first, second):
        assert (await site.request("GET", "user/info", token=token)).status == 200


async def test_03_user_info_tells_a_permanent_id_and_a_name(site: Site) -> None:
    first = await site.request("GET", "user/info", token=site.tokens["ann"])
    again = await site.request("GET", "user/info", token=site.tokens["ann"])
    assert first.data == again.data == {"id": site.users["ann"].id, "name": "ann"}
    assert isinstance(first.data["id"], str)
    assert "ann" not in first.data["id"]


async def test_03_user_info_works_with_the_test_users_token(site: Site) -> None:
    info = (await site.request("GET", "user/info", token=await site.test_token())).data
    assert info["id"]
    assert info["name"]


@pytest.mark.parametrize("authorization", NO_TOKENS)
async def test_09_without_a_live_token_every_user_route_says_401_before_anything_else(
    site: Site, authorization: str | None
) -> None:
    headers = {"IFTTT-Service-Key": KEY} | ({} if authorization is None else {"Authorization": authorization})
    for method, path in USER_ROUTES:
        answer = await site.request(method, path, headers=headers, data=b"{ not json")
        assert answer.is_error(401), (method, path)


@pytest.mark.parametrize("name", ["IFTTT-Service-Key", "IFTTT-Channel-Key"])
async def test_09_a_service_key_beside_a_live_token_is_not_looked_at(site: Site, name: str) -> None:
    body = {"queryFields": {"device": "any"}}
    for key in ("INVALID", "", KEY):
        answer = await site.request(
            "POST", "queries/event_history", token=site.tokens["ann"], body=body, headers={name: key}
        )
        assert answer.data == []


async def test_16_every_json_answer_carries_its_charset_errors_too(site: Site) -> None:
    token = site.tokens["ann"]
    answers = [
        await site.request("GET", "status", headers=WITH_KEY),
        await site.request("GET", "status"),
        await site.request("POST", "test/setup", headers=WITH_KEY),
        await site.request("GET", "user/info", token=token),
        await site.request("GET", "user/info"),
        await site.poll("ann"),
        await site.poll("ann", fields=[]),
        await site.poll("ann", trigger="nothing"),
        await site.request("POST", "triggers/door_opened", token=token, data=b"{"),
        await site.request("DELETE", "triggers/door_opened/trigger_identity/x", token=token),
        await site.request("POST", "actions/turn_on_light", token=token, body={"actionFields": {"light": "?"}}),
        await site.request("PUT", "user/info", token=token),
        await site.request("POST", "queries/x", token=token),
    ]
    assert {answer.headers["Content-Type"] for answer in answers} == {JSON}
    for answer in answers:
        if answer.status != 200:
            assert answer.is_error(answer.status)


async def test_16_gzip_is_honoured_with_equal_content(site: Site) -> None:
    await site.happen(times=20)
    plain = await site.poll("ann")
    assert len(plain.data) == 20
    welcome = ("gzip, deflate", "deflate, gzip;q=0.5", "GZIP", "gzip;q=0.01, identity", "gzip ; q=1")
    unwelcome = ("gzip;q=0", "gzip;q=0.0, deflate", "deflate", "identity", "x-gzipped", "")
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        for accepted in welcome + unwelcome:
            async with session.post(
                f"http://127.0.0.1:{site.port}/ifttt/v1/triggers/door_opened",
                data=msgspec.json.encode({"triggerFields": {"door": "any"}}),
                headers={"Authorization": f"Bearer {site.tokens['ann']}", "Accept-Encoding": accepted},
            ) as response:
                body = await response.read()
            compressed = response.headers.get("Content-Encoding") == "gzip"
            assert compressed is (accepted in welcome), accepted
            assert response.headers["Vary"] == "Accept-Encoding"
            assert (gzip.decompress(body) if compressed else body) == plain.body
