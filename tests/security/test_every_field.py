"""Every field of everything that is declared, with whatever somebody may put there: the documented status, never a 5xx.

Made from the declaration: what is declared tomorrow is tried tomorrow.
"""

from dataclasses import dataclass
from typing import Final

import msgspec
import pytest

from bridge.ifttt.declaring import Action, Query, Trigger
from bridge.ifttt.fields import Field
from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS
from tests.integration.web.homes import GONE, fields_in_elm
from tests.integration.web.site import Answer, Site

DECLARED: Final[dict[str, tuple[str, Trigger | Action | Query]]] = {
    **{f"triggers/{slug}": ("triggerFields", each) for slug, each in TRIGGERS.items()},
    **{f"actions/{slug}": ("actionFields", each) for slug, each in ACTIONS.items()},
    **{f"queries/{slug}": ("queryFields", each) for slug, each in QUERIES.items()},
}
every_part = pytest.mark.parametrize("part", ["triggers", "actions", "queries"])

NEVER_RIGHT: Final[dict[str, bytes]] = {
    "true": b"true",
    "an object": b'{"a": 1}',
    "a list of lists": b'[["x"]]',
    "several": b'["x", "y"]',
    "a deep list": b"[" * 200 + b"]" * 200,
    "deeper than can be read": b"[" * 20_000 + b"]" * 20_000,
    "a deep list as text": b'"' + b"[" * 300 + b"]" * 300 + b'"',
    "huge": b'"' + b"x" * 60_000 + b'"',
    "larger than any request": b'"' + b"x" * 80_000 + b'"',
    "not UTF-8": b'"\xff\xfe"',
    "half a character": b'"\\ud800"',
    "no JSON at all": b"elm-door",
    "an endless number": b"9" * 5000,
    "a number too large": b"1e400",
}
EMPTY: Final[dict[str, bytes]] = {"empty": b'""', "spaces": b'" \\t"', "null": b"null"}
UNKNOWN: Final[dict[str, bytes]] = {
    "never was": b'"never-was"',
    "another home's": b'"oak-door"',
    "a number": b"7",
    "a wildcard": b'"%"',
    "SQL": b'"\' OR 1=1 --"',
    "NUL": b'"\\u0000"',
    "a line": b'"a\\nb"',
    "JSON text": b'"[1, 2]"',
}
DELETED: Final = msgspec.json.encode(GONE.id)
ODD_ROOTS: Final[dict[str, bytes]] = {
    "user": b'{"timezone": 5}',
    "ifttt_source": b'"x"',
    "include": b"7",
    "x9": b'{"deep": [[[[]]]]}',
}


@dataclass(frozen=True, slots=True)
class Place:
    """One field of one declared thing."""

    site: Site
    route: str
    field: Field

    async def put(self, value: bytes | None, token: str) -> Answer:
        """Send a request that is right but for this field; None leaves it out."""
        name, declared = DECLARED[self.route]
        fields = {slug: msgspec.json.encode(right) for slug, right in fields_in_elm(declared).items()}
        fields.pop(self.field.slug)
        if value is not None:
            fields[self.field.slug] = value
        inside = b", ".join(b'"%s": %s' % (slug.encode(), each) for slug, each in fields.items())
        body = b'{"%s": {%s}}' % (name.encode(), inside)
        return await self.site.request("POST", self.route, token=token, data=body)


def is_refused(answer: Answer) -> bool:
    return answer.status == 400 and answer.is_error(400)


def places(site: Site, part: str) -> list[Place]:
    routes = [route for route in DECLARED if route.startswith(part)]
    return [Place(site, route, field) for route in routes for field in DECLARED[route][1].fields]


@every_part
async def test_what_is_never_right_is_400_with_a_message(site: Site, part: str) -> None:
    for place in places(site, part):
        for name, value in NEVER_RIGHT.items():
            answer = await place.put(value, site.tokens["ann"])
            text_of_a_person = name == "a deep list as text" and place.field.slug == "message"
            unknown = name == "a deep list as text" and part == "queries"
            assert answer.status == 200 if text_of_a_person or unknown else answer.is_error(400), (
                place.route,
                place.field,
                name,
            )


@every_part
async def test_a_required_field_that_is_missing_or_empty_is_400_and_an_optional_one_is_not(
    site: Site, part: str
) -> None:
    for place in places(site, part):
        for value in (None, *EMPTY.values()):
            answer = await place.put(value, site.tokens["ann"])
            assert answer.is_error(400) if place.field.required else answer.status == 200, (
                place.route,
                place.field,
                value,
            )


@every_part
async def test_what_is_unknown_is_an_error_at_triggers_and_actions_and_nothing_at_queries(
    site: Site, part: str
) -> None:
    for place in places(site, part):
        for name, value in UNKNOWN.items():
            answer = await place.put(value, site.tokens["ann"])
            if part == "queries":
                assert answer.json == {"data": []}, (place.route, place.field, name)
            elif place.field.has_options:
                assert answer.is_error(400), (place.route, place.field, name)
            else:
                assert answer.status == 200 or answer.is_error(400), (place.route, place.field, name)


@every_part
async def test_a_deleted_devices_id_keeps_an_applet_alive_and_moves_nothing(site: Site, part: str) -> None:
    for place in places(site, part):
        if place.field is not DECLARED[place.route][1].fields[0] or not place.field.has_options:
            continue
        answer = await place.put(DELETED, site.tokens["ann"])
        if part == "actions":
            assert answer.is_error(400)
            assert answer.json["errors"][0]["status"] == "SKIP"
        else:
            assert answer.data == []
    assert site.carried_out == []


@every_part
async def test_the_test_user_meets_the_same_checks(site: Site, part: str) -> None:
    token = await site.test_token()
    for place in places(site, part):
        for name, value in (NEVER_RIGHT | EMPTY | UNKNOWN).items():
            answer = await place.put(value, token)
            assert answer.status == 200 or answer.is_error(400), (place.route, place.field, name)


@every_part
async def test_odd_values_of_keys_that_are_not_used_change_nothing(site: Site, part: str) -> None:
    for route, (name, declared) in DECLARED.items():
        inside = msgspec.json.encode(fields_in_elm(declared))
        for key, value in ODD_ROOTS.items() if route.startswith(part) else ():
            body = b'{"%s": %s, "%s": %s}' % (name.encode(), inside, key.encode(), value)
            assert (await site.request("POST", route, token=site.tokens["ann"], data=body)).status == 200


@pytest.mark.parametrize("value", list(NEVER_RIGHT.values()), ids=list(NEVER_RIGHT))
async def test_validation_judges_what_is_json_and_refuses_what_is_not(site: Site, value: bytes) -> None:
    for slug, trigger in TRIGGERS.items():
        for field in trigger.fields:
            if field.validated:
                path = f"triggers/{slug}/fields/{field.slug}/validate"
                answer = await site.request("POST", path, token=site.tokens["ann"], data=b'{"value": %s}' % value)
                assert is_refused(answer) or answer.data["valid"] is False
                body = b'{"values": {"%s": %s}}' % (field.slug.encode(), value)
                both = [
                    await site.request("POST", f"triggers/{slug}/{end}", token=site.tokens["ann"], data=body)
                    for end in ("validate", "fields/validate")
                ]
                assert both[0].body == both[1].body
                assert is_refused(both[0]) or both[0].data[field.slug]["valid"] is False


@pytest.mark.parametrize("value", list(NEVER_RIGHT.values()), ids=list(NEVER_RIGHT))
async def test_options_come_whatever_is_sent_along(site: Site, value: bytes) -> None:
    for route, (_, declared) in DECLARED.items():
        for field in declared.fields:
            if field.has_options:
                path = f"{route}/fields/{field.slug}/options"
                assert (await site.request("POST", path, token=site.tokens["ann"], data=value)).status == 200


@pytest.mark.parametrize("route", ["triggers/door_opened", "queries/device_state", "actions/turn_on_light"])
async def test_what_stands_around_the_fields_is_checked_too(site: Site, route: str) -> None:
    inside = msgspec.json.encode(fields_in_elm(DECLARED[route][1]))
    name = DECLARED[route][0].encode()
    for key in ("limit", "cursor", "trigger_identity"):
        for odd, value in (NEVER_RIGHT | EMPTY | UNKNOWN).items():
            body = b'{"%s": %s, "%s": %s}' % (name, inside, key.encode(), value)
            answer = await site.request("POST", route, token=site.tokens["ann"], data=body)
            assert answer.status == 200 or answer.is_error(400), (key, odd)
