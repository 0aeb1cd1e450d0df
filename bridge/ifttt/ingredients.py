"""The ingredients of triggers: what they are called, and their values from an entry. Always present, always text."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bridge.timeline.entry import Entry


class IngredientType(StrEnum):
    """What IFTTT's forms call the types in use."""

    STRING = "String"
    DATE_WITH_TIME = "Date with time"


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One ingredient, with an example for IFTTT's forms."""

    slug: str
    name: str
    example: str
    type: IngredientType = IngredientType.STRING


CREATED_AT = Ingredient("created_at", "Created at", "2026-01-31T17:04:05Z", IngredientType.DATE_WITH_TIME)


def values_of(ingredients: Iterable[Ingredient], entry: Entry) -> dict[str, str]:
    """Return a value for every ingredient; "" for one that the event does not have."""
    snapshot = entry.event.ingredients
    return {
        ingredient.slug: iso_time(entry.recorded_at_ms)
        if ingredient is CREATED_AT
        else snapshot.get(ingredient.slug, "")
        for ingredient in ingredients
    }


def iso_time(at_ms: int) -> str:
    """Write a time in UTC with whole seconds: fractions have made other services fail."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
