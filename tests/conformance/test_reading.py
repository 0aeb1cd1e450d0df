"""Whatever is read from outside: sheets, samples, pages and answers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.conformance.answer import Answer, excerpt, printable
from bridge.conformance.finding import Unmet
from bridge.conformance.oauth.forms import form_on
from bridge.conformance.sheet import Sheet, UnreadableSheet, read_sheet
from tests.conformance.double import SHEET

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["triggers", "actions", "slug", "fields", "ingredients", "type"]), inner, max_size=4
        )
    ),
)


def test_a_sheet_says_which_fields_are_required_fetched_and_validated() -> None:
    trigger = read_sheet(json.dumps(SHEET).encode()).of["triggers"]["door_opened"]
    assert [(one.slug, one.required, one.options, one.validated) for one in trigger.fields] == [
        ("door", True, True, False),
        ("minutes", True, False, True),
        ("note", False, False, False),
    ]
    assert [(one.slug, one.type) for one in trigger.ingredients] == [
        ("created_at", "date with time"),
        ("room", "string"),
    ]


@given(content=st.binary() | VALUES.map(lambda value: json.dumps(value).encode()))
def test_a_sheet_is_read_or_refused_with_a_sentence(content: bytes) -> None:
    try:
        sheet: Sheet | str = read_sheet(content)
    except UnreadableSheet as error:
        sheet = str(error)
    assert sheet


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "it is not JSON"),
        (b"[]", "it is not an object with triggers, actions, queries"),
        (b'{"triggers": {}}', "`triggers` is not a list of objects"),
        (b'{"triggers": [{"name": "x"}]}', "something on it has no `slug`"),
        (b'{"triggers": [{"slug": "x", "fields": [1]}]}', "`fields` is not a list of objects"),
        (b'{"a":' * 100_000, "it is not JSON"),
    ],
)
def test_why_a_sheet_cannot_be_used_is_said(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableSheet, match=reason):
        read_sheet(content)


@given(content=st.binary(max_size=2000))
def test_an_excerpt_is_short_and_printable(content: bytes) -> None:
    shown = excerpt(content)
    assert len(shown) <= 163
    assert shown.isprintable()


@pytest.mark.parametrize(
    "content",
    [
        b'{"access_token": "SECRET"}',
        b'{"refreshToken":"SECRET"}',
        b"https://x/?a=b&code=SECRET&state=1",
        b'"code" : "SECRET"',
    ],
)
def test_an_excerpt_has_no_tokens(content: bytes) -> None:
    assert "SECRET" not in excerpt(content)


@given(
    body=st.binary(max_size=50) | st.sampled_from([b"NaN", b"[" * 100_000, b"1" * 10_000, b'{"a": -Infinity}', b"\xff"])
)
def test_a_body_is_json_or_a_finding(body: bytes) -> None:
    told = "not JSON"
    try:
        Answer(200, {}, body, 0.0).json()
    except Unmet as unmet:
        told = str(unmet)
    assert told.endswith("not JSON")


@given(page=st.text() | st.text().map(lambda more: f"<form action='/a' method=post><input name=user {more}"))
def test_a_page_has_a_form_or_none(page: str) -> None:
    form = form_on(page, {"user": "anna"})
    assert form is None or isinstance(form.fields, dict)


def test_of_several_forms_the_one_with_something_to_fill_in_is_meant() -> None:
    page = """<form action=/search><input name=q></form><form action=/go method=POST>
        <input type=hidden name=t value=1><input type=checkbox name=stay value=yes>
        <input type=checkbox checked name=news value=no><input name=user></form>"""
    form = form_on(page, {"user": "anna"})
    assert form is not None
    assert (form.action, form.method, form.fields) == ("/go", "POST", {"t": "1", "news": "no", "user": ""})


@given(text=st.text(max_size=400), most=st.integers(1, 300))
def test_what_is_printable_is_in_bounds(text: str, most: int) -> None:
    shown = printable(text, most)
    assert len(shown) <= most + 3
    assert shown.isprintable()
