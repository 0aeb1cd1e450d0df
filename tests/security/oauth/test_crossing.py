"""From one home into another, from one person to another, with tokens of either client (I6; OWASP ASVS 5.0, V8)."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

import pytest
import pytest_asyncio

from bridge.ifttt.declaring import Action, Query, Trigger
from bridge.ifttt.fields import ANY
from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS
from bridge.oauth.clients import Client
from bridge.storage.exposure import Exposure
from tests.integration.web.homes import ENTITIES, GONE, fields_in_elm
from tests.integration.web.reception import PRODUCTION, PUBLIC_URL, STAGING
from tests.integration.web.site import Answer, Site, running_site
from tests.security.oauth.acting import (
    ACCOUNT,
    Connection,
    asking,
    connect,
    is_refused,
    opens,
    redeem,
    refresh,
    right,
    signed_in,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

OF_ELM: Final = tuple(entity.id for entity in (*ENTITIES, GONE) if entity.home == "elm")
DECLARED: Final[dict[str, Mapping[str, Trigger | Action | Query]]] = {
    "triggers": TRIGGERS,
    "actions": ACTIONS,
    "queries": QUERIES,
}
NOT_SHARED_WITH_BEN: Final = "elm-window"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lived_in(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Run the listener after everything has happened in `elm`; one thing there is not shared with all."""
    async with running_site(tmp_path_factory.mktemp("site"), public_url=PUBLIC_URL, verify=right) as site:
        await Exposure(site.database).share(NOT_SHARED_WITH_BEN, site.users["ben"], shared=False)
        await site.look_again()
        for trigger in TRIGGERS.values():
            timeline = trigger.timeline("elm", fields_in_elm(trigger))
            kind = timeline.kind.replace(".*", ".single")
            await site.happen(timeline.entity or "elm-door", kind, name="elm", level="12", alarm="leak", press="single")
        await site.happen(NOT_SHARED_WITH_BEN, name="elm")
        yield site


async def ask(site: Site, token: str, path: str, fields: dict[str, str] | None = None) -> Answer:
    """Ask for something declared, with fields under whatever name it wants them."""
    name = {"triggers": "triggerFields", "actions": "actionFields", "queries": "queryFields"}[path.partition("/")[0]]
    return await site.request("POST", path, token=token, body={name: fields or {}})


def tells_of_elm(answer: Answer) -> bool:
    return b"elm" in answer.body.lower()


@pytest.mark.parametrize("client", [PRODUCTION, STAGING], ids=["production", "staging"])
@pytest.mark.parametrize("part", sorted(DECLARED))
async def test_no_token_of_a_client_reaches_into_another_home(lived_in: Site, part: str, client: Client) -> None:
    """Every endpoint with every id of the other home in every field: as if there were no such thing."""
    cay = (await connect(lived_in, "cay", client)).access
    ann = (await connect(lived_in, "ann", client)).access
    told = False
    for slug, declared in DECLARED[part].items():
        fields = fields_in_elm(declared)
        told = told or tells_of_elm(await ask(lived_in, ann, f"{part}/{slug}", fields))
        for field in declared.fields:
            never = await ask(lived_in, cay, f"{part}/{slug}", {**fields, field.slug: "never-was"})
            for entity in OF_ELM:
                answer = await ask(lived_in, cay, f"{part}/{slug}", {**fields, field.slug: entity})
                assert (answer.status, answer.body) == (never.status, never.body), (slug, field.slug, entity)
            if field.has_options:
                assert not tells_of_elm(await ask(lived_in, cay, f"{part}/{slug}/fields/{field.slug}/options"))
        assert not tells_of_elm(await ask(lived_in, cay, f"{part}/{slug}", dict.fromkeys(fields, ANY)))
    assert told or part == "actions", "this test would prove nothing"
    assert all(user != lived_in.users["cay"].id for _, user, _ in lived_in.carried_out)


@pytest.mark.parametrize("client", [PRODUCTION, STAGING], ids=["production", "staging"])
async def test_what_is_not_shared_with_somebody_is_not_there_for_their_client(lived_in: Site, client: Client) -> None:
    ann, ben = (await connect(lived_in, "ann", client)).access, (await connect(lived_in, "ben", client)).access
    seen = await ask(lived_in, ann, "triggers/door_opened", {"door": NOT_SHARED_WITH_BEN})
    assert len(seen.data) == 1, "this test would prove nothing"
    for part, declared in DECLARED.items():
        for slug, thing in declared.items():
            fields = fields_in_elm(thing)
            for field in thing.fields:
                never = await ask(lived_in, ben, f"{part}/{slug}", {**fields, field.slug: "never-was"})
                secret = await ask(lived_in, ben, f"{part}/{slug}", {**fields, field.slug: NOT_SHARED_WITH_BEN})
                free_text = field.slug == "message"  # means nothing, so that it is carried out as it is
                assert free_text or (secret.status, secret.body) == (never.status, never.body), (slug, field.slug)
                if field.has_options:
                    choices = await ask(lived_in, ben, f"{part}/{slug}/fields/{field.slug}/options")
                    assert b"window" not in choices.body
                if field.any_label:
                    anything = await ask(lived_in, ben, f"{part}/{slug}", {**fields, field.slug: ANY})
                    assert b"window" not in anything.body


async def test_a_person_agrees_only_to_what_they_see_themselves(lived_in: Site) -> None:
    for user, sees, not_sees in (("ann", "Window", "oak"), ("ben", "Door", "Window"), ("cay", "Lock", "elm")):
        text = (await signed_in(lived_in, user).get(asking())).text
        assert sees in text
        assert not_sees not in text.replace("home.example.org", "")


async def test_a_code_gives_the_one_who_agreed_whoever_redeems_it(lived_in: Site) -> None:
    for user in ("ann", "ben", "cay"):
        connection = await connect(lived_in, user)
        info = await lived_in.request("GET", "user/info", token=connection.access)
        assert info.data == {"name": user, "id": lived_in.users[user].id}


async def test_a_field_in_a_form_makes_nobody_somebody_else(lived_in: Site) -> None:
    ben = signed_in(lived_in, "ben")
    page = await ben.get(asking())
    ann = lived_in.users["ann"]
    more = {"user": ann.id, "user_id": ann.id, "username": "ann", "home": "oak", "sub": ann.id}
    back = await ben.post(page.path, page.forms[0].fields | more | {"decision": "allow"})
    token = (await redeem(lived_in, back.brought["code"], **more)).json["access_token"]
    assert (await lived_in.request("GET", "user/info", token=token)).data["name"] == "ben"


async def connected_rows(site: Site, user: str) -> list[str]:
    """Return the ids of the grants of a user."""
    return [row.id for row in await site.reception.grants.listed(site.users[user].id)]


@pytest.mark.parametrize("other", ["ben", "cay"])
async def test_nobody_sees_or_ends_a_connection_of_somebody_else(lived_in: Site, other: str) -> None:
    connection = await connect(lived_in, "ann")
    await connect(lived_in, other)
    walker = signed_in(lived_in, other)
    for grant in await connected_rows(lived_in, "ann"):
        page = await walker.get(ACCOUNT)
        assert grant not in page.text
        never = await walker.send(page, decision="revoke", grant="never-was")
        answer = await walker.send(page, decision="revoke", grant=grant)
        assert (answer.status, answer.location, answer.body) == (never.status, never.location, never.body)
    assert await opens(lived_in, connection.access)
    assert (await refresh(lived_in, connection.refresh)).status == 200


@pytest.mark.parametrize("grant", ["", "%", "*", "' OR 1=1 --", "null", "\x00", "x" * 5000, "0"])
async def test_a_grant_of_any_shape_ends_nothing(lived_in: Site, grant: str) -> None:
    connection = await connect(lived_in, "ann")
    before = await connected_rows(lived_in, "ann")
    walker = signed_in(lived_in, "ann")
    answer = await walker.send(await walker.get(ACCOUNT), decision="revoke", grant=grant)
    assert answer.status == 303
    assert await connected_rows(lived_in, "ann") == before
    assert await opens(lived_in, connection.access)


async def test_the_two_clients_of_one_person_stay_apart(lived_in: Site) -> None:
    ours, theirs = await connect(lived_in, "ann"), await connect(lived_in, "ann", STAGING)
    for connection in (ours, theirs):
        body = {"triggerFields": {"door": ANY}, "trigger_identity": "the-same-identity"}
        assert (
            await lived_in.request("POST", "triggers/door_opened", token=connection.access, body=body)
        ).status == 200
    keys = {identity.key for identity in lived_in.identities if identity.key.identity == "the-same-identity"}
    assert {key.client for key in keys} == {"production", "staging"}
    path = "triggers/door_opened/trigger_identity/the-same-identity"
    assert (await lived_in.request("DELETE", path, token=theirs.access)).status == 200
    left = [identity.key.client for identity in lived_in.identities if identity.key.identity == "the-same-identity"]
    assert left == ["production"]


async def test_the_token_of_the_test_user_is_nobodys_and_good_for_nothing_but_tests(lived_in: Site) -> None:
    token = await lived_in.test_token()
    before = (await lived_in.rows("trigger_identities"), await lived_in.rows("commands"), len(lived_in.carried_out))
    assert is_refused(await refresh(lived_in, token), "invalid_grant")
    assert is_refused(await redeem(lived_in, token), "invalid_grant")
    for part, declared in DECLARED.items():
        for slug, thing in declared.items():
            fields = fields_in_elm(thing)
            for value in (None, *OF_ELM, ANY):
                asked = fields if value is None else dict.fromkeys(fields, value)
                answer = await ask(lived_in, token, f"{part}/{slug}", asked)
                told = answer.body.lower()
                for entity in OF_ELM:
                    assert entity.encode() not in told, (slug, value)
                assert b"elm" not in told, (slug, value)
            for field in thing.fields:
                if field.has_options:
                    assert not tells_of_elm(await ask(lived_in, token, f"{part}/{slug}/fields/{field.slug}/options"))
    info = (await lived_in.request("GET", "user/info", token=token)).data
    assert info["id"] not in {user.id for user in lived_in.users.values()}
    after = (await lived_in.rows("trigger_identities"), await lived_in.rows("commands"), len(lived_in.carried_out))
    assert after == before


async def test_a_service_key_with_a_users_token_opens_no_more_than_either_alone(lived_in: Site) -> None:
    connection: Connection = await connect(lived_in, "cay")
    for headers in ({"IFTTT-Service-Key": "the-key-of-production"}, {"IFTTT-Channel-Key": "the-key-of-staging"}):
        alone = await lived_in.request("GET", "user/info", headers=headers)
        assert alone.is_error(401)
        both = await lived_in.request("GET", "user/info", headers=headers, token=connection.access)
        assert both.data["name"] == "cay"
    assert (await lived_in.request("GET", "status", token=connection.access)).is_error(401)
    assert (await lived_in.request("POST", "test/setup", token=connection.access)).is_error(401)
