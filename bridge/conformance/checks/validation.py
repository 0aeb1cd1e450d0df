"""The validation of fields while they are typed, one by one or all together."""

import secrets
from collections.abc import Awaitable, Callable, Mapping

from bridge.conformance.checks.common import credential_checks
from bridge.conformance.checks.expect import BAD, NOT_FOUND, data_object, expect_status, shown
from bridge.conformance.finding import NotApplicable, Unmet
from bridge.conformance.subject import Credentials, Subject
from bridge.conformance.trial import Check, Trial

Run = Callable[[Trial], Awaitable[None]]


def validation_checks(
    subject: Subject, samples: Mapping[str, Mapping[str, object]], credentials: Credentials
) -> list[Check]:
    """Return the tests of one trigger. `samples[field]`: a value that is valid and one that is not."""
    checks: list[Check] = []
    for field, values in samples.items():
        checks += _field_checks(subject, field, values, credentials)
    if samples:
        path = subject.field_path(f"no_such_{secrets.token_hex(2)}", "validate")
        checks.append(
            Check("validation.unknown_field", "404 for the validation of a field that does not exist",
                  _answers(path, {"value": "x"}, NOT_FOUND), subject.slug)
        )  # fmt: skip
        checks += [
            Check("validation.contextual", f"where it is offered at {path}: 200 with `valid` for each field",
                  _contextual(subject, path, samples), subject.slug)
            for path in (f"{subject.path}/validate", f"{subject.path}/fields/validate")
        ]  # fmt: skip
    return checks


def _field_checks(subject: Subject, field: str, values: Mapping[str, object], credentials: Credentials) -> list[Check]:
    about, path = f"{subject.slug}.{field}", subject.field_path(field, "validate")

    def judged(word: str) -> Run:
        async def run(trial: Trial) -> None:
            if word not in values:
                raise Unmet(f"test/setup has no `{word}` value")
            _expect_verdict(data_object(await trial.post(path, {"value": values[word]})), valid=word == "valid")

        return run

    return [
        Check("validation.valid", "200 with `valid` true for the valid sample", judged("valid"), about),
        Check("validation.invalid", "200 with `valid` false and a `message` for the invalid sample",
              judged("invalid"), about),
        Check("validation.no_value", "400 without `value`", _answers(path, {}, BAD), about),
        *credential_checks("validation", about, credentials, "POST", path, {"value": values.get("valid", "")}),
    ]  # fmt: skip


def _contextual(subject: Subject, path: str, samples: Mapping[str, Mapping[str, object]]) -> Run:
    async def run(trial: Trial) -> None:
        values = dict(subject.fields) | {field: checked.get("invalid", "") for field, checked in samples.items()}
        answer = await trial.post(path, {"values": values})
        if answer.status == NOT_FOUND:
            raise NotApplicable("it is not offered")
        verdicts = data_object(answer)
        for field in samples:
            verdict = verdicts.get(field)
            if not isinstance(verdict, dict):
                raise Unmet(f"nothing about `{field}`: {answer}")
            _expect_verdict(verdict, valid=False)

    return run


def _expect_verdict(verdict: Mapping[str, object], *, valid: bool) -> None:
    if verdict.get("valid") is not valid:
        raise Unmet(f"`valid` is {shown(verdict.get('valid'))}")
    if not valid and (not isinstance(verdict.get("message"), str) or not verdict["message"]):
        raise Unmet(f"`message` is {shown(verdict.get('message'))}")


def _answers(path: str, body: object, status: int) -> Run:
    async def run(trial: Trial) -> None:
        expect_status(await trial.post(path, body), status)

    return run
