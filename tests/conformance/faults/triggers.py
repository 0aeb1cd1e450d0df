"""Faults of polls and identities."""

import secrets
from typing import Final

from tests.conformance.double import Answering, Ask, Reply, error
from tests.conformance.planting import (
    BAD,
    both,
    drop,
    fault,
    fewer,
    field_is,
    is_delete,
    is_poll,
    lets_in,
    limited,
    presents,
    replied,
    said,
    unsaid,
    with_meta,
    with_reply,
    with_rows,
)

TRIGGERS: Final = [
    fault("two items only", replied(is_poll, fewer(2)), "trigger.items"),
    fault("the limit 1 is not kept", limited(drop("limit"), 1, is_poll), "trigger.limit_one", "trigger.limit_newest"),
    fault(
        "the limit 1 gives the oldest",
        replied(
            both(is_poll, said("limit", 1)),
            lambda _a, r: (
                r.but(data=[r.data[0] | {"meta": {"id": "old", "timestamp": 1_700_000_000}}]) if r.data else r
            ),
        ),
        "trigger.limit_newest",
    ),
    fault("zero is no limit", limited(drop("limit"), 0, is_poll), "trigger.limit_zero"),
    fault("the limit 2 is not kept", limited(drop("limit"), 2, is_poll), "trigger.limit_two"),
    fault(
        "a limit in a text is refused",
        replied(both(is_poll, said("limit", "1")), lambda _a, _r: error(400)),
        "trigger.limit_text",
    ),
    fault(
        "a negative limit counts from the end",
        replied(both(is_poll, said("limit", -1)), lambda _a, _r: Reply(data=[{}])),
        "trigger.limit_negative",
    ),
    fault("any limit is taken", limited(drop("limit"), "many", is_poll), "trigger.limit_junk"),
    fault(
        "ids are numbers",
        with_rows(is_poll, lambda n, row: row | {"meta": row["meta"] | {"id": n}}),
        "trigger.ids",
        "trigger.same_twice",
    ),
    fault("ids repeat", with_meta(id="same"), "trigger.ids"),
    fault(
        "ids change",
        with_rows(is_poll, lambda _n, row: row | {"meta": row["meta"] | {"id": secrets.token_hex(4)}}),
        "trigger.same_twice",
        "trigger.limit_newest",
        "trigger.unknown_key",
        "trigger.realtime",
    ),
    fault(
        "milliseconds",
        with_rows(
            is_poll, lambda _n, row: row | {"meta": row["meta"] | {"timestamp": row["meta"]["timestamp"] * 1000}}
        ),
        "trigger.seconds",
    ),
    fault(
        "timestamps are texts",
        with_rows(is_poll, lambda _n, row: row | {"meta": row["meta"] | {"timestamp": str(row["meta"]["timestamp"])}}),
        "trigger.seconds",
        "trigger.order",
    ),
    fault(
        "timestamps are fractions",
        with_rows(is_poll, lambda _n, row: row | {"meta": row["meta"] | {"timestamp": row["meta"]["timestamp"] + 0.5}}),
        "trigger.seconds",
        "trigger.order",
    ),
    fault(
        "the oldest comes first",
        with_rows(is_poll, lambda n, row: row | {"meta": row["meta"] | {"timestamp": 1_770_000_000 + n}}),
        "trigger.order",
    ),
    fault("an ingredient is null", with_rows(is_poll, lambda _n, row: row | {"room": None}), "trigger.strings"),
    fault("an ingredient is missing", with_rows(is_poll, lambda _n, row: drop("room")(row)), "trigger.ingredients"),
    fault(
        "a date without a zone",
        with_rows(is_poll, lambda _n, row: row | {"created_at": "2026-02-03T08:15:00"}),
        "trigger.dates",
    ),
    fault(
        "a date with fractions",
        with_rows(is_poll, lambda _n, row: row | {"created_at": "2026-02-03T08:15:00.123Z"}),
        "trigger.whole_seconds",
    ),
    fault(
        "an identity is demanded",
        replied(
            both(is_poll, unsaid("trigger_identity"), unsaid("limit")),
            lambda _a, r: r.but(data=[]) if r.status == 200 else r,
        ),
        "trigger.no_identity",
        "trigger.items",
        "trigger.limit_newest",
        "trigger.realtime",
    ),
    fault(
        "a check in real time gives the newest alone",
        replied(both(is_poll, presents("X-IFTTT-Realtime", "1")), fewer(1)),
        "trigger.realtime",
    ),
    fault(
        "an optional field is demanded",
        replied(
            both(is_poll, field_is("triggerFields", "note", None)), lambda _a, r: error(400) if r.status == 200 else r
        ),
        "trigger.optional_missing",
    ),
    fault(
        "an optional field may not be empty",
        replied(
            both(is_poll, field_is("triggerFields", "note", "")), lambda _a, r: error(400) if r.status == 200 else r
        ),
        "trigger.optional_empty",
    ),
    fault(
        "there is no DELETE",
        replied(both(is_delete, lambda a: not BAD(a)), lambda _a, r: error(404) if r.status == 200 else r),
        "identity.delete",
        "identity.twice",
        "identity.never_seen",
        "identity.again",
    ),
    fault(
        "DELETE has no body and no type", with_reply(both(is_delete, lambda _a: True), headers={}), "http.content_type"
    ),
    fault("anybody may delete", lets_in(both(is_delete, lambda _a: True)), "identity.bad_token"),
]


class OnceOnly:
    """Knows identities, and is strict about those that it does not know."""

    def __init__(self, *, again: bool) -> None:
        self._again = again
        self._known: set[str] = set()
        self._ended: set[str] = set()

    def __call__(self, ask: Ask, answer: Answering) -> Reply:
        """Answer with a memory."""
        reply = answer(ask)
        if reply.status != 200:
            return reply
        if is_delete(ask):
            identity = ask.path[-1]
            if not self._again and identity not in self._known:
                return error(404)
            self._known.discard(identity)
            self._ended.add(identity)
        elif is_poll(ask):
            identity = ask.json.get("trigger_identity")
            if self._again and identity in self._ended:
                return reply.but(data=[])
            self._known.add(identity)
        return reply


IDENTITIES: Final = [
    fault("an unknown identity cannot end", OnceOnly(again=False), "identity.twice", "identity.never_seen"),
    fault("an identity never comes again", OnceOnly(again=True), "identity.again"),
]
