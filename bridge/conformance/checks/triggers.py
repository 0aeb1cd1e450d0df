"""Polls: how many items, which, in what order, and the end of an identity."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from bridge.conformance.checks.common import (
    body_checks,
    credential_checks,
    field_checks,
    same_rows,
    unknown_key_check,
)
from bridge.conformance.checks.expect import (
    BAD,
    OK,
    expect_count,
    expect_same,
    expect_status,
    id_of,
    rows_of,
    timestamp_of,
)
from bridge.conformance.checks.ingredients import ingredient_checks
from bridge.conformance.finding import Severity, Unmet
from bridge.conformance.subject import Credentials, Subject
from bridge.conformance.trial import Check, Trial

LEAST: Final = 3
MOST: Final = 50
SECONDS: Final = range(10**8, 10**11)
"""What can be seconds: from 1973 to 5138. Milliseconds of our days are far beyond."""

Rows = list[dict[str, object]]
Run = Callable[[Trial], Awaitable[None]]


def trigger_checks(subject: Subject, credentials: Credentials) -> list[Check]:
    """Return the tests of one trigger."""
    return [
        *_limit_checks(subject),
        *_item_checks(subject),
        *ingredient_checks(subject, lambda trial: _polled(trial, subject)),
        *_again_checks(subject),
        unknown_key_check(subject, same_rows),
        *body_checks(subject),
        *field_checks(subject),
        *_identity_checks(subject),
        *credential_checks("trigger", subject.slug, credentials, "POST", subject.path, subject.body()),
        *credential_checks("identity", subject.slug, credentials, "DELETE", _identity_path(subject), None),
    ]


def _limit_checks(subject: Subject) -> list[Check]:
    def counts(least: int, most: int, **more: object) -> Run:
        async def run(trial: Trial) -> None:
            expect_count(await _polled(trial, subject, **more), least, most)

        return run

    async def newest(trial: Trial) -> None:
        expect_same((await _polled(trial, subject))[:1], await _polled(trial, subject, limit=1))

    async def junk(trial: Trial) -> None:
        expect_status(await trial.post(subject.path, subject.body(limit="many")), BAD)

    advice = Severity.ADVICE
    return [
        Check("trigger.items", f"{LEAST} items or more without a limit", counts(LEAST, 10**9), subject.slug),
        Check("trigger.limit_one", "exactly one item with the limit 1", counts(1, 1, limit=1), subject.slug),
        Check("trigger.limit_newest", "the limit 1 gives the first item of the whole list", newest, subject.slug),
        Check("trigger.limit_zero", "no item with the limit 0", counts(0, 0, limit=0), subject.slug),
        Check("trigger.limit_two", "two items with the limit 2", counts(2, 2, limit=2), subject.slug),
        Check("trigger.limit_text", 'one item with the limit "1"', counts(1, 1, limit="1"), subject.slug, advice),
        Check("trigger.limit_negative", "no item with the limit -1", counts(0, 0, limit=-1), subject.slug, advice),
        Check("trigger.limit_junk", '400 with the limit "many"', junk, subject.slug, advice),
    ]


def _item_checks(subject: Subject) -> list[Check]:
    async def ids(trial: Trial) -> None:
        found = [id_of(row) for row in await _polled(trial, subject)]
        if len(set(found)) < len(found):
            raise Unmet("the same `meta.id` twice")

    async def seconds(trial: Trial) -> None:
        for row in await _polled(trial, subject):
            if timestamp_of(row) not in SECONDS:
                raise Unmet(f"`meta.timestamp` is {timestamp_of(row)}")

    async def order(trial: Trial) -> None:
        stamps = [timestamp_of(row) for row in await _polled(trial, subject)]
        if stamps != sorted(stamps, reverse=True):
            raise Unmet(f"timestamps {stamps[:5]}")

    return [
        Check("trigger.ids", "each item has a `meta.id` of its own, a string", ids, subject.slug),
        Check("trigger.seconds", "`meta.timestamp` is a whole number of seconds", seconds, subject.slug),
        Check("trigger.order", "the newest item comes first", order, subject.slug),
    ]


def _again_checks(subject: Subject) -> list[Check]:
    async def twice(trial: Trial) -> None:
        first = [id_of(row) for row in await _polled(trial, subject)]
        second = [id_of(row) for row in await _polled(trial, subject)]
        if first != second:
            raise Unmet("other ids, or another order, at the second time")

    async def no_identity(trial: Trial) -> None:
        expect_count(await _polled(trial, subject), 1, 10**9)

    async def realtime(trial: Trial) -> None:
        body = subject.body(trigger_identity=secrets.token_hex(20))
        answer = await trial.ask("POST", subject.path, trial.credentials.user, body, headers={"X-IFTTT-Realtime": "1"})
        expect_same(await _polled(trial, subject), rows_of(answer))

    return [
        Check("trigger.same_twice", "the same ids in the same order at the second time", twice, subject.slug),
        Check("trigger.no_identity", "200 without `trigger_identity`", no_identity, subject.slug),
        Check("trigger.realtime", "the whole list on a check in real time", realtime, subject.slug),
    ]


def _identity_checks(subject: Subject) -> list[Check]:
    async def delete(trial: Trial) -> None:
        await _met_and_deleted(trial, subject)

    async def twice(trial: Trial) -> None:
        path = await _met_and_deleted(trial, subject)
        expect_status(await trial.ask("DELETE", path, trial.credentials.user), OK)

    async def never_seen(trial: Trial) -> None:
        expect_status(await trial.ask("DELETE", _identity_path(subject), trial.credentials.user), OK)

    async def again(trial: Trial) -> None:
        path = await _met_and_deleted(trial, subject)
        body = subject.body(trigger_identity=path.rsplit("/", 1)[1])
        expect_count(rows_of(await trial.post(subject.path, body)), 1, 10**9)

    return [
        Check("identity.delete", "200 when an identity ends", delete, subject.slug),
        Check("identity.twice", "200 when it ends for the second time", twice, subject.slug),
        Check("identity.never_seen", "200 for an identity that was never seen", never_seen, subject.slug),
        Check("identity.again", "items for an identity that has ended and comes again", again, subject.slug),
    ]


async def _met_and_deleted(trial: Trial, subject: Subject) -> str:
    path = _identity_path(subject)
    await trial.post(subject.path, subject.body(trigger_identity=path.rsplit("/", 1)[1]))
    expect_status(await trial.ask("DELETE", path, trial.credentials.user), OK)
    return path


def _identity_path(subject: Subject) -> str:
    return f"{subject.path}/trigger_identity/{secrets.token_hex(20)}"


async def _polled(trial: Trial, subject: Subject, **more: object) -> Rows:
    return rows_of(await trial.post(subject.path, subject.body(**more)))
