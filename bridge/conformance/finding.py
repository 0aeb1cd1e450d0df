"""What a test may come to. Knows neither HTTP nor how it is told."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a test weighs: what the documents demand, or what is wise where they are silent."""

    REQUIRED = "required"
    ADVICE = "advice"


class Verdict(StrEnum):
    """How a test ended."""

    PASS = "pass"  # noqa: S105 -- a verdict, no password
    FINDING = "finding"
    WARNING = "warning"
    SKIPPED = "skipped"


class Unmet(Exception):
    """The expectation of a test is not met; the message is what came instead."""


class NotApplicable(Exception):
    """A test has nothing to look at in this service; the message says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """One test, as it ended. `subject`: the trigger, action, query or field it is about."""

    test: str
    subject: str
    verdict: Verdict
    severity: Severity
    request: str
    expected: str
    got: str
    took_s: float


def verdict_of(severity: Severity) -> Verdict:
    """Return how a test ends whose expectation is not met."""
    return Verdict.FINDING if severity is Severity.REQUIRED else Verdict.WARNING
