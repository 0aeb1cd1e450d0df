"""The choices of fields, fetched each time a field is displayed."""

import secrets
from collections.abc import Awaitable, Callable, Iterator

from bridge.conformance.checks.common import credential_checks
from bridge.conformance.checks.expect import NOT_FOUND, data_of, expect_status, shown
from bridge.conformance.finding import NotApplicable, Severity, Unmet
from bridge.conformance.subject import Credentials, Subject
from bridge.conformance.trial import Check, Trial

Run = Callable[[Trial], Awaitable[None]]


def choice_checks(subject: Subject, credentials: Credentials) -> list[Check]:
    """Return the tests of all fields of a trigger, an action or a query."""
    checks: list[Check] = []
    for field in subject.field_slugs:
        on_sheet = subject.on_sheet(field)
        if on_sheet is not None and not on_sheet.options:
            checks.append(_without_choices(subject, field))
        else:
            checks += _field_checks(subject, field, certain=on_sheet is not None)
            if on_sheet is not None:
                path = subject.field_path(field, "options")
                about = f"{subject.slug}.{field}"
                checks += credential_checks("options", about, credentials, "POST", path, {})
    if subject.field_slugs:
        checks.append(_unknown_field(subject))
    return checks


def _field_checks(subject: Subject, field: str, *, certain: bool) -> list[Check]:
    about, path = f"{subject.slug}.{field}", subject.field_path(field, "options")

    def looks(
        judge: Callable[[object], None], body: object = b"{}", content_type: str | None = "application/json"
    ) -> Run:
        async def run(trial: Trial) -> None:
            answer = await trial.ask("POST", path, trial.credentials.user, body, content_type=content_type)
            if not certain and answer.status == NOT_FOUND:
                raise NotApplicable("the field has no choices, as it seems (a sheet would tell)")
            judge(data_of(answer))

        return run

    def offered(data: object) -> None:
        values, sample = [value for _, value in _choices(data)], subject.fields.get(field)
        if isinstance(sample, str) and sample and sample not in values:
            raise Unmet(f"{shown(sample)} of the sample is not among {shown(values)}")

    return [
        Check("options.shape", "200 with `data`, a list of `label` and `value`, in categories of one level at most",
              looks(_expect_shape), about),
        Check("options.some", "one choice at least for the test user", looks(_expect_some), about),
        Check("options.unique", "no value twice", looks(_expect_unique), about),
        Check("options.empty_body", "200 with an empty body", looks(_expect_shape, b""), about),
        Check("options.no_type", "200 with no body and no content type", looks(_expect_shape, None, None), about),
        Check("options.sample", "the value of the sample among the choices", looks(offered), about, Severity.ADVICE),
    ]  # fmt: skip


def _without_choices(subject: Subject, field: str) -> Check:
    async def run(trial: Trial) -> None:
        expect_status(await trial.post(subject.field_path(field, "options"), {}), NOT_FOUND)

    about = f"{subject.slug}.{field}"
    return Check("options.none", "404 for a field without choices", run, about, Severity.ADVICE)


def _unknown_field(subject: Subject) -> Check:
    async def run(trial: Trial) -> None:
        path = subject.field_path(f"no_such_{secrets.token_hex(2)}", "options")
        expect_status(await trial.post(path, {}), NOT_FOUND)

    return Check("options.unknown_field", "404 for the choices of a field that does not exist", run, subject.slug)


def _expect_shape(data: object) -> None:
    for _ in _choices(data):
        pass


def _expect_some(data: object) -> None:
    if next(_choices(data), None) is None:
        raise Unmet("no choice")


def _expect_unique(data: object) -> None:
    values = [value for _, value in _choices(data)]
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise Unmet(f"{shown(twice)} twice")


def _choices(data: object, *, nested: bool = False) -> Iterator[tuple[str, str]]:
    """Yield label and value of each choice. Raises Unmet for another shape."""
    if not isinstance(data, list):
        raise Unmet(f"not a list of choices: {shown(data)}")
    for one in data:
        match one:
            case {"label": str(label), "value": str(value)} if "values" not in one:
                yield label, value
            case {"label": str(), "values": list(within)} if not nested and "value" not in one:
                yield from _choices(within, nested=True)
            case _:
                raise Unmet(f"not a choice: {shown(one)}")
