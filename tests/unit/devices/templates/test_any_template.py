"""Whatever a template says and whatever message comes: a text, a refusal or UnreadableMessage, and what Jinja makes."""

import contextlib
import json

from hypothesis import assume, example, given
from hypothesis import strategies as st
from jinja2 import Environment

from bridge.devices.templates.template import LONGEST_RESULT, parse_condition, parse_template
from bridge.devices.templates.words import FILTERS, FUNCTIONS, METHODS, TESTS
from bridge.errors import TemplateRefused, UnreadableMessage

ATOMS = (
    "value|value_json|value_json.a|value_json['b']|value_json.c.d|value_json.x|none|true|[]|0|1|-3|2.5|''|'a'|'Ab c'"
    "|'12'|[1, 2]|['a', 'b']|{'a': 1}|{1: 'x'}"
)
OPERATORS = "+|-|*|/|//|%|~|==|!=|<|<=|>|>=|in|not in|and|or"
atoms = st.sampled_from(ATOMS.split("|"))
operators = st.sampled_from(OPERATORS.split("|"))


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Put a larger expression together of small ones."""
    return (
        st.builds("({} {} {})".format, inner, operators, inner)
        | st.builds("({} if {} else {})".format, inner, inner, inner)
        | st.builds("(not {})".format, inner)
        | st.builds("({})[{}]".format, inner, inner)
        | st.builds("({})[{}:{}]".format, inner, inner, inner)
        | st.builds("[{}, {}]".format, inner, inner)
        | st.builds("({} | {})".format, inner, st.sampled_from(sorted(FILTERS)))
        | st.builds("({} | {}({}))".format, inner, st.sampled_from(sorted(FILTERS)), inner)
        | st.builds("({} | replace({}, {}))".format, inner, inner, inner)
        | st.builds("({}).{}({})".format, inner, st.sampled_from(sorted(METHODS)), inner)
        | st.builds("{}({})".format, st.sampled_from(sorted(FUNCTIONS)), inner)
        | st.builds("({} is {})".format, inner, st.sampled_from(sorted(TESTS)))
    )


expressions = st.recursive(atoms, _grown, max_leaves=8)
payloads = st.binary(max_size=64) | st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode())


@given(st.text(max_size=60) | st.text("{}%|.()[]'\"*+-~ifendsetvaluj_0123 ,:<=>", max_size=40), payloads)
@example("{{ value }}{%", b"")
def test_any_text_is_a_template_or_refused(text: str, payload: bytes) -> None:
    for parse in (parse_template, parse_condition):
        with contextlib.suppress(TemplateRefused):
            found = parse(text)
            with contextlib.suppress(UnreadableMessage):
                found.render(payload) if hasattr(found, "render") else found.holds(payload)


@given(expressions, payloads)
@example("(value_json | to_json)", b"[1e400]")
@example("(value_json ~ 'x')", b"9" * 5000)
def test_any_message_is_worked_out_or_unreadable(expression: str, payload: bytes) -> None:
    with contextlib.suppress(TemplateRefused, UnreadableMessage):
        assert len(parse_template("{{ " + expression + " }}").render(payload)) <= LONGEST_RESULT
    with contextlib.suppress(TemplateRefused, UnreadableMessage):
        parse_condition(expression).holds(payload)


same_filters = st.sampled_from(
    ["lower", "upper", "trim", "length", "first", "last", "abs", "join", "string", "default"]
)


def _like_jinja(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Put together what means the same to Jinja itself; of its filters those that Home Assistant did not replace."""
    return (
        st.builds("({} {} {})".format, inner, operators, inner)
        | st.builds("({} if {} else {})".format, inner, inner, inner)
        | st.builds("(not {})".format, inner)
        | st.builds("({})[{}]".format, inner, inner)
        | st.builds("[{}, {}]".format, inner, inner)
        | st.builds("({} | {})".format, inner, same_filters)
        | st.builds("({} | replace({}, {}))".format, inner, inner, inner)
        | st.builds("({} | string | truncate({}, true, '', 0))".format, inner, inner)
    )


@given(st.recursive(atoms, _like_jinja, max_leaves=8))
def test_what_is_worked_out_is_what_jinja_makes_of_it(expression: str) -> None:
    payload = {"a": 1, "b": "Text", "c": {"d": [1, 2.0, None, True]}}
    template = "{{ " + expression + " }}"
    try:
        ours = parse_template(template).render(json.dumps(payload).encode())
    except (TemplateRefused, UnreadableMessage):
        ours = None
    assume(ours is not None)
    try:
        made = Environment(autoescape=False).from_string(template)  # noqa: S701 -- no web page
        theirs = made.render(value_json=payload, value=json.dumps(payload))
    except Exception:  # noqa: BLE001 -- whatever Jinja cannot do
        theirs = None
    assume(theirs is not None)
    assert ours == (theirs or "").strip()
