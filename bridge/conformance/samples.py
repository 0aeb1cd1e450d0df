"""What test/setup hands out, and whether it is complete. Plain computation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bridge.conformance.answer import printable
from bridge.conformance.finding import Unmet
from bridge.conformance.sheet import KINDS, Sheet
from bridge.conformance.subject import Subject

VALIDATIONS = "triggerFieldValidations"
SKIPPING = "actionRecordSkipping"

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples. `of[kind][slug]`: fields; `validations[trigger][field]`: `valid` and `invalid`."""

    token: str | None
    of: Mapping[str, Mapping[str, Fields]]
    validations: Mapping[str, Mapping[str, Fields]]
    skipping: Mapping[str, Fields]

    def subjects(self, sheet: Sheet | None) -> list[Subject]:
        """Return what there is to test: what the sheet names, else what the samples name."""
        found: list[Subject] = []
        for kind in KINDS:
            declared = {} if sheet is None else sheet.of[kind]
            slugs = self.of[kind] if sheet is None else declared
            found += [Subject(kind, slug, self.of[kind].get(slug, {}), declared.get(slug)) for slug in slugs]
        return found


def read_samples(data: Mapping[str, object]) -> Samples:
    """Read the answer of test/setup. Raises Unmet."""
    samples = data.get("samples")
    if not isinstance(samples, dict):
        raise Unmet("`data.samples` is not an object")
    token = data.get("accessToken")
    if token is not None and (not isinstance(token, str) or not _fits_a_header(token)):
        raise Unmet("`data.accessToken` is no text that a header can carry")
    validations = {
        slug: _objects(slug, fields) for slug, fields in _objects(VALIDATIONS, samples.get(VALIDATIONS)).items()
    }
    return Samples(
        token,
        {kind: _objects(kind, samples.get(kind)) for kind in KINDS},
        validations,
        _objects(SKIPPING, samples.get(SKIPPING)),
    )


def missing_samples(samples: Samples, sheet: Sheet) -> Iterator[str]:
    """Name each value that the platform's tests would miss."""
    for kind in KINDS:
        for declared in sheet.of[kind].values():
            given = samples.of[kind].get(declared.slug, {})
            for field in declared.fields:
                if field.slug not in given:
                    yield f"{kind}.{declared.slug}.{field.slug}"
                checked = samples.validations.get(declared.slug, {}).get(field.slug, {})
                if kind == "triggers" and field.validated and not {"valid", "invalid"} <= set(checked):
                    yield f"{VALIDATIONS}.{declared.slug}.{field.slug}"


def strange_samples(samples: Samples, sheet: Sheet) -> Iterator[str]:
    """Name each sample for which the sheet has nothing."""
    for kind in KINDS:
        for slug, fields in samples.of[kind].items():
            declared = sheet.of[kind].get(slug)
            if declared is None:
                yield f"{kind}.{slug}"
                continue
            known = {field.slug for field in declared.fields}
            yield from (f"{kind}.{slug}.{field}" for field in fields if field not in known)


def _objects(name: str, said: object) -> dict[str, dict[str, object]]:
    if said is None:
        return {}
    if not isinstance(said, dict) or not all(isinstance(one, dict) for one in said.values()):
        raise Unmet(f"`{printable(name)}` in the samples is not an object of objects")
    return said


def _fits_a_header(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable()
