"""Queries: rows, and pages of them."""

import secrets
from typing import Final

from bridge.conformance.answer import Answer
from bridge.conformance.checks.common import (
    body_checks,
    credential_checks,
    field_checks,
    same_rows,
    unknown_key_check,
)
from bridge.conformance.checks.expect import (
    BAD,
    cursor_of,
    expect_count,
    expect_same,
    expect_status,
    rows_of,
)
from bridge.conformance.checks.ingredients import ingredient_checks
from bridge.conformance.finding import NotApplicable, Severity, Unmet
from bridge.conformance.subject import Credentials, Subject
from bridge.conformance.trial import Check, Trial

MOST_PAGES: Final = 60
Rows = list[dict[str, object]]


def query_checks(subject: Subject, credentials: Credentials) -> list[Check]:
    """Return the tests of one query."""

    async def rows(trial: Trial) -> Rows:
        return rows_of(await _asked(trial, subject))

    return [
        *_row_checks(subject),
        *_page_checks(subject),
        *ingredient_checks(subject, rows),
        unknown_key_check(subject, same_rows),
        *body_checks(subject),
        *field_checks(subject),
        *credential_checks("query", subject.slug, credentials, "POST", subject.path, subject.body()),
    ]


def _row_checks(subject: Subject) -> list[Check]:
    async def some(trial: Trial) -> None:
        expect_count(rows_of(await _asked(trial, subject)), 2, 10**9)

    async def none(trial: Trial) -> None:
        expect_count(rows_of(await _asked(trial, subject, limit=0)), 0, 0)

    async def twice(trial: Trial) -> None:
        expect_same(rows_of(await _asked(trial, subject)), rows_of(await _asked(trial, subject)))

    async def unknown_value(trial: Trial) -> None:
        if not subject.fields:
            raise NotApplicable("the query has no fields")
        fields = dict.fromkeys(subject.fields, f"nothing-{secrets.token_hex(4)}")
        expect_count(rows_of(await trial.post(subject.path, subject.body(fields))), 0, 0)

    return [
        Check("query.rows", "two rows or more", some, subject.slug),
        Check("query.limit_zero", "no row with the limit 0", none, subject.slug),
        Check("query.same_twice", "the same rows at the second time", twice, subject.slug),
        Check("query.unknown_value", "200 without rows for values that mean nothing", unknown_value, subject.slug,
              Severity.ADVICE),
    ]  # fmt: skip


def _page_checks(subject: Subject) -> list[Check]:
    async def limit_one(trial: Trial) -> None:
        answer = await _asked(trial, subject, limit=1)
        expect_count(rows_of(answer), 1, 1)
        if cursor_of(answer) is None:
            raise Unmet(f"{answer}: no `cursor`")

    async def next_page(trial: Trial) -> None:
        whole = rows_of(await _asked(trial, subject))
        first = await _asked(trial, subject, limit=1)
        second = await _asked(trial, subject, limit=1, cursor=_cursor(first))
        expect_same(whole[1:2], rows_of(second))

    async def last_page(trial: Trial) -> None:
        answer, walked, seen = await _asked(trial, subject, limit=1), 1, set[str]()
        while (cursor := cursor_of(answer)) is not None:
            if cursor in seen or walked >= MOST_PAGES:
                raise Unmet(f"still a `cursor` after {walked} pages")
            seen.add(cursor)
            answer, walked = await _asked(trial, subject, limit=1, cursor=cursor), walked + 1
            rows_of(answer)

    async def whole(trial: Trial) -> None:
        answer = await _asked(trial, subject, limit=10_000)
        rows_of(answer)
        if cursor_of(answer) is not None:
            raise Unmet("a `cursor` behind the last row")

    async def junk(trial: Trial) -> None:
        expect_status(await _asked(trial, subject, limit=1, cursor=f"junk-{secrets.token_hex(4)}"), BAD)

    return [
        Check("query.limit_one", "one row and a `cursor` with the limit 1", limit_one, subject.slug),
        Check("query.next_page", "the second row on the page behind the first", next_page, subject.slug),
        Check("query.last_page", "no `cursor` on the last page", last_page, subject.slug),
        Check("query.whole", "no `cursor` where all rows are on one page", whole, subject.slug, Severity.ADVICE),
        Check("query.junk_cursor", "400 for a cursor that was never given", junk, subject.slug, Severity.ADVICE),
    ]


def _cursor(answer: Answer) -> str:
    cursor = cursor_of(answer)
    if cursor is None:
        raise Unmet(f"{answer}: no `cursor`")
    return cursor


async def _asked(trial: Trial, subject: Subject, **more: object) -> Answer:
    return await trial.post(subject.path, subject.body(**more))
