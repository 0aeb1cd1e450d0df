"""What changed between two sheets, and what of it harms Applets that are switched on."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.ifttt.sheet import (
    Account,
    Sheet,
    SheetEntry,
    SheetField,
    SheetIngredient,
    service_settings,
    sheet_from_json,
    sheet_of,
    sheet_to_json,
)
from bridge.ifttt.sheet_changes import changes_between, not_compared

ACCOUNT = Account("production", ("https://ifttt.com/channels/mine/authorize", "https://x.org/back"), "one", "two")
SERVICE = service_settings("https://bridge.example.org", [ACCOUNT], first_key="")
UNKNOWN = service_settings("", (), first_key="")
SHEET = sheet_of(SERVICE)
FIELD = SheetField("f", "Field", required=False, any="Any")
INGREDIENT = SheetIngredient("i", "Ingredient", "String", "x")
ENTRY = SheetEntry("e", "Entry", "Does.", (FIELD,), (INGREDIENT,))
REQUIRED = replace(FIELD, required=True)

Edit = Callable[[SheetEntry], SheetEntry]
EDITS: list[tuple[str, Edit, bool, bool]] = [
    # what is done, safe for a trigger, safe for an action or a query
    ("entry e: name", lambda e: replace(e, name="Other"), True, True),
    ("entry e: description", lambda e: replace(e, description="Does it."), True, True),
    ("field g: new", lambda e: replace(e, fields=(FIELD, replace(FIELD, slug="g"))), False, True),
    ("field g: new", lambda e: replace(e, fields=(FIELD, replace(REQUIRED, slug="g"))), False, False),
    ("field f: removed", lambda e: replace(e, fields=()), False, False),
    ("field f: label", lambda e: replace(e, fields=(replace(FIELD, label="Other"),)), True, True),
    ("field f: helper text", lambda e: replace(e, fields=(replace(FIELD, helper="Help"),)), True, True),
    ("field f: type", lambda e: replace(e, fields=(replace(FIELD, type="Number"),)), False, False),
    ("field f: type", lambda e: replace(e, fields=(replace(FIELD, options=True),)), False, False),
    ("field f: is now required", lambda e: replace(e, fields=(REQUIRED,)), False, False),
    ("field f: is now validated", lambda e: replace(e, fields=(replace(FIELD, validated=True),)), False, False),
    ('field f: the choice "any"', lambda e: replace(e, fields=(replace(FIELD, any=""),)), False, False),
    ('field f: the choice "any"', lambda e: replace(e, fields=(replace(FIELD, any="All"),)), True, True),
    ("ingredient j: new", lambda e: replace(e, ingredients=(INGREDIENT, replace(INGREDIENT, slug="j"))), True, True),
    ("ingredient i: removed", lambda e: replace(e, ingredients=()), False, False),
    ("ingredient i: name", lambda e: replace(e, ingredients=(replace(INGREDIENT, name="Other"),)), True, True),
    ("ingredient i: example", lambda e: replace(e, ingredients=(replace(INGREDIENT, example="y"),)), True, True),
    ("ingredient i: type", lambda e: replace(e, ingredients=(replace(INGREDIENT, type="Date"),)), False, False),
]


def of(part: str, *entries: SheetEntry) -> Sheet:
    given = {"triggers": (), "actions": (), "queries": ()} | {part: entries}
    return Sheet(given["triggers"], given["actions"], given["queries"], SERVICE)


@pytest.mark.parametrize("part", ["triggers", "actions", "queries"])
@pytest.mark.parametrize(("what", "edit", "safe_for_trigger", "safe"), EDITS)
def test_each_change_of_an_entry_is_named_and_judged(
    part: str,
    what: str,
    edit: Edit,
    safe_for_trigger: bool,  # noqa: FBT001 -- a column of the table
    safe: bool,  # noqa: FBT001 -- a column of the table
) -> None:
    [change] = changes_between(of(part, ENTRY), of(part, edit(ENTRY)))
    singular = {"triggers": "trigger", "actions": "action", "queries": "query"}[part]
    assert what.replace("entry", singular) in change.what
    assert change.what.startswith(singular)
    assert change.safe == (safe_for_trigger if part == "triggers" else safe)
    assert change.why


@pytest.mark.parametrize(("part", "safe"), [("triggers", False), ("actions", True), ("queries", True)])
def test_a_field_that_becomes_optional_is_safe_where_it_was_sent_anyway(part: str, safe: bool) -> None:  # noqa: FBT001 -- the same
    [change] = changes_between(of(part, replace(ENTRY, fields=(REQUIRED,))), of(part, ENTRY))
    assert ("is now optional" in change.what, change.safe) == (True, safe)


@pytest.mark.parametrize("part", ["triggers", "actions", "queries"])
def test_a_new_entry_is_safe_and_a_removed_one_is_not(part: str) -> None:
    [new] = changes_between(of(part), of(part, ENTRY))
    [removed] = changes_between(of(part, ENTRY), of(part))
    assert ("e: new" in new.what, new.safe) == (True, True)
    assert ("e: removed" in removed.what, removed.safe) == (True, False)


def test_a_renamed_slug_is_a_removed_one_and_a_new_one() -> None:
    changes = changes_between(of("triggers", ENTRY), of("triggers", replace(ENTRY, slug="renamed")))
    assert [(change.what, change.safe) for change in changes] == [
        ("trigger renamed: new", True),
        ("trigger e: removed", False),
    ]


def test_another_order_is_no_change() -> None:
    other = replace(ENTRY, slug="other")
    assert changes_between(of("actions", ENTRY, other), of("actions", other, ENTRY)) == []


@pytest.mark.parametrize(
    ("changed", "what", "safe", "why"),
    [
        ({"api_url_prefix": "https://new.example.org"}, "API URL prefix", False, "no Applet runs"),
        ({"authorize_url": "https://new.example.org/a"}, "authorization URL", False, "offline"),
        ({"token_url": "https://new.example.org/t"}, "token URL", False, "offline"),
        ({"scope": "doors"}, "scope", False, "offline"),
        ({"refresh_tokens": False}, "refresh tokens", False, "offline"),
        ({"accounts": (ACCOUNT, replace(ACCOUNT, client_id="staging"))}, "client id staging: new", True, "nobody"),
        ({"accounts": ()}, "client id production: removed", False, "offline"),
        ({"accounts": (replace(ACCOUNT, service_key_kept_in="three"),)}, "secrets are kept", True, "what IFTTT has"),
        ({"accounts": (replace(ACCOUNT, redirect_uris=ACCOUNT.redirect_uris[:1]),)}, "back removed", False, "connect"),
        ({"accounts": (replace(ACCOUNT, redirect_uris=(*ACCOUNT.redirect_uris, "https://y")),)}, "new", True, "stay"),
    ],
)
def test_each_change_of_the_service_is_named_and_judged(
    changed: dict[str, Any],
    what: str,
    safe: bool,  # noqa: FBT001 -- a column of the table
    why: str,
) -> None:
    [change] = changes_between(SHEET, replace(SHEET, service=replace(SERVICE, **changed)))
    assert what in change.what
    assert change.safe is safe
    assert why in change.why


def test_another_client_id_puts_the_users_of_the_old_one_offline() -> None:
    changed = replace(SERVICE, accounts=(replace(ACCOUNT, client_id="other"),))
    changes = changes_between(SHEET, replace(SHEET, service=changed))
    assert [change.safe for change in changes] == [True, False]
    assert "offline" in changes[1].why


def test_placeholders_are_not_compared_and_this_is_said() -> None:
    for old, new in ((SERVICE, UNKNOWN), (UNKNOWN, SERVICE)):
        sheets = replace(SHEET, service=old), replace(SHEET, service=new)
        assert changes_between(*sheets) == []
        assert len(not_compared(*sheets)) == 2
    assert changes_between(SHEET, replace(SHEET, service=None)) == []
    assert len(not_compared(SHEET, replace(SHEET, service=None))) == 1
    assert not_compared(SHEET, SHEET) == []


def test_what_a_file_says_cannot_steer_a_terminal() -> None:
    evil = replace(ENTRY, slug="\x1b[2Jevil" + "x" * 1000)
    [change] = changes_between(of("triggers", evil), of("triggers"))
    assert change.what.isprintable()
    assert len(change.what) < 200


def test_our_own_sheet_has_not_changed_since_it_was_saved() -> None:
    assert changes_between(sheet_from_json(sheet_to_json(SHEET)), SHEET) == []


words = st.text(max_size=5)
fields = st.builds(SheetField, words, words, words, st.booleans(), st.booleans(), st.booleans(), words, words)
ingredients = st.builds(SheetIngredient, words, words, words, words)
entries = st.builds(
    SheetEntry,
    words,
    words,
    words,
    st.lists(fields, max_size=3, unique_by=lambda field: field.slug).map(tuple),
    st.lists(ingredients, max_size=3, unique_by=lambda ingredient: ingredient.slug).map(tuple),
)
parts = st.lists(entries, max_size=3, unique_by=lambda entry: entry.slug).map(tuple)
sheets = st.builds(Sheet, parts, parts, parts, st.sampled_from([None, SERVICE, UNKNOWN]))


@settings(max_examples=50)
@given(sheets)
def test_a_sheet_has_not_changed_since_itself(sheet: Sheet) -> None:
    assert changes_between(sheet, sheet) == []
    assert changes_between(sheet_from_json(sheet_to_json(sheet)), sheet) == []


@settings(max_examples=50)
@given(sheets, sheets)
def test_two_sheets_without_a_change_are_the_same_but_for_order(old: Sheet, new: Sheet) -> None:
    if changes_between(old, new) == []:
        for part in ("triggers", "actions", "queries"):
            assert {entry.slug for entry in getattr(old, part)} == {entry.slug for entry in getattr(new, part)}


anything = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | words, lambda inner: (
    st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2)
), max_leaves=4)  # fmt: skip


def places(document: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to each value of a document."""
    below: Iterable[tuple[Any, object]] = ()
    if isinstance(document, dict):
        below = document.items()
    elif isinstance(document, list):
        below = enumerate(document)
    return [path, *(place for key, one in below for place in places(one, (*path, key)))]


SAVED = sheet_to_json(of("triggers", ENTRY))
PLACES = [path for path in places(json.loads(SAVED)) if path]


def is_compared_or_refused_in_words(content: str) -> bool:
    try:
        sheet = sheet_from_json(content)
    except ValueError as error:
        return 0 < len(str(error)) <= 200
    return all(change.why for change in changes_between(sheet, SHEET))


@settings(max_examples=100)
@given(st.sampled_from(PLACES), anything)
def test_a_sheet_changed_by_hand_is_compared_or_refused_in_words(place: tuple[Any, ...], value: object) -> None:
    document = json.loads(SAVED)
    *above, last = place
    table = document
    for key in above:
        table = table[key]
    table[last] = value
    assert is_compared_or_refused_in_words(json.dumps(document))


@given(st.integers(0, len(SAVED)), words)
def test_a_damaged_file_is_compared_or_refused_in_words(at: int, more: str) -> None:
    assert is_compared_or_refused_in_words(SAVED[:at] + more + SAVED[at + 3 :])
