"""The conformance checklist of the protocol reference, section 11, number by number."""

import gzip
import re
from datetime import datetime
from typing import Final

import aiohttp
import msgspec
import pytest

from bridge.ifttt.service import ACTIONS, TRIGGERS
from tests.integration.web.site import KEY, STAGING_KEY, Site

WITH_KEY: Final = {"IFTTT-Service-Key": KEY}
JSON: Final = "application/json; charset=utf-8"
ALL_TRIGGERS: Final = sorted(TRIGGERS)
ALL_ACTIONS: Final = sorted(ACTIONS)

USER_ROUTES: Final = [
    ("GET", "user/info"),
    ("POST", "triggers/door_opened"),
    ("POST", "triggers/no_such"),
    ("DELETE", "triggers/door_opened/trigger_identity/abc"),
    ("POST", "triggers/door_opened/fields/door/options"),
    ("POST", "triggers/door_opened/fields/no_such/options"),
    ("POST", "triggers/door_opened/fields/door/validate"),
    ("POST", "triggers/door_opened/validate"),
    ("POST", "actions/turn_on_light"),
    ("POST", "actions/no_such"),
    ("POST", "actions/turn_on_light/fields/light/options"),
    ("POST", "queries/device_state"),
    ("POST", "queries/device_state/fields/device/options"),
]
NO_TOKENS: Final = ["Bearer INVALID", "Bearer", "Bearer ", "Basic YTpi", "INVALID", f"Bearer {KEY}", None]


async def samples(site: Site) -> dict[str, dict[str, dict[str, str]]]:
    answer = await site.request("POST", "test/setup", headers=WITH_KEY)
    found: dict[str, dict[str, dict[str, str]]] = answer.data["samples"]
    return found


async def sample_fields(site: Site, trigger: str) -> dict[str, str]:
    return (await samples(site))["triggers"][trigger]


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


@pytest.mark.parametrize("body", [b"", b"{}", b"not json", b"\xff\xfe", b"a=1&b=2", b"x" * 70_000])
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain", ""])
async def test_02_setup_ignores_body_and_content_type(site: Site, body: bytes, kind: str) -> None:
    answer = await site.request("POST", "test/setup", headers=WITH_KEY | {"Content-Type": kind}, data=body)
    assert answer.data["accessToken"]


@pytest.mark.parametrize("key", ["INVALID", ""])
async def test_02_setup_refuses_a_bad_key_and_mints_nothing(site: Site, key: str) -> None:
    answer = await site.request("POST", "test/setup", headers={"IFTTT-Service-Key": key})
    assert answer.is_error(401)
    assert b"accessToken" not in answer.body


async def test_02_samples_are_complete_for_every_field_of_everything(site: Site) -> None:
    given = await samples(site)
    for part, declared in (("triggers", TRIGGERS), ("actions", ACTIONS)):
        assert set(given[part]) == set(declared)
        for slug, thing in declared.items():
            assert set(given[part][slug]) == {field.slug for field in thing.fields}
            assert all(isinstance(value, str) and value for value in given[part][slug].values())
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


@pytest.mark.parametrize("trigger", ALL_TRIGGERS)
@pytest.mark.parametrize(("limit", "count"), [(None, 5), (1, 1), (0, 0), (3, 3), (50, 5), (1000, 5)])
async def test_04_limits_are_kept(site: Site, trigger: str, limit: int | None, count: int) -> None:
    body = {"triggerFields": await sample_fields(site, trigger)} | ({} if limit is None else {"limit": limit})
    answer = await site.request("POST", f"triggers/{trigger}", token=await site.test_token(), body=body)
    assert len(answer.data) == count


@pytest.mark.parametrize("trigger", ALL_TRIGGERS)
async def test_05_items_are_as_ifttt_wants_them(site: Site, trigger: str) -> None:
    body = {"triggerFields": await sample_fields(site, trigger)}
    items = (await site.request("POST", f"triggers/{trigger}", token=await site.test_token(), body=body)).data
    slugs = {ingredient.slug for ingredient in TRIGGERS[trigger].ingredients}
    stamps = [item["meta"]["timestamp"] for item in items]
    assert len({item["meta"]["id"] for item in items}) == len(items)
    assert stamps == sorted(stamps, reverse=True)
    for item in items:
        assert set(item) == slugs | {"meta"}
        assert all(isinstance(item[slug], str) for slug in slugs)
        assert isinstance(item["meta"]["id"], str)
        assert type(item["meta"]["timestamp"]) is int
        assert item["meta"]["timestamp"] < 10**10
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", item["created_at"])
        assert datetime.fromisoformat(item["created_at"]).timestamp() == item["meta"]["timestamp"]


@pytest.mark.parametrize("trigger", ALL_TRIGGERS)
async def test_06_the_same_question_gets_the_same_answer(site: Site, trigger: str) -> None:
    token, body = await site.test_token(), {"triggerFields": await sample_fields(site, trigger)}
    first = await site.request("POST", f"triggers/{trigger}", token=token, body=body)
    site.clock.ms += 90_000
    assert (await site.request("POST", f"triggers/{trigger}", token=token, body=body)).body == first.body


@pytest.mark.parametrize("trigger", ALL_TRIGGERS)
async def test_07_unknown_keys_change_nothing(site: Site, trigger: str) -> None:
    token, fields = await site.test_token(), await sample_fields(site, trigger)
    plain = await site.request("POST", f"triggers/{trigger}", token=token, body={"triggerFields": fields})
    odd = {"triggerFields": {**fields, "x7": [1]}, "x8": {"a": None}, "user": {"timezone": "Nowhere/At all", "x": 1}}
    assert (await site.request("POST", f"triggers/{trigger}", token=token, body=odd)).body == plain.body


@pytest.mark.parametrize("body", [{}, {"triggerFields": None}, {"triggerFields": []}, {"triggerFields": "door"}])
@pytest.mark.parametrize("trigger", ALL_TRIGGERS)
async def test_08_a_poll_without_fields_is_refused(site: Site, trigger: str, body: object) -> None:
    for token in (await site.test_token(), site.tokens["ann"]):
        assert (await site.request("POST", f"triggers/{trigger}", token=token, body=body)).is_error(400)


@pytest.mark.parametrize("trigger", ALL_TRIGGERS)
async def test_08_each_required_field_that_is_missing_or_empty_is_refused(site: Site, trigger: str) -> None:
    token, fields = await site.test_token(), await sample_fields(site, trigger)
    for slug in fields:
        missing = {name: value for name, value in fields.items() if name != slug}
        for given in (missing, {**missing, slug: ""}, {**missing, slug: None}, {**missing, slug: ["x"]}):
            body = {"triggerFields": given}
            assert (await site.request("POST", f"triggers/{trigger}", token=token, body=body)).is_error(400)


@pytest.mark.parametrize("authorization", NO_TOKENS)
@pytest.mark.parametrize(("method", "path"), USER_ROUTES)
async def test_09_without_a_live_token_every_user_route_says_401_before_anything_else(
    site: Site, method: str, path: str, authorization: str | None
) -> None:
    headers = {"IFTTT-Service-Key": KEY} | ({} if authorization is None else {"Authorization": authorization})
    answer = await site.request(method, path, headers=headers, data=b"{ not json")
    assert answer.is_error(401)


@pytest.mark.parametrize("body", [b"", b"{}", b"garbage", b"\xff", b"a=b", b"[1]"])
@pytest.mark.parametrize("user", ["test", "ann"])
async def test_10_options_come_whatever_the_body_is(site: Site, body: bytes, user: str) -> None:
    token = await site.test_token() if user == "test" else site.tokens[user]
    routes = [
        f"{part}/{slug}/fields/{field.slug}/options"
        for part, declared in (("triggers", TRIGGERS), ("actions", ACTIONS))
        for slug, thing in declared.items()
        for field in thing.fields
        if field.has_options
    ]
    for route in routes:
        choices = (await site.request("POST", route, token=token, data=body)).data
        assert choices
        assert all(set(choice) == {"label", "value"} for choice in choices)
        assert all(isinstance(text, str) and text for choice in choices for text in choice.values())
        assert len({choice["value"] for choice in choices}) == len(choices)


async def test_10_sample_values_are_among_the_choices(site: Site) -> None:
    given, token = await samples(site), await site.test_token()
    for part, declared in (("triggers", TRIGGERS), ("actions", ACTIONS)):
        for slug, thing in declared.items():
            for field in thing.fields:
                if field.has_options:
                    answer = await site.request("POST", f"{part}/{slug}/fields/{field.slug}/options", token=token)
                    assert given[part][slug][field.slug] in {choice["value"] for choice in answer.data}


@pytest.mark.parametrize(
    "route",
    [
        "triggers/door_opened/fields/nothing/options",
        "triggers/nothing/fields/door/options",
        "actions/turn_on_light/fields/brightness/options",
        "actions/nothing/fields/light/options",
    ],
)
async def test_10_options_of_what_is_not_there_are_404(site: Site, route: str) -> None:
    assert (await site.request("POST", route, token=site.tokens["ann"])).is_error(404)


@pytest.mark.parametrize(
    "route", ["triggers/door_opened/fields/door/validate", "triggers/door_opened/validate", "triggers/x/validate"]
)
async def test_11_nothing_is_validated_dynamically_yet_so_validation_is_404(site: Site, route: str) -> None:
    assert not any(field.choices_from is None for trigger in TRIGGERS.values() for field in trigger.fields)
    assert (await site.request("POST", route, token=site.tokens["ann"], body={"value": "x"})).is_error(404)


async def test_12_an_identity_can_be_deleted_twice_and_unknown_ones_too(site: Site) -> None:
    await site.poll("ann", trigger_identity="abc")
    for identity in ("abc", "abc", "never-seen"):
        answer = await site.request(
            "DELETE", f"triggers/door_opened/trigger_identity/{identity}", token=site.tokens["ann"]
        )
        assert (answer.status, answer.headers["Content-Type"], answer.body) == (200, JSON, b"")


@pytest.mark.parametrize("action", ALL_ACTIONS)
async def test_13_an_action_answers_with_a_list_of_one_id(site: Site, action: str) -> None:
    fields = (await samples(site))["actions"][action]
    data = (
        await site.request("POST", f"actions/{action}", token=await site.test_token(), body={"actionFields": fields})
    ).data
    assert isinstance(data, list)
    assert len(data) == 1
    assert isinstance(data[0]["id"], str)
    assert data[0]["id"]


@pytest.mark.parametrize("action", ALL_ACTIONS)
@pytest.mark.parametrize("user", ["test", "ann"])
async def test_13_an_action_without_its_fields_is_refused_plainly(site: Site, action: str, user: str) -> None:
    token = await site.test_token() if user == "test" else site.tokens[user]
    for body in ({}, {"actionFields": None}, {"actionFields": []}, {"actionFields": {}}, {"actionFields": {"light": ""}}):
        answer = await site.request("POST", f"actions/{action}", token=token, body=body)
        assert answer.is_error(400)
        assert "status" not in answer.json["errors"][0]
    assert site.carried_out == []


async def test_13_the_skip_samples_are_skipped(site: Site) -> None:
    for action, fields in (await samples(site))["actionRecordSkipping"].items():
        body = {"actionFields": fields}
        answer = await site.request("POST", f"actions/{action}", token=await site.test_token(), body=body)
        assert answer.is_error(400)
        assert answer.json["errors"][0]["status"] == "SKIP"


@pytest.mark.parametrize(
    "fields",
    [
        {"light": "never-seen"},
        {"light": "oak-light"},
        {"light": "elm-door"},
        {"light": "elm-light", "brightness": "101"},
        {"light": "elm-light", "brightness": "bright"},
        {"light": "elm-light", "brightness": "nan"},
        {"light": "elm-light", "brightness": "-1"},
        {"light": "elm-light", "color": "no colour"},
        {"light": "any"},
    ],
)
async def test_13_an_action_that_can_never_succeed_is_skipped_and_moves_nothing(
    site: Site, fields: dict[str, str]
) -> None:
    body = {"actionFields": fields}
    answer = await site.request("POST", "actions/turn_on_light", token=site.tokens["ann"], body=body)
    assert answer.is_error(400)
    assert answer.json["errors"][0]["status"] == "SKIP"
    assert site.carried_out == []


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


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip, deflate", True),
        ("deflate, gzip;q=0.5", True),
        ("GZIP", True),
        ("gzip;q=0.01, identity", True),
        ("gzip;q=0", False),
        ("gzip;q=0.0, deflate", False),
        ("deflate", False),
        ("identity", False),
        ("x-gzipped", False),
        ("", False),
    ],
)
async def test_16_gzip_is_honoured_with_equal_content(site: Site, accepted: str, *, compressed: bool) -> None:
    await site.happen(times=20)
    plain = await site.poll("ann")
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        async with session.post(
            f"http://127.0.0.1:{site.port}/ifttt/v1/triggers/door_opened",
            data=msgspec.json.encode({"triggerFields": {"door": "any"}}),
            headers={"Authorization": f"Bearer {site.tokens['ann']}", "Accept-Encoding": accepted},
        ) as response:
            body = await response.read()
    assert ("Content-Encoding" in response.headers) is compressed
    assert response.headers["Vary"] == "Accept-Encoding"
    assert (gzip.decompress(body) if compressed else body) == plain.body
    assert len(plain.data) == 20


async def test_17_the_test_user_actuates_nothing_and_leaves_no_trace(site: Site) -> None:
    token, given = await site.test_token(), await samples(site)
    for trigger, fields in given["triggers"].items():
        body = {"triggerFields": fields, "trigger_identity": f"id-{trigger}"}
        assert (await site.request("POST", f"triggers/{trigger}", token=token, body=body)).data
        gone = await site.request("DELETE", f"triggers/{trigger}/trigger_identity/id-{trigger}", token=token)
        assert gone.status == 200
    for action, fields in given["actions"].items():
        assert (await site.request("POST", f"actions/{action}", token=token, body={"actionFields": fields})).data
    assert site.carried_out == []
    assert site.forgotten == []
    assert len(site.identities) == 0
    assert await site.rows("trigger_identities") == 0


async def test_17_test_mode_with_a_real_token_answers_truly_but_stores_and_moves_nothing(site: Site) -> None:
    (happened,) = await site.happen()
    token, header = site.tokens["ann"], {"IFTTT-Test-Mode": "1"}
    poll = {"triggerFields": {"door": "any"}, "trigger_identity": "abc"}
    answer = await site.request("POST", "triggers/door_opened", token=token, body=poll, headers=header)
    assert answer.ids == [happened]
    act = {"actionFields": {"light": "elm-light"}}
    assert (await site.request("POST", "actions/turn_on_light", token=token, body=act, headers=header)).data[0]["id"]
    assert site.carried_out == []
    assert await site.rows("trigger_identities") == 0


async def test_17_test_mode_with_a_real_token_ends_no_identity(site: Site) -> None:
    await site.poll("ann", trigger_identity="abc")
    path = "triggers/door_opened/trigger_identity/abc"
    await site.request("DELETE", path, token=site.tokens["ann"], headers={"IFTTT-Test-Mode": "1"})
    assert len(site.identities) == 1
    assert len(await site.register.load()) == 1
