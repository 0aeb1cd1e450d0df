"""Answering a trigger: are the fields right, and which items does IFTTT get? Knows no HTTP."""

from collections.abc import Mapping

from bridge.errors import BadInput
from bridge.ifttt.declaring import Trigger
from bridge.ifttt.fields import ANY, Field, read_fields
from bridge.ifttt.household import Household
from bridge.ifttt.ingredients import values_of
from bridge.timeline.entry import Entry
from bridge.timeline.timeline import WINDOW, shown_seconds

MAX_ITEMS = 50
"""What is kept of each timeline for certain, and so what is shown of it at most."""


def check_fields(
    trigger: Trigger, given: object, household: Household, *, known: Mapping[str, str] | None
) -> dict[str, str]:
    """Return the fields of a poll. `known`: the fields of its identity, if it was seen before.

    An Applet on a device that has gone keeps its (perhaps empty) timeline: steady errors would disable it. A thing
    that never was is an error. Raises BadInput.
    """
    fields = read_fields(trigger.fields, given)
    if known is not None and fields == dict(known):
        return fields
    for field in trigger.fields:
        value = fields[field.slug]
        was_here = field.slug == trigger.entity_field and value != ANY and household.once_had(value)
        if not was_here:
            check_choice(field, value, household)
    return fields


def check_choice(field: Field, value: str, household: Household) -> None:
    """Check the text of one field as it may be chosen or typed now. Raises BadInput."""
    if field.reads is not None:
        field.reads(value)
    if not field.is_choice(value, household):
        raise BadInput(f"{field.label}: there is no such choice.")


def read_limit(limit: object) -> int:
    """Return how many items are asked for; numbers in text and negative ones are forgiven. Raises BadInput."""
    if limit is None or limit == WINDOW:
        return WINDOW
    try:
        wanted = int(float(limit)) if isinstance(limit, str | int | float) and not isinstance(limit, bool) else None
    except (ValueError, OverflowError):
        wanted = None
    if wanted is None:
        raise BadInput("limit must be a number.")
    return min(max(wanted, 0), MAX_ITEMS)


def items_of(trigger: Trigger, entries: list[Entry]) -> list[dict[str, object]]:
    """Return the items of an answer: entries newest first, seconds never rising."""
    return [
        {**values_of(trigger.ingredients, entry), "meta": {"id": entry.id, "timestamp": second}}
        for entry, second in zip(entries, shown_seconds(entries), strict=True)
    ]
