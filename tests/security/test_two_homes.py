"""Two homes, two users, every endpoint: nothing of one is ever seen, told or moved by the other."""

from typing import Final

import pytest

from bridge.events import CONTACT_CLOSED, CONTACT_OPENED, LIGHT_TURNED_OFF, LIGHT_TURNED_ON, press_kind
from bridge.ifttt.service import ACTIONS, TRIGGERS
from tests.integration.web.homes import ENTITIES, GONE
from tests.integration.web.site import Answer, Site

OF_ELM: Final = tuple(entity.id for entity in (*ENTITIES, GONE) if entity.home == "elm")
HAPPENINGS: Final = (
    ("elm-door", CONTACT_OPENED),
    ("elm-door", CONTACT_CLOSED),
    ("elm-button", press_kind("single")),
    ("elm-light", LIGHT_TURNED_ON),
    ("elm-light", LIGHT_TURNED_OFF),
)
ANY: Final = {"door": "any", "button": "any", "press": "any", "light": "any"}


def tells_of_elm(answer: Answer) -> bool:
    return b"elm" in answer.body.lower()


@pytest.fixture
async def lived_in(site: Site) -> Site:
    """Return the listener after everything has happened in `elm`, and one of its users uses everything there is."""
    for where, kind in HAPPENINGS:
        await site.happen(where, kind, press="single")
    for slug in TRIGGERS:
        answer = await site.poll("ann", ANY, slug, trigger_identity=f"id-{slug}")
        assert tells_of_elm(answer), "this test would prove nothing"
    return site


@pytest.mark.parametrize("trigger", sorted(TRIGGERS))
async def test_no_poll_shows_what_happened_in_another_home(lived_in: Site, trigger: str) -> None:
    answer = await lived_in.poll("cay", ANY, trigger)
    assert answer.data == []
    entity_field = TRIGGERS[trigger].entity_field
    never = await lived_in.poll("cay", {**ANY, entity_field: "never-was"}, trigger)
    for entity in OF_ELM:
        refused = await lived_in.poll("cay", {**ANY, entity_field: entity}, trigger)
        assert (refused.status, refused.body) == (400, never.body)


async def test_no_choices_name_what_is_in_another_home(lived_in: Site) -> None:
    for part, declared in (("triggers", TRIGGERS), ("actions", ACTIONS)):
        for slug, thing in declared.items():
            for field in thing.fields:
                path = f"{part}/{slug}/fields/{field.slug}/options"
                assert not tells_of_elm(await lived_in.request("POST", path, token=lived_in.tokens["cay"]))


@pytest.mark.parametrize("action", sorted(ACTIONS))
async def test_no_action_moves_anything_in_another_home(lived_in: Site, action: str) -> None:
    token, path = lived_in.tokens["cay"], f"actions/{action}"
    never = await lived_in.request("POST", path, token=token, body={"actionFields": {"light": "never-was"}})
    for entity in OF_ELM:
        refused = await lived_in.request("POST", path, token=token, body={"actionFields": {"light": entity}})
        assert (refused.status, refused.body) == (400, never.body)
    assert lived_in.carried_out == []
    await lived_in.request("POST", path, token=token, body={"actionFields": {"light": "oak-light"}})
    assert [(command.home, command.entity) for command, _, _ in lived_in.carried_out] == [("oak", "oak-light")]


@pytest.mark.parametrize("user", ["ben", "cay"])
async def test_the_same_identity_of_another_user_is_another_identity(lived_in: Site, user: str) -> None:
    before = {identity.key for identity in lived_in.identities}
    for slug in TRIGGERS:
        lived_in.clock.ms += 60_001
        answer = await lived_in.poll(user, ANY, slug, trigger_identity=f"id-{slug}")
        assert answer.data == []
        path = f"triggers/{slug}/trigger_identity/id-{slug}"
        assert (await lived_in.request("DELETE", path, token=lived_in.tokens[user])).status == 200
    assert {identity.key for identity in lived_in.identities} == before


async def test_user_info_tells_of_nobody_else(lived_in: Site) -> None:
    answer = await lived_in.request("GET", "user/info", token=lived_in.tokens["cay"])
    assert answer.data == {"name": "cay", "id": lived_in.users["cay"].id}


async def test_the_test_user_sees_no_home_at_all(lived_in: Site) -> None:
    token = await lived_in.test_token()
    for slug in TRIGGERS:
        path = f"triggers/{slug}"
        answer = await lived_in.request("POST", path, token=token, body={"triggerFields": ANY})
        assert not tells_of_elm(answer)
    for path in ("triggers/door_opened/fields/door/options", "actions/turn_on_light/fields/light/options", "user/info"):
        method = "GET" if path == "user/info" else "POST"
        assert not tells_of_elm(await lived_in.request(method, path, token=token))
    for entity in OF_ELM:
        body = {"actionFields": {"light": entity}}
        assert (await lived_in.request("POST", "actions/turn_on_light", token=token, body=body)).status == 400
    assert lived_in.carried_out == []
