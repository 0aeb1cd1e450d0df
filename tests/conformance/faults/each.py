"""Faults that a trigger, an action and a query may have alike."""

from collections.abc import Callable
from typing import Final

from tests.conformance.double import Ask, Reply, error
from tests.conformance.planting import (
    BAD,
    Fault,
    Where,
    both,
    fault,
    field_is,
    is_action,
    is_poll,
    is_query,
    lets_in,
    not_json,
    nothing_presented,
    on,
    replied,
    said,
    unsaid,
    with_body,
)

THINGS: Final = (("trigger", "triggers", is_poll), ("action", "actions", is_action), ("query", "queries", is_query))


def strict_keys(key: str) -> Callable[[Ask, Reply], Reply]:
    """Return what refuses keys that are not known."""
    known = {key, "user", "ifttt_source", "limit", "cursor", "trigger_identity", "x"}
    return lambda ask, reply: error(400) if isinstance(ask.json, dict) and set(ask.json) - known else reply


def _in_the_body(one: str, where: Where) -> list[Fault]:
    key = f"{one}Fields"
    field = {"trigger": "door", "action": "light", "query": "device"}[one]
    sample = {"trigger": {"door": "front", "minutes": "5"}, "action": {"light": "hall"}, "query": {"device": "front"}}[
        one
    ]
    full = lambda body: body | {key: sample}  # noqa: E731 -- one line of a table
    return [
        fault(f"{one}: no fields are fine", with_body(both(where, unsaid(key)), full), f"{one}.no_fields"),
        fault(f"{one}: a list of fields is fine", with_body(both(where, said(key, [])), full), f"{one}.fields_list"),
        fault(f"{one}: a text is fine", with_body(both(where, said(key, "door")), full), f"{one}.fields_text"),
        fault(
            f"{one}: anything is parsed", with_body(both(where, not_json), lambda _b: {key: sample}), f"{one}.malformed"
        ),
        fault(
            f"{one}: a list is fine",
            with_body(both(where, lambda a: a.json == [1]), lambda _b: {key: sample}),
            f"{one}.not_object",
        ),
        fault(
            f"{one}: Rails zones are unknown",
            replied(both(where, said("user", {"timezone": "Pacific Time (US & Canada)"})), lambda _a, _r: error(400)),
            f"{one}.other_zone",
        ),
        fault(
            f"{one}: unknown zones are refused",
            replied(both(where, said("user", {"timezone": "Mars/Olympus"})), lambda _a, _r: error(400)),
            f"{one}.unknown_zone",
        ),
        fault(
            f"{one}: a source is demanded",
            replied(both(where, unsaid("ifttt_source")), lambda _a, r: error(400) if r.status == 200 else r),
            f"{one}.no_source",
        ),
        fault(f"{one}: unknown keys are refused", replied(where, strict_keys(key)), f"{one}.unknown_key"),
        fault(
            f"{one}: a field may be missing",
            with_body(both(where, field_is(key, field, None)), full),
            f"{one}.field_missing",
        ),
        fault(
            f"{one}: a field may be empty", with_body(both(where, field_is(key, field, "")), full), f"{one}.field_empty"
        ),
    ]


def _before_the_body(one: str, kind: str, where: Where) -> list[Fault]:
    unknown = {"trigger": "trigger.unknown", "action": "action.unknown", "query": "query.unknown"}[one]
    return [
        fault(f"{one}: a bad token opens it", lets_in(both(where, BAD, lambda a: not not_json(a))), f"{one}.bad_token"),
        fault(f"{one}: nothing opens it", lets_in(both(where, nothing_presented)), f"{one}.bad_token"),
        fault(
            f"{one}: the body comes before the token",
            replied(both(where, BAD, not_json), lambda _a, _r: error(400)),
            f"{one}.bad_token_bad_body",
        ),
        fault(
            f"{one}: an unknown one is a bad request",
            replied(on("POST", kind, f"no_such_{one}"), lambda _a, r: error(400) if r.status == 404 else r),
            unknown,
        ),
        fault(
            f"{one}: the slug comes before the token",
            replied(on("POST", kind, f"no_such_{one}"), lambda _a, _r: error(404)),
            f"{one}.unknown_bad_token",
        ),
    ]


EACH: Final = [
    one for name, kind, where in THINGS for one in (*_in_the_body(name, where), *_before_the_body(name, kind, where))
]
