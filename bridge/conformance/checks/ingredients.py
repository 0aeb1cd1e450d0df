"""What each item says: every ingredient, as a string, dates as dates."""

import re
from collections.abc import Awaitable, Callable
from typing import Final

from bridge.conformance.answer import printable
from bridge.conformance.checks.expect import shown
from bridge.conformance.finding import Severity, Unmet
from bridge.conformance.subject import Subject
from bridge.conformance.trial import Check, Trial

Fetch = Callable[[Trial], Awaitable[list[dict[str, object]]]]
CREATED_AT: Final = "created_at"
_DATE: Final = r"\d{4}-\d\d-\d\d"
_DATE_AND_TIME: Final = re.compile(_DATE + r"T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_ONLY_DATE: Final = re.compile(_DATE)


def ingredient_checks(subject: Subject, fetch: Fetch) -> list[Check]:
    """Return the tests of the ingredients; `fetch` gets the items."""

    def each(judge: Callable[[Subject, dict[str, object]], None]) -> Callable[[Trial], Awaitable[None]]:
        async def run(trial: Trial) -> None:
            for row in await fetch(trial):
                judge(subject, row)

        return run

    one, about = subject.one, subject.slug
    checks = [
        Check(f"{one}.strings", "every ingredient is a string", each(_expect_strings), about),
        Check(f"{one}.dates", "dates with time as ISO 8601 with a zone", each(_expect_dates), about),
        Check(
            f"{one}.whole_seconds", "dates without fractions of a second", each(_expect_whole), about, Severity.ADVICE
        ),
    ]
    if subject.declared is not None:
        checks.append(
            Check(f"{one}.ingredients", "every ingredient of the sheet in every item", each(_expect_all), about)
        )
    return checks


def _expect_strings(subject: Subject, row: dict[str, object]) -> None:
    for slug, value in row.items():
        if slug != "meta" and not isinstance(value, str) and not _nested(subject, value):
            raise Unmet(f"`{printable(slug)}` is {shown(value)}")


def _expect_all(subject: Subject, row: dict[str, object]) -> None:
    declared = () if subject.declared is None else subject.declared.ingredients
    missing = [one.slug for one in declared if one.slug not in row]
    if missing:
        raise Unmet(f"an item without {', '.join(missing)}")


def _expect_whole(_subject: Subject, row: dict[str, object]) -> None:
    if "." in str(row.get(CREATED_AT, "")):
        raise Unmet(f"`{CREATED_AT}` is {shown(row[CREATED_AT])}")


def _expect_dates(subject: Subject, row: dict[str, object]) -> None:
    types = {one.slug: one.type for one in subject.declared.ingredients} if subject.declared is not None else {}
    for slug, value in row.items():
        kind = types.get(slug, "date with time" if slug == CREATED_AT else "")
        if not kind.startswith("date") or value == "":
            continue
        pattern = _DATE_AND_TIME if "time" in kind else _ONLY_DATE
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise Unmet(f"`{printable(slug)}` is {shown(value)}")


def _nested(subject: Subject, value: object) -> bool:
    """Tell whether this is a query within a query, the one ingredient that is no string."""
    return subject.kind == "queries" and isinstance(value, dict) and isinstance(value.get("queryFields"), dict)
