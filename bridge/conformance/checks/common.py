"""What holds for triggers, actions and queries alike: bodies, fields, credentials."""

import secrets
from collections.abc import Awaitable, Callable

from bridge.conformance.answer import Answer
from bridge.conformance.checks.expect import BAD, NOT_FOUND, OK, UNAUTHORIZED, data_of, expect_status
from bridge.conformance.finding import NotApplicable, Severity, Unmet
from bridge.conformance.subject import BAD_TOKEN, ONE, Credentials, Subject
from bridge.conformance.trial import Check, Trial

Ask = Callable[[Trial], Awaitable[Answer]]
BROKEN = b'{"triggerFields": '


def body_checks(subject: Subject) -> list[Check]:
    """Return the tests of what the body may and may not be."""
    fields_key = f"{subject.one}Fields"
    asked = [
        ("no_fields", f"400 without `{fields_key}`", {"limit": 1}, BAD, Severity.REQUIRED),
        ("fields_list", f"400 where `{fields_key}` is a list", subject.body([]), BAD, Severity.REQUIRED),
        ("fields_text", f"400 where `{fields_key}` is a text", subject.body("door"), BAD, Severity.REQUIRED),
        ("malformed", "400 for a body that is no JSON", BROKEN, BAD, Severity.REQUIRED),
        ("not_object", "400 for a body that is a list", [1], BAD, Severity.REQUIRED),
        ("other_zone", "200 with `Pacific Time (US & Canada)`", _zone(subject, "Pacific Time (US & Canada)"), OK,
         Severity.REQUIRED),
        ("unknown_zone", "200 with a time zone that nobody knows", _zone(subject, "Mars/Olympus"), OK, Severity.ADVICE),
        ("no_source", "200 without `user` and `ifttt_source`", {fields_key: dict(subject.fields)}, OK,
         Severity.REQUIRED),
    ]  # fmt: skip
    return [
        Check(f"{subject.one}.{name}", expected, _answers(subject, body, status), subject.slug, severity)
        for name, expected, body, status, severity in asked
    ]


def unknown_key_check(subject: Subject, same: Callable[[Answer, Answer], None]) -> Check:
    """Return the test that unknown keys change nothing; `same` compares two answers."""

    async def run(trial: Trial) -> None:
        key = f"extra_{secrets.token_hex(4)}"
        first = await trial.post(subject.path, subject.body())
        fields = dict(subject.fields) | {key: "x"}
        second = await trial.post(subject.path, subject.body(fields, **{key: {"more": [1]}}))
        same(first, second)

    return Check(f"{subject.one}.unknown_key", "the same answer with unknown keys in the body", run, subject.slug)


def field_checks(subject: Subject) -> list[Check]:
    """Return the tests of each field being away or empty. Without a sheet nobody knows which may be."""
    checks = []
    for field in subject.field_slugs:
        about = f"{subject.slug}.{field}"
        empty = dict(subject.fields) | {field: ""}
        on_sheet = subject.on_sheet(field)
        if on_sheet is not None and not on_sheet.required:
            checks += [
                Check(f"{subject.one}.optional_{word}", f"200 with the optional field {word}",
                      _answers(subject, subject.body(fields), OK), about)
                for word, fields in (("missing", subject.without(field)), ("empty", empty))
            ]  # fmt: skip
            continue
        weight = Severity.REQUIRED if on_sheet is not None else Severity.ADVICE
        unless = "" if on_sheet is not None else ", unless it is optional (a sheet would tell)"
        checks += [
            Check(f"{subject.one}.field_{word}", f"400 with the field {word}{unless}",
                  _answers(subject, subject.body(fields), BAD), about, weight)
            for word, fields in (("missing", subject.without(field)), ("empty", empty))
        ]  # fmt: skip
    return checks


def credential_checks(
    name: str, about: str, credentials: Credentials, method: str, path: str, body: object
) -> list[Check]:
    """Return the tests that only a live token opens a route, and that it is looked at before the body."""

    async def refused(trial: Trial) -> None:
        for credential in credentials.bad_user:
            expect_status(await trial.ask(method, path, credential, body), UNAUTHORIZED)

    async def before_body(trial: Trial) -> None:
        expect_status(await trial.ask(method, path, credentials.bad_user[0], BROKEN), UNAUTHORIZED)

    words = ", ".join(credential.name for credential in credentials.bad_user)
    checks = [Check(f"{name}.bad_token", f"401 with {words}", refused, about)]
    if method == "POST":
        checks.append(Check(f"{name}.bad_token_bad_body", "401, not 400, for a bad body as well", before_body, about))
    return checks


def beside_checks(subject: Subject) -> list[Check]:
    """Return the tests of a service key beside a token: right or wrong, the token counts."""

    def run(key: str | None) -> Callable[[Trial], Awaitable[None]]:
        async def ask(trial: Trial) -> None:
            if trial.credentials.token is None:
                raise NotApplicable("the service has no accounts")
            headers = {"IFTTT-Service-Key": trial.credentials.service_key if key is None else key}
            credential = trial.credentials.user
            expect_status(await trial.ask("POST", subject.path, credential, subject.body(), headers=headers), OK)

        return ask

    return [
        Check("credentials.key_beside", "200 with a token and the service key", run(None), subject.slug),
        Check("credentials.wrong_key_beside", "200 with a token, whatever the service key beside it is",
              run("INVALID"), subject.slug, Severity.ADVICE),
    ]  # fmt: skip


def unknown_checks(credentials: Credentials) -> list[Check]:
    """Return the tests of what there is not."""

    def missing(path: str, body: object) -> Callable[[Trial], Awaitable[None]]:
        async def run(trial: Trial) -> None:
            expect_status(await trial.post(path, body), NOT_FOUND)

        return run

    def hidden(path: str) -> Callable[[Trial], Awaitable[None]]:
        async def run(trial: Trial) -> None:
            bad = BAD_TOKEN if trial.credentials.token is not None else credentials.bad_user[0]
            expect_status(await trial.post(path, {}, bad), UNAUTHORIZED)

        return run

    checks = []
    for kind, one in ONE.items():
        nobody = Subject(kind, f"no_such_{one}", {}, None)
        checks += [
            Check(f"{one}.unknown", f"404 for {one} that does not exist", missing(nobody.path, nobody.body())),
            Check(
                f"{one}.unknown_bad_token", f"401, not 404, for an unknown {one} with a bad token", hidden(nobody.path)
            ),
        ]
    return checks


def _zone(subject: Subject, zone: str) -> dict[str, object]:
    return subject.body() | {"user": {"timezone": zone}}


def _answers(subject: Subject, body: object, status: int) -> Callable[[Trial], Awaitable[None]]:
    async def run(trial: Trial) -> None:
        expect_status(await trial.post(subject.path, body), status)

    return run


def same_rows(first: Answer, second: Answer) -> None:
    """Expect the same data. Cursors may differ: they are opaque."""
    if data_of(first) != data_of(second):
        raise Unmet(f"another answer: {second}")
