"""Two homes, two users, every endpoint: nothing of one is ever seen, told or moved by the other."""

from typing import Final

import pytest

from bridge.ifttt.fields import ANY
from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS
from tests.integration.web.homes import ENTITIES, GONE, fields_in_elm
from tests.integration.web.site import Answer, Site

OF_ELM: Final = tuple(entity.id for entity in (*ENTITIES, GONE) if entity.home == "elm")
ALL: Final = sorted(TRIGGERS)


def tells_of_elm(answer: Answer) -> bool:
    return b"elm" in answer.body.lower()


@pytest.fixture
async def lived_in(site: Site) -> Site:
    """Return the listener after everything has happened in `elm`, and one of its users uses everything there is."""
    for slug, trigger in TRIGGERS.items():
        fields = fields_in_elm(trigger)
        timeline = trigger.timeline("elm", fields)
        kind = timeline.kind.replace(".*", ".single")
        await site.happen(timeline.entity or "elm-door", kind, name="elm", level="12", alarm="leak", press="single")
        answer = await site.poll("ann", fields, slug, trigger_identity=f"id-{slug}")
        assert tells_of_elm(answer), "this test would prove nothing"
    return site


@pytest.mark.parametrize("trigger", ALL)
async def test_no_poll_shows_what_happened_in_another_home(lived_in: Site, trigger: str) -> None:
    entity_field, fields = TRIGGERS[trigger].entity_field, fields_in_elm(TRIGGERS[trigger])
    if fields[entity_field] == ANY:
        assert (await lived_in.poll("cay", fields, trigger)).data == []
    never = await lived_in.poll("cay", {**fields, entity_field: "never-was"}, trigger)
    for entity in OF_ELM:
        refused = await lived_in.poll("cay", {**fields, entity_field: entity}, trigger)
        assert (refused.status, refused.body) == (400, never.body)


async def test_no_choices_name_what_is_in_another_home(lived_in: Site) -> None:
    for part, declared in (("triggers", TRIGGERS), ("actions", ACTIONS), ("queries", QUERIES)):
        for slug, thing in declared.items():
            for field in thing.fields:
                path = f"{part}/{slug}/fields/{field.slug}/options"
                assert not tells_of_elm(await lived_in.request("POST", path, token=lived_in.tokens["cay"]))


@pytest.mark.parametrize("action", sorted(ACTIONS))
async def test_no_action_moves_anything_in_another_home(lived_in: Site, action: str) -> None:
    path, declared = f"actions/{action}", ACTIONS[action]
    fields, first = fields_in_elm(declared), declared.fields[0].slug

    async def act(user: str, value: str) -> Answer:
        body = {"actionFields": {**fields, first: value}}
        return await lived_in.request("POST", path, token=lived_in.tokens[user], body=body)

    never = await act("cay", "never-was")
    for value in (*OF_ELM, fields[first]):
        refused = await act("cay", value)
        assert (refused.status, refused.body) == (never.status, never.body)
        assert refused.status == (404 if declared.if_allowed else 400)
    assert lived_in.carried_out == []
    assert (await act("ann", fields[first])).status == 200, "this test would prove nothing"
    assert [command.home for command, _, _ in lived_in.carried_out] == ["elm"]


async def test_an_action_of_a_user_moves_what_is_in_their_own_home(lived_in: Site) -> None:
    body = {"actionFields": {"light": "oak-light"}}
    await lived_in.request("POST", "actions/turn_off_light", token=lived_in.tokens["cay"], body=body)
    assert [(command.home, command.entity) for command, _, _ in lived_in.carried_out] == [("oak", "oak-light")]


@pytest.mark.parametrize("query", sorted(QUERIES))
async def test_no_query_shows_what_is_in_another_home(lived_in: Site, query: str) -> None:
    fields = fields_in_elm(QUERIES[query])
    values = {*fields.values(), ANY, *OF_ELM}
    for user, shown in (("ann", True), ("cay", False)):
        told = False
        for value in values:
            body = {"queryFields": dict.fromkeys(fields, value)}
            answer = await lived_in.request("POST", f"queries/{query}", token=lived_in.tokens[user], body=body)
            assert answer.status == 200
            told = told or tells_of_elm(answer)
        assert told is shown


@pytest.mark.parametrize("user", ["ben", "cay"])
async def test_the_same_identity_of_another_user_is_another_identity(lived_in: Site, user: str) -> None:
    before = {identity.key for identity in lived_in.identities}
    for slug, trigger in TRIGGERS.items():
        lived_in.clock.ms += 60_001
        answer = await lived_in.poll(user, fields_in_elm(trigger), slug, trigger_identity=f"id-{slug}")
        assert answer.status == 400 or answer.data == []
        path = f"triggers/{slug}/trigger_identity/id-{slug}"
        assert (await lived_in.request("DELETE", path, token=lived_in.tokens[user])).status == 200
    assert {identity.key for identity in lived_in.identities} == before


async def test_user_info_tells_of_nobody_else(lived_in: Site) -> None:
    answer = await lived_in.request("GET", "user/info", token=lived_in.tokens["cay"])
    assert answer.data == {"name": "cay", "id": lived_in.users["cay"].id}


async def test_the_test_user_sees_no_home_at_all(lived_in: Site) -> None:
    token = await lived_in.test_token()
    for slug, trigger in TRIGGERS.items():
        path = f"triggers/{slug}"
        answer = await lived_in.request("POST", path, token=token, body={"triggerFields": fields_in_elm(trigger)})
        assert not tells_of_elm(answer)
    for path in ("triggers/door_opened/fields/door/options", "actions/turn_on_light/fields/light/options", "user/info"):
        method = "GET" if path == "user/info" else "POST"
        assert not tells_of_elm(await lived_in.request(method, path, token=token))
    for slug, query in QUERIES.items():
        for value in (*OF_ELM, ANY):
            asked = {"queryFields": {field.slug: value for field in query.fields}}
            assert not tells_of_elm(await lived_in.request("POST", f"queries/{slug}", token=token, body=asked))
    for entity in OF_ELM:
        body = {"actionFields": {"light": entity}}
        assert (await lived_in.request("POST", "actions/turn_on_light", token=token, body=body)).status == 400
    assert lived_in.carried_out == []
