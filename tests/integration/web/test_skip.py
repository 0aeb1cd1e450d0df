"""SKIP exactly where this event can never succeed; plain where the request is wrong; 503 where it may succeed later."""

from typing import Final

import pytest

from bridge.commands import Command, Publication, Wish
from bridge.errors import BrokerUnavailable, DeliveryUnknown, StorageUnavailable
from bridge.ifttt.service import ACTIONS
from tests.integration.web.homes import fields_in_elm
from tests.integration.web.site import Answer, Site

SKIPPED: Final = [
    ("turn_on_light", {"light": "never-was"}),
    ("turn_on_light", {"light": "oak-light"}),
    ("turn_on_light", {"light": "elm-door"}),
    ("turn_on_light", {"brightness": "101"}),
    ("turn_on_light", {"brightness": "x" * 2000}),
    ("turn_on_light", {"color": "no colour"}),
    ("turn_off_light", {"light": "elm-switch"}),
    ("turn_on_switch", {"switch": "elm-light"}),
    ("set_cover", {"position": "sideways"}),
    ("set_cover", {"position": ""}),
    ("set_cover", {"position": "100.1"}),
    ("set_cover", {"cover": "elm-light"}),
    ("lock_door", {"lock": "elm-door"}),
    ("unlock_door", {"lock": "oak-lock"}),
    ("publish_message", {"topic": "elm/other"}),
    ("publish_message", {"topic": "elm/announce/a/b"}),
    ("publish_message", {"topic": "elm/announce/+"}),
    ("publish_message", {"topic": "$SYS/x"}),
    ("publish_message", {"topic": "ifttt-bridge/ifttt-bridge/status"}),
    ("publish_message", {"topic": ""}),
    ("publish_message", {"message": ""}),
    ("publish_message", {"message": " \n"}),
    ("publish_message", {"message": "x" * 4097}),
]
PLAIN: Final = [
    ("turn_on_light", {"light": ""}),
    ("turn_on_light", {"light": ["elm-light", "elm-door"]}),
    ("turn_on_light", {"brightness": ["40"]}),
    ("set_cover", {"position": None}),
    ("publish_message", {"message": None}),
    ("publish_message", {"message": {"a": 1}}),
]


async def act(site: Site, action: str, fields: dict[str, object], user: str = "ann") -> Answer:
    body = {"actionFields": {**fields_in_elm(ACTIONS[action]), **fields}}
    return await site.request("POST", f"actions/{action}", token=site.tokens[user], body=body)


@pytest.mark.parametrize(("action", "fields"), SKIPPED)
async def test_what_can_never_succeed_is_skipped(site: Site, action: str, fields: dict[str, object]) -> None:
    answer = await act(site, action, fields)
    assert answer.is_error(400)
    assert answer.json["errors"][0]["status"] == "SKIP"
    assert site.carried_out == []


@pytest.mark.parametrize(("action", "fields"), PLAIN)
async def test_a_request_that_is_wrong_is_refused_plainly(site: Site, action: str, fields: dict[str, object]) -> None:
    answer = await act(site, action, fields)
    assert answer.is_error(400)
    assert "status" not in answer.json["errors"][0]
    assert site.carried_out == []


@pytest.mark.parametrize("error", [BrokerUnavailable, DeliveryUnknown, StorageUnavailable])
@pytest.mark.parametrize("action", sorted(ACTIONS))
async def test_what_may_succeed_later_is_503_for_every_action(site: Site, action: str, error: type[Exception]) -> None:
    assert (await act(site, action, {})).status == 200
    site.carry_out_error = error("detail")
    answer = await act(site, action, {})
    assert answer.is_error(503)
    assert "status" not in answer.json["errors"][0]


async def test_unlocking_is_there_only_where_a_home_allows_it(site: Site) -> None:
    for path in ("actions/unlock_door", "actions/unlock_door/fields/lock/options"):
        body = {"actionFields": {"lock": "oak-lock"}}
        assert (await site.request("POST", path, token=site.tokens["cay"], body=body)).is_error(404)
        assert (await site.request("POST", path, token=site.tokens["ann"], body=body)).status != 404
    assert (await act(site, "unlock_door", {})).status == 200
    assert site.carried_out[-1][0] == Command("elm", "elm-lock", Wish.UNLOCK)


async def test_a_message_goes_to_the_topic_with_its_text(site: Site) -> None:
    await act(site, "publish_message", {"message": " Grüße \n"})
    publication = Publication("elm/announce/hall", "Grüße".encode())
    assert site.carried_out[-1][0] == Command("elm", "", Wish.PUBLISH, publication=publication)


async def test_a_home_that_allows_no_topic_publishes_nothing(site: Site) -> None:
    answer = await act(site, "publish_message", {}, user="cay")
    assert answer.json["errors"][0]["status"] == "SKIP"
    assert site.carried_out == []
