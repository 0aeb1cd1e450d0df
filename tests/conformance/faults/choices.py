"""Faults of choices and validation."""

from collections.abc import Callable
from typing import Final

from tests.conformance.double import Ask, Reply, error
from tests.conformance.planting import (
    BAD,
    Change,
    both,
    fault,
    instead,
    is_options,
    is_validation,
    lets_in,
    not_json,
    nothing_presented,
    on,
    presents,
    replied,
    said,
    unsaid,
)

SHAPE: Final = (
    "options.shape",
    "options.some",
    "options.unique",
    "options.empty_body",
    "options.no_type",
    "options.sample",
)


def offering(*choices: object) -> Change:
    """Offer other choices."""
    return replied(is_options, lambda _a, r: r.but(data=list(choices)) if r.status == 200 else r)


def is_contextual(ask: Ask) -> bool:
    """Look for validations of all fields together."""
    return ask.path[-1:] == ("validate",) and ask.path[-2] != "minutes" and not ask.path[-2].startswith("no_such")


def refused(status: int) -> Callable[[Ask, Reply], Reply]:
    """Return what answers a request that would succeed in another way."""
    return lambda _a, r: error(status) if r.status == 200 else r


CHOICES: Final = [
    fault("choices are texts", offering("front"), *SHAPE),
    fault(
        "categories within categories",
        offering({"label": "A", "values": [{"label": "B", "values": [{"label": "C", "value": "front"}]}]}),
        *SHAPE,
    ),
    fault("values are numbers", offering({"label": "A", "value": 1}), *SHAPE),
    fault("there are no choices", offering(), "options.some", "options.sample"),
    fault(
        "a choice twice",
        replied(is_options, lambda _a, r: r.but(data=r.data * 2) if r.status == 200 else r),
        "options.unique",
    ),
    fault("other choices than the sample", offering({"label": "A", "value": "other"}), "options.sample"),
    fault(
        "choices want a body",
        replied(both(is_options, lambda a: a.body == b"" and "Content-Type" in a.headers), refused(400)),
        "options.empty_body",
    ),
    fault(
        "choices want a type",
        replied(both(is_options, presents("Content-Type", None)), refused(400)),
        "options.no_type",
    ),
    fault(
        "choices for a field that has none",
        instead(
            both(on("POST", "triggers", "door_opened", "fields", "note", "options"), lambda a: not BAD(a)), data=[]
        ),
        "options.none",
    ),
    fault(
        "choices for a field that does not exist",
        instead(both(is_options, lambda a: a.path[-2].startswith("no_such")), data=[]),
        "options.unknown_field",
    ),
    fault("nothing opens the choices", lets_in(both(is_options, nothing_presented)), "options.bad_token"),
    fault(
        "the body of choices comes before the token",
        replied(both(is_options, BAD, not_json), lambda _a, _r: error(400)),
        "options.bad_token_bad_body",
    ),
    fault(
        "what is valid is refused",
        replied(
            both(is_validation, said("value", "5")),
            lambda _a, r: r.but(data={"valid": False, "message": "No."}) if r.status == 200 else r,
        ),
        "validation.valid",
    ),
    fault(
        "valid is a text",
        replied(
            both(is_validation, said("value", "5")),
            lambda _a, r: r.but(data={"valid": "true"}) if r.status == 200 else r,
        ),
        "validation.valid",
    ),
    fault(
        "what is invalid is a bad request",
        replied(both(is_validation, said("value", "-5")), lambda _a, _r: error(400)),
        "validation.invalid",
    ),
    fault(
        "no reason for what is invalid",
        replied(both(is_validation, said("value", "-5")), lambda _a, r: r.but(data={"valid": False})),
        "validation.invalid",
    ),
    fault(
        "no value is invalid",
        replied(
            both(is_validation, unsaid("value")), lambda _a, r: Reply(data={"valid": False}) if r.status == 400 else r
        ),
        "validation.no_value",
    ),
    fault(
        "any field is validated",
        instead(lambda a: a.path[-1:] == ("validate",) and a.path[-2].startswith("no_such"), data={"valid": True}),
        "validation.unknown_field",
    ),
    fault("a bad token validates", lets_in(both(is_validation, BAD, said("value"))), "validation.bad_token"),
    fault(
        "the value comes before the token",
        replied(both(is_validation, BAD, not_json), lambda _a, _r: error(400)),
        "validation.bad_token_bad_body",
    ),
    fault("all together are valid", instead(is_contextual, data={"minutes": {"valid": True}}), "validation.contextual"),
    fault("all together lack one", instead(is_contextual, data={"door": {"valid": True}}), "validation.contextual"),
]
