"""Saying, while a person builds an Applet, whether what they typed will do. Knows no HTTP."""

from collections.abc import Mapping

from bridge.errors import BadInput
from bridge.ifttt.declaring import Trigger
from bridge.ifttt.fields import Field, read_fields
from bridge.ifttt.household import Household
from bridge.ifttt.triggers import check_choice

Verdict = dict[str, object]
"""As IFTTT wants it: `valid`, and a `message` for the person where it is not."""


def validate(field: Field, value: object, household: Household) -> Verdict:
    """Judge the value of one field by the very check that a poll makes."""
    try:
        check_choice(field, read_fields((field,), {field.slug: value})[field.slug], household)
    except BadInput as error:
        return {"valid": False, "message": str(error)}
    return {"valid": True}


def validate_all(trigger: Trigger, values: Mapping[str, object], household: Household) -> dict[str, Verdict]:
    """Judge all fields of a trigger; one that was not sent is missing."""
    return {field.slug: validate(field, values.get(field.slug), household) for field in trigger.fields}
