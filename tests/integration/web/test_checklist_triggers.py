"""The conformance checklist of the protocol reference, section 11, by its numbers: triggers, options, identities."""

import itertools
import re
from datetime import datetime
from typing import Final

import pytest

from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS
from tests.integration.web.homes import fields_in_elm
from tests.integration.web.site import JSON, Site

ALL_TRIGGERS: Final = sorted(TRIGGERS)
NO_FIELDS: Final[tuple[dict[str, object], ...]] = (
    {},
    {"triggerFields": None},
    {"triggerFields": []},
    {"triggerFields": "door"},
)


async def sample_fields(site: Site, trigger: str) -> dict[str, str]:
    return (await site.samples())["triggers"][trigger]


@pytest.mark.parametrize("trigger", ALL_TRIGGERS)
async def test_04_without_a_limit_there_are_three_or_more_with_one_there_are_so_many(site: Site, trigger: str) -> None:
    token, fields = await site.test_token(), {"triggerFields": await sample_fields(site, trigger)}
    for limit, count in ((None, 5), (1, 1), (0, 0), (3, 3), (50, 5), (1000, 5)):
        body = fields | ({} if limit is None else {"limit": limit})
        answer = await site.request("POST", f"triggers/{trigger}", token=token, body=body)
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


@pytest.mark.parametrize("trigger", ALL_TRIGGERS)
async def test_08_a_poll_without_fields_is_refused(site: Site, trigger: str) -> None:
    for token in (await site.test_token(), site.tokens["ann"]):
        for body in NO_FIELDS:
            assert (await site.request("POST", f"triggers/{trigger}", token=token, body=body)).is_error(400)


@pytest.mark.parametrize("trigger", ALL_TRIGGERS)
async def test_08_each_required_field_that_is_missing_or_empty_is_refused(site: Site, trigger: str) -> None:
    token, fields = await site.test_token(), await sample_fields(site, trigger)
    for slug in fields:
        missing = {name: value for name, value in fields.items() if name != slug}
        for given in (missing, {**missing, slug: ""}, {**missing, slug: None}, {**missing, slug: ["x"]}):
            body = {"triggerFields": given}
            assert (await site.request("POST", f"triggers/{trigger}", token=token, body=body)).is_error(400)


@pytest.mark.parametrize("body", [b"", b"{}", b"garbage", b"\xff", b"a=b", b"[1]"])
async def test_10_options_come_whatever_the_body_is(site: Site, body: bytes) -> None:
    routes = [
        f"{part}/{slug}/fields/{field.slug}/options"
        for part, declared in (("triggers", TRIGGERS), ("actions", ACTIONS), ("queries", QUERIES))
        for slug, thing in declared.items()
        for field in thing.fields
        if field.has_options
    ]
    for route, token in itertools.product(routes, (await site.test_token(), site.tokens["ann"])):
        choices = (await site.request("POST", route, token=token, data=body)).data
        assert choices
        assert all(set(choice) == {"label", "value"} for choice in choices)
        assert all(isinstance(text, str) and text for choice in choices for text in choice.values())
        assert len({choice["value"] for choice in choices}) == len(choices)


async def test_10_sample_values_are_among_the_choices(site: Site) -> None:
    given, token = await site.samples(), await site.test_token()
    for part, declared in (("triggers", TRIGGERS), ("actions", ACTIONS), ("queries", QUERIES)):
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
        "queries/device_state/fields/kind/options",
        "queries/nothing/fields/device/options",
    ],
)
async def test_10_options_of_what_is_not_there_are_404(site: Site, route: str) -> None:
    assert (await site.request("POST", route, token=site.tokens["ann"])).is_error(404)


CHECKED: Final = [
    (trigger.slug, field.slug) for trigger in TRIGGERS.values() for field in trigger.fields if field.validated
]


@pytest.mark.parametrize(("trigger", "field"), CHECKED)
async def test_11_a_checked_field_is_judged_with_200_either_way(site: Site, trigger: str, field: str) -> None:
    samples = await site.samples()
    values = samples["triggerFieldValidations"][trigger][field]
    path = f"triggers/{trigger}/fields/{field}/validate"
    for token in (await site.test_token(), site.tokens["ann"]):
        good = await site.request("POST", path, token=token, body={"value": values["valid"]})
        assert good.data == {"valid": True}
        wrong: tuple[object, ...] = (values["invalid"], "", None, [], {"a": 1}, "x" * 5000, True)
        for value in wrong:
            bad = (await site.request("POST", path, token=token, body={"value": value})).data
            assert bad["valid"] is False
            assert isinstance(bad["message"], str)
            assert bad["message"]


@pytest.mark.parametrize(("trigger", "field"), CHECKED)
async def test_11_only_a_request_without_a_value_is_refused(site: Site, trigger: str, field: str) -> None:
    path = f"triggers/{trigger}/fields/{field}/validate"
    bodies: tuple[object, ...] = ({}, {"values": {field: "10"}}, [], "x")
    for body in bodies:
        assert (await site.request("POST", path, token=site.tokens["ann"], body=body)).is_error(400)


@pytest.mark.parametrize("path", ["validate", "fields/validate"])
async def test_11_all_fields_are_judged_at_once_on_both_paths(site: Site, path: str) -> None:
    route = f"triggers/door_left_open/{path}"
    values = {"door": "elm-door", "minutes": "0", "odd": 1}
    answer = await site.request("POST", route, token=site.tokens["ann"], body={"values": values})
    assert set(answer.data) == {"door", "minutes"}
    assert answer.data["door"] == {"valid": True}
    assert answer.data["minutes"]["valid"] is False
    assert "10080" in answer.data["minutes"]["message"]
    bodies: tuple[object, ...] = ({}, {"values": []}, {"value": "10"})
    for body in bodies:
        assert (await site.request("POST", route, token=site.tokens["ann"], body=body)).is_error(400)


@pytest.mark.parametrize(
    "route",
    [
        "triggers/door_opened/fields/door/validate",
        "triggers/door_left_open/fields/door/validate",
        "triggers/door_left_open/fields/x/validate",
        "triggers/door_opened/validate",
        "triggers/door_opened/fields/validate",
        "triggers/x/validate",
        "actions/publish_message/fields/topic/validate",
        "queries/device_state/fields/device/validate",
    ],
)
async def test_11_what_is_not_checked_is_404(site: Site, route: str) -> None:
    body = {"value": "x", "values": {}}
    assert (await site.request("POST", route, token=site.tokens["ann"], body=body)).is_error(404)


@pytest.mark.parametrize(("trigger", "field"), CHECKED)
async def test_11_a_poll_makes_the_same_check_as_the_validation(site: Site, trigger: str, field: str) -> None:
    samples = await site.samples()
    values = samples["triggerFieldValidations"][trigger][field]
    fields = fields_in_elm(TRIGGERS[trigger])
    refused = await site.poll("ann", {**fields, field: values["invalid"]}, trigger)
    judged = await site.request(
        "POST",
        f"triggers/{trigger}/fields/{field}/validate",
        token=site.tokens["ann"],
        body={"value": values["invalid"]},
    )
    assert refused.is_error(400)
    assert refused.json["errors"][0]["message"] == judged.data["message"]
    assert (await site.poll("ann", {**fields, field: values["valid"]}, trigger)).data == []


async def test_12_an_identity_can_be_deleted_twice_and_unknown_ones_too(site: Site) -> None:
    await site.poll("ann", trigger_identity="abc")
    for identity in ("abc", "abc", "never-seen"):
        answer = await site.request(
            "DELETE", f"triggers/door_opened/trigger_identity/{identity}", token=site.tokens["ann"]
        )
        assert (answer.status, answer.headers["Content-Type"], answer.body) == (200, JSON, b"")
