"""Faults of actions and queries."""

from typing import Final

from tests.conformance.double import Reply, error
from tests.conformance.planting import (
    Change,
    Where,
    both,
    counter,
    drop,
    fault,
    is_action,
    is_query,
    limited,
    replied,
    said,
    unsaid,
    with_body,
    with_rows,
)


def bare(row: Where) -> Change:
    """Answer an action with an object instead of a list."""
    return replied(row, lambda _a, r: r.but(data=r.data[0]) if r.status == 200 else r)


PAGES: Final = [
    fault("an action answers an object", bare(is_action), "action.runs", "action.unknown_key"),
    fault("an action's id is a number", with_rows(is_action, lambda _n, _row: {"id": 7}), "action.runs"),
    fault(
        "an action answers two",
        replied(is_action, lambda _a, r: r.but(data=r.data * 2) if r.status == 200 else r),
        "action.runs",
    ),
    fault(
        "an action does not skip",
        replied(is_action, lambda _a, r: error(400) if b"SKIP" in r.body else r),
        "action.skip",
    ),
    fault(
        "a query with one row",
        with_body(both(is_query, unsaid("limit")), lambda b: b | {"limit": 1} if b else b),
        "query.rows",
        "query.next_page",
    ),
    fault("zero is no limit for a query", limited(drop("limit"), 0, is_query), "query.limit_zero"),
    fault(
        "rows change",
        with_rows(is_query, lambda _n, _row: {"kind": f"{next(counter)}"}),
        "query.same_twice",
        "query.next_page",
        "query.unknown_key",
    ),
    fault(
        "unknown values are refused",
        replied(
            both(is_query, lambda a: isinstance(a.json, dict) and "nothing-" in str(a.json)), lambda _a, _r: error(400)
        ),
        "query.unknown_value",
    ),
    fault("no cursor", replied(is_query, lambda _a, r: r.but(more={})), "query.limit_one", "query.next_page"),
    fault(
        "the cursor begins anew",
        with_body(both(is_query, said("cursor")), drop("cursor")),
        "query.next_page",
        "query.last_page",
        "query.junk_cursor",
    ),
    fault(
        "the last page has a cursor",
        replied(is_query, lambda _a, r: r.but(more={"cursor": f"c{next(counter)}"}) if r.status == 200 else r),
        "query.last_page",
        "query.whole",
        "query.next_page",
    ),
    fault(
        "a cursor behind all rows",
        replied(both(is_query, said("limit", 10_000)), lambda _a, r: r.but(more={"cursor": "c"})),
        "query.whole",
    ),
    fault(
        "a junk cursor ends it",
        replied(both(is_query, said("cursor")), lambda _a, r: Reply(data=[]) if r.status == 400 else r),
        "query.junk_cursor",
    ),
    fault(
        "a row's ingredient is a number",
        with_rows(is_query, lambda n, _row: {"kind": n}),
        "query.strings",
        "query.next_page",
    ),
    fault(
        "a row lacks an ingredient",
        with_rows(is_query, lambda n, _row: {"other": str(n)}),
        "query.ingredients",
        "query.next_page",
    ),
    fault(
        "a row has a loose date", with_rows(is_query, lambda _n, row: row | {"created_at": "yesterday"}), "query.dates"
    ),
    fault(
        "a row has fractions",
        with_rows(is_query, lambda _n, row: row | {"created_at": "2026-02-03T08:15:00.5Z"}),
        "query.whole_seconds",
    ),
]
