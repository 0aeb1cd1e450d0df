"""Whether the samples of test/setup are enough for the platform's tests."""

from collections.abc import Iterable

from bridge.conformance.finding import NotApplicable, Severity, Unmet
from bridge.conformance.samples import Samples, missing_samples, strange_samples
from bridge.conformance.sheet import KINDS, Sheet
from bridge.conformance.trial import Check, Trial


def sample_checks(samples: Samples, sheet: Sheet | None) -> list[Check]:
    """Return the tests of the samples, which have been fetched."""

    async def some(_trial: Trial) -> None:
        if sheet is None and not any(samples.of[kind] for kind in KINDS):
            raise Unmet("samples for nothing, so that nothing can be tested")

    async def skipping(_trial: Trial) -> None:
        nobody = [slug for slug in samples.skipping if slug not in samples.of["actions"]]
        if nobody:
            raise Unmet(f"samples that skip for what has no sample that works: {', '.join(nobody[:5])}")

    async def complete(_trial: Trial) -> None:
        _expect_none(missing_samples(samples, _known(sheet)))

    async def strange(_trial: Trial) -> None:
        _expect_none(strange_samples(samples, _known(sheet)))

    return [
        Check("setup.some", "a sample for something", some),
        Check("setup.skipping", "an action that skips has a sample that works as well", skipping),
        Check("setup.complete", "a sample for every field on the sheet", complete),
        Check("setup.strange", "no sample for what is not on the sheet", strange, severity=Severity.ADVICE),
    ]


def _known(sheet: Sheet | None) -> Sheet:
    if sheet is None:
        raise NotApplicable("without a sheet nobody knows")
    return sheet


def _expect_none(names: Iterable[str]) -> None:
    found = list(names)
    if found:
        raise Unmet(", ".join(found[:10]) + (" ..." if len(found) > 10 else ""))  # noqa: PLR2004 -- enough to begin with
