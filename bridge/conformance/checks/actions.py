"""Actions: that they run, and that they skip what can never succeed."""

from collections.abc import Mapping

from bridge.conformance.answer import Answer
from bridge.conformance.checks.common import body_checks, credential_checks, field_checks, unknown_key_check
from bridge.conformance.checks.expect import BAD, expect_status, rows_of, shown
from bridge.conformance.finding import Unmet
from bridge.conformance.subject import Credentials, Subject
from bridge.conformance.trial import Check, Trial


def action_checks(subject: Subject, credentials: Credentials, skipping: Mapping[str, object] | None) -> list[Check]:
    """Return the tests of one action. `skipping`: the sample that makes it skip, if there is one."""

    async def runs(trial: Trial) -> None:
        _expect_id(await trial.post(subject.path, subject.body()))

    async def skips(trial: Trial) -> None:
        answer = await trial.post(subject.path, subject.body(dict(skipping or {})))
        expect_status(answer, BAD)
        errors = answer.object().get("errors")
        first = errors[0] if isinstance(errors, list) and errors else None
        if not isinstance(first, dict) or first.get("status") != "SKIP":
            raise Unmet(str(answer))

    checks = [
        Check("action.runs", "200 with `data`, a list of one object with an `id`, a string", runs, subject.slug),
        unknown_key_check(subject, _both_ran),
        *body_checks(subject),
        *field_checks(subject),
        *credential_checks("action", subject.slug, credentials, "POST", subject.path, subject.body()),
    ]
    if skipping is not None:
        checks.append(Check("action.skip", "400 with the status SKIP for the sample that skips", skips, subject.slug))
    return checks


def _expect_id(answer: Answer) -> None:
    rows = rows_of(answer)
    if len(rows) != 1:
        raise Unmet(f"`data` has {len(rows)} objects")
    if not isinstance(rows[0].get("id"), str) or not rows[0]["id"]:
        raise Unmet(f"`id` is {shown(rows[0].get('id'))}")


def _both_ran(_first: Answer, second: Answer) -> None:
    rows_of(second)
