"""The sheet says what the declaration says, and where secrets are kept."""

import json
import re
from collections.abc import Mapping

import pytest

from bridge.ifttt.declaring import Action, Query, Trigger
from bridge.ifttt.samples import SampleHousehold
from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS
from bridge.ifttt.sheet import (
    ACCOUNTS,
    ADDRESS,
    ENDPOINTS,
    PLACEHOLDER_URL,
    Account,
    service_settings,
    sheet_from_json,
    sheet_of,
    sheet_to_json,
)
from tests.parts.openapi import document

PARTS: list[tuple[str, Mapping[str, Trigger | Action | Query]]] = [
    ("triggers", TRIGGERS),
    ("actions", ACTIONS),
    ("queries", QUERIES),
]
PRODUCTION = Account("production", ("https://ifttt.com/channels/mine/authorize",), "key one", "key two")
SHEET = sheet_of(service_settings("https://bridge.example.org", [PRODUCTION], first_key="the first"))


def test_as_json_it_is_what_is_declared_in_the_shape_that_others_read() -> None:
    whole = json.loads(sheet_to_json(SHEET))
    for part, declared in PARTS:
        assert [entry["slug"] for entry in whole[part]] == list(declared)
        for entry, one in zip(whole[part], declared.values(), strict=True):
            assert (entry["name"], entry["description"]) == (one.name, one.description)
            assert [
                tuple(field[key] for key in ("slug", "label", "type", "required", "options", "validated"))
                for field in entry["fields"]
            ] == [
                (
                    field.slug,
                    field.label,
                    "Text" if field.choices_from is None else "Drop-down list",
                    field.required,
                    field.choices_from is not None,
                    field.reads is not None,
                )
                for field in one.fields
            ]
            assert [(each["slug"], each["name"], each["type"], each["example"]) for each in entry["ingredients"]] == [
                (each.slug, each.name, each.type.value, each.example) for each in getattr(one, "ingredients", ())
            ]


def test_what_is_saved_is_read_again_as_it_was() -> None:
    assert sheet_from_json(sheet_to_json(SHEET)) == SHEET


def test_the_addresses_are_below_the_address_of_the_configuration() -> None:
    service = service_settings("https://bridge.example.org/api/", [PRODUCTION], first_key="")
    assert service.api_url_prefix == "https://bridge.example.org/api"
    assert service.authorize_url == "https://bridge.example.org/api/oauth/authorize"
    assert service.token_url == "https://bridge.example.org/api/oauth/token"
    assert (service.scope, service.refresh_tokens) == ("ifttt", True)
    assert (service.accounts, service.placeholders) == ((PRODUCTION,), ())


def test_what_ifttt_calls_is_what_is_served() -> None:
    served = {(method, path) for path, methods in document(SampleHousehold())["paths"].items() for method in methods}
    for endpoint in ENDPOINTS:
        path = re.sub("SLUG|FIELD|IDENTITY", "[^/]+", endpoint.path.removeprefix("/ifttt/v1"))
        assert any(method == endpoint.method.lower() and re.fullmatch(path, one) for method, one in served), endpoint


def test_what_is_not_known_yet_is_a_placeholder_and_is_called_one() -> None:
    service = service_settings("", (), first_key="the first")
    assert service.api_url_prefix == PLACEHOLDER_URL
    assert set(service.placeholders) == {ADDRESS, ACCOUNTS}
    assert service.accounts[0].service_key_kept_in == "the first"


def test_an_action_for_some_homes_only_says_so() -> None:
    assert {entry.slug for entry in SHEET.actions if entry.note} == {
        slug for slug, action in ACTIONS.items() if action.if_allowed
    }


def test_a_sheet_of_the_plain_shape_is_read_too() -> None:
    plain = '{"triggers": [{"slug": "door_opened", "colour": "red"}], "actions": [], "queries": []}'
    assert sheet_from_json(plain).triggers[0].slug == "door_opened"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "Input data was truncated"),
        ("[]", "Expected `object`, got `array`"),
        ("{}", "missing required field `triggers`"),
        ('{"triggers": [{"slug": 1}], "actions": [], "queries": []}', "$.triggers[0].slug"),
        ('{"triggers": [{"slug": "a"}, {"slug": "a"}], "actions": [], "queries": []}', "two of triggers"),
        (f'{{"x": {"[" * 100_000}', "recursion"),
    ],
)
def test_what_is_no_sheet_is_refused_with_what_is_wrong(content: str, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        sheet_from_json(content)
    assert words in str(caught.value)
