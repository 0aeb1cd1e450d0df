"""The whole run: which tests there are for a service, one after the other, and what they came to."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from bridge.conformance.checks.actions import action_checks
from bridge.conformance.checks.choices import choice_checks
from bridge.conformance.checks.common import beside_checks, unknown_checks
from bridge.conformance.checks.everywhere import Everywhere
from bridge.conformance.checks.http import http_checks
from bridge.conformance.checks.queries import query_checks
from bridge.conformance.checks.samples import sample_checks
from bridge.conformance.checks.service import no_user_check, setup_checks, status_checks, user_checks
from bridge.conformance.checks.triggers import trigger_checks
from bridge.conformance.checks.validation import validation_checks
from bridge.conformance.finding import Result
from bridge.conformance.samples import Samples
from bridge.conformance.sheet import Sheet
from bridge.conformance.subject import Credentials, Subject
from bridge.conformance.trial import Asker, Check, Trial, judge

Progress = Callable[[int, int], None]
"""Hears how many tests are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to test. `only`: tests and things whose name has this in it; everything where it is empty."""

    service_key: str
    sheet: Sheet | None = None
    only: str = ""

    def wants(self, check: Check) -> bool:
        """Tell whether a test is to be run."""
        return self.only in f"{check.name} {check.subject}"


async def run_checks(service: Asker, plan: Plan, progress: Progress) -> AsyncIterator[Result]:
    """Run the endpoint tests and yield each result as it comes."""
    everywhere = Everywhere()
    credentials = Credentials(plan.service_key)
    kept: list[Samples] = []
    first = [*status_checks(), *setup_checks(kept.append)]
    done = 0
    for check in first:
        result = await judge(check, Trial(service, credentials, everywhere.watch))
        done += 1
        progress(done, len(first))
        if plan.wants(check):
            yield result
    if kept:
        credentials = Credentials(plan.service_key, kept[-1].token)
        checks = [check for check in _checks(kept[-1], plan.sheet, credentials) if plan.wants(check)]
        for check in checks:
            yield await judge(check, Trial(service, credentials, everywhere.watch))
            done += 1
            progress(done, len(first) + len(checks))
    for result in everywhere.results():
        if plan.only in result.test:
            yield result


def _checks(samples: Samples, sheet: Sheet | None, credentials: Credentials) -> list[Check]:
    subjects = samples.subjects(sheet)
    checks = sample_checks(samples, sheet)
    checks += [no_user_check()] if credentials.token is None else user_checks(credentials.bad_user)
    polled = next((subject for subject in subjects if subject.kind == "triggers"), None)
    for subject in subjects:
        checks += _checks_of(subject, samples, credentials)
        checks += choice_checks(subject, credentials)
    checks += unknown_checks(credentials)
    if polled is not None:
        checks += beside_checks(polled)
    return [*checks, *http_checks(polled)]


def _checks_of(subject: Subject, samples: Samples, credentials: Credentials) -> list[Check]:
    if subject.kind == "triggers":
        validated = samples.validations.get(subject.slug, {})
        fields = {field: values for field, values in validated.items() if isinstance(values, dict)}
        return [*trigger_checks(subject, credentials), *validation_checks(subject, fields, credentials)]
    if subject.kind == "actions":
        return action_checks(subject, credentials, samples.skipping.get(subject.slug))
    return query_checks(subject, credentials)
