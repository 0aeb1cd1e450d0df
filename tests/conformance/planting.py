"""How a fault is planted in the double: a change of requests or replies on their way."""

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.conformance.double import TYPE, Answering, Ask, Double, Reply

Where = Callable[[Ask], bool]
Change = Callable[[Ask, Answering], Reply]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, and the tests that must find it: these and no others."""

    name: str
    change: Change
    found_by: frozenset[str]

    def planted(self) -> Answering:
        """Return the double with this fault."""
        double = Double()
        return lambda ask: self.change(ask, double.answer)


def fault(name: str, change: Change, *found_by: str) -> Fault:
    """Return a fault, found by tests of these names."""
    return Fault(name, change, frozenset(found_by))


def replied(where: Where, then: Callable[[Ask, Reply], Reply]) -> Change:
    """Change the replies to some requests."""
    return lambda ask, answer: then(ask, answer(ask)) if where(ask) else answer(ask)


def heard(where: Where, then: Callable[[Ask], Ask]) -> Change:
    """Change what is heard of some requests."""
    return lambda ask, answer: answer(then(ask)) if where(ask) else answer(ask)


def instead(where: Where, **reply: Any) -> Change:  # noqa: ANN401 -- of several types
    """Give another reply to some requests."""
    return replied(where, lambda _ask, _reply: Reply(**({"data": {}} | reply)))


def with_reply(where: Where, **changes: Any) -> Change:  # noqa: ANN401 -- of several types
    """Change something in the replies to some requests."""
    return replied(where, lambda _ask, reply: reply.but(**changes))


def with_rows(where: Where, change: Callable[[int, dict[str, Any]], dict[str, Any]]) -> Change:
    """Change each row of a successful reply."""

    def then(_ask: Ask, reply: Reply) -> Reply:
        if not isinstance(reply.data, list):
            return reply
        return reply.but(data=[change(number, row) for number, row in enumerate(reply.data)])

    return replied(where, then)


def with_meta(**meta: object) -> Change:
    """Change the `meta` of each item."""
    return with_rows(is_poll, lambda _number, row: row | {"meta": row["meta"] | meta})


def with_body(where: Where, change: Callable[[Any], Any]) -> Change:
    """Change the body that is heard, as JSON."""
    return heard(where, lambda ask: replace(ask, body=json.dumps(change(ask.json)).encode()))


def on(method: str, *pieces: str, exactly: bool = True) -> Where:
    """Look for requests to one path."""
    return lambda ask: ask.method == method and ask.is_for(*pieces) and (not exactly or len(ask.path) == len(pieces))


def both(*all_of: Where) -> Where:
    """Look for requests that are all of these."""
    return lambda ask: all(where(ask) for where in all_of)


def said(key: str, value: object = ...) -> Where:
    """Look for requests whose body has a key, or has this value there."""

    def where(ask: Ask) -> bool:
        body = ask.json if isinstance(ask.json, dict) else {}
        return key in body and (value is ... or body[key] == value)

    return where


def unsaid(key: str) -> Where:
    """Look for requests whose body is an object without a key."""
    return lambda ask: isinstance(ask.json, dict) and key not in ask.json


def field_is(key: str, field: str, value: str | None) -> Where:
    """Look for requests where a field has this value, None for none."""

    def where(ask: Ask) -> bool:
        fields = ask.json.get(key) if isinstance(ask.json, dict) else None
        return isinstance(fields, dict) and fields.get(field) == value

    return where


def presents(header: str, value: str | None) -> Where:
    """Look for requests with this in a header, None for without it."""
    return lambda ask: ask.headers.get(header) == value


def nothing_presented(ask: Ask) -> bool:
    """Look for requests without any credential."""
    return not any(name in ask.headers for name in ("Authorization", "IFTTT-Service-Key", "IFTTT-Channel-Key"))


def not_json(ask: Ask) -> bool:
    """Look for requests with a body that is no JSON."""
    return ask.body != b"" and ask.json is None


def token_is(value: str | None) -> Where:
    """Look for requests with this as Authorization."""
    return presents("Authorization", value)


def lets_in(where: Where) -> Change:
    """Let some requests in, whatever they present."""
    known = {"Authorization": "Bearer fixed-token-of-the-double", "IFTTT-Service-Key": "double-service-key"}
    return heard(where, lambda ask: replace(ask, headers=Headers(known)))


class Headers(dict[str, str]):
    """Headers for a request that is made up."""


def typed(content_type: str) -> Mapping[str, str]:
    """Return headers with another content type."""
    return {"Content-Type": content_type}


JSON_TYPED = typed(TYPE)
is_status = on("GET", "status")
is_setup = on("POST", "test", "setup")
is_info = on("GET", "user", "info")
is_poll = on("POST", "triggers", "door_opened")
is_delete = on("DELETE", "triggers", exactly=False)
is_action = on("POST", "actions", "turn_on")
is_query = on("POST", "queries", "history")
is_validation = on("POST", "triggers", "door_opened", "fields", "minutes", "validate")


def is_options(ask: Ask) -> bool:
    """Look for requests for choices."""
    return ask.method == "POST" and ask.path[-1:] == ("options",)


BAD = token_is("Bearer INVALID")
counter = itertools.count()
"""Gives a number that nobody had before."""


def limited(change: Callable[[dict[str, Any]], dict[str, Any]], limit: object, where: Where) -> Change:
    """Read one value of `limit` as another."""
    return with_body(both(where, said("limit", limit)), change)


def drop(key: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what leaves a key out."""
    return lambda body: {name: value for name, value in body.items() if name != key}


def fewer(count: int) -> Callable[[Ask, Reply], Reply]:
    """Return what shortens a list."""
    return lambda _ask, reply: reply.but(data=reply.data[:count]) if isinstance(reply.data, list) else reply
