"""The conformance checklist of the protocol reference, section 11, by its numbers: actions and test mode."""

import itertools
from typing import Final

import pytest

from bridge.ifttt.service import ACTIONS
from tests.integration.web.site import Site

ALL_ACTIONS: Final = sorted(ACTIONS)
NO_FIELDS: Final[tuple[object, ...]] = (None, [], {}, {"light": ""})


@pytest.mark.parametrize("action", ALL_ACTIONS)
async def test_13_an_action_answers_with_a_list_of_one_id(site: Site, action: str) -> None:
    fields = (await site.samples())["actions"][action]
    data = (
        await site.request("POST", f"actions/{action}", token=await site.test_token(), body={"actionFields": fields})
    ).data
    assert isinstance(data, list)
    assert len(data) == 1
    assert isinstance(data[0]["id"], str)
    assert data[0]["id"]


@pytest.mark.parametrize("action", ALL_ACTIONS)
async def test_13_an_action_without_its_fields_is_refused_plainly(site: Site, action: str) -> None:
    tokens = (await site.test_token(), site.tokens["ann"])
    given: tuple[dict[str, object], ...] = tuple({"actionFields": each} for each in NO_FIELDS)
    for token, body in itertools.product(tokens, ({}, *given)):
        answer = await site.request("POST", f"actions/{action}", token=token, body=body)
        assert answer.is_error(400)
        assert "status" not in answer.json["errors"][0]
    assert site.carried_out == []


async def test_13_the_skip_samples_are_skipped(site: Site) -> None:
    for action, fields in (await site.samples())["actionRecordSkipping"].items():
        body = {"actionFields": fields}
        answer = await site.request("POST", f"actions/{action}", token=await site.test_token(), body=body)
        assert answer.is_error(400)
        assert answer.json["errors"][0]["status"] == "SKIP"


async def test_13_an_action_that_can_never_succeed_is_skipped_and_moves_nothing(site: Site) -> None:
    never: tuple[dict[str, str], ...] = (
        {"light": "never-seen"},
        {"light": "oak-light"},
        {"light": "elm-door"},
        {"light": "any"},
        {"light": "elm-light", "brightness": "101"},
        {"light": "elm-light", "brightness": "bright"},
        {"light": "elm-light", "brightness": "nan"},
        {"light": "elm-light", "brightness": "-1"},
        {"light": "elm-light", "color": "no colour"},
    )
    for fields in never:
        body = {"actionFields": fields}
        answer = await site.request("POST", "actions/turn_on_light", token=site.tokens["ann"], body=body)
        assert answer.is_error(400)
        assert answer.json["errors"][0]["status"] == "SKIP"
    assert site.carried_out == []


async def test_17_the_test_user_actuates_nothing_and_leaves_no_trace(site: Site) -> None:
    token, given = await site.test_token(), await site.samples()
    for trigger, fields in given["triggers"].items():
        body = {"triggerFields": fields, "trigger_identity": f"id-{trigger}"}
        assert (await site.request("POST", f"triggers/{trigger}", token=token, body=body)).data
        gone = await site.request("DELETE", f"triggers/{trigger}/trigger_identity/id-{trigger}", token=token)
        assert gone.status == 200
    for action, fields in given["actions"].items():
        assert (await site.request("POST", f"actions/{action}", token=token, body={"actionFields": fields})).data
    for query, fields in given["queries"].items():
        assert (await site.request("POST", f"queries/{query}", token=token, body={"queryFields": fields})).data
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
