"""The fields of triggers and actions: what they are, what may be chosen, what was given. Knows no HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, assert_never

from bridge.devices.dialects.words import STANDARD_PRESSES
from bridge.devices.entity import EntityKind
from bridge.errors import BadInput
from bridge.ifttt.household import Choice, Household
from bridge.ifttt.shapes import chosen

ANY: Final = "any"
MAX_VALUE_CHARACTERS: Final = 1024
LISTED_KINDS: Final = tuple(kind for kind in EntityKind if kind not in (EntityKind.AVAILABILITY, EntityKind.CUSTOM))
"""What a person would call an ability of a device."""

LARGEST_NUMBER: Final = 10**15  # no field needs more, and Python refuses to write out an endless one


class Source(Enum):
    """Where the choices of a field come from, besides the entities of some kinds.

    REACHABLE_DEVICES say whether they can be reached, BATTERY_DEVICES how full their battery is; UNLOCKABLE are the
    locks that the configuration allows to be unlocked.
    """

    PRESSES = "presses"
    KINDS = "kinds"
    DEVICES = "devices"
    REACHABLE_DEVICES = "reachable devices"
    BATTERY_DEVICES = "battery devices"
    UNLOCKABLE = "unlockable"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `choices_from` None: free text. `any_label`: the label of "any", where that may be chosen.

    `reads`, of a text that IFTTT has checked while it is typed: gives its one spelling, or raises BadInput with words
    for the person who typed it.
    """

    slug: str
    label: str
    choices_from: tuple[EntityKind, ...] | Source | None = None
    any_label: str = ""
    required: bool = True
    help: str = ""
    reads: Callable[[str], str] | None = None
    most_characters: int = MAX_VALUE_CHARACTERS

    @property
    def has_options(self) -> bool:
        """Whether IFTTT asks for its choices each time it is shown."""
        return self.choices_from is not None

    @property
    def validated(self) -> bool:
        """Whether IFTTT asks us to check what is typed."""
        return self.reads is not None

    def said(self, value: str, name_of: Callable[[str], str]) -> str:
        """Return a value in words. `name_of` knows what has an id."""
        if value == ANY and self.any_label:
            return self.any_label[0].lower() + self.any_label[1:]
        if self.choices_from is None or self.choices_from in (Source.PRESSES, Source.KINDS):
            return value.replace("_", " ")
        return name_of(value)

    def choices(self, household: Household) -> list[Choice]:
        """Return what may be chosen now."""
        any_choice = [Choice(self.any_label, ANY)] if self.any_label else []
        match self.choices_from:
            case None:
                return []
            case Source() as source:
                return any_choice + _choices_of(source, household)
            case kinds:
                return any_choice + household.things(kinds)

    def is_choice(self, value: str, household: Household) -> bool:
        """Tell whether a value may be chosen now."""
        return self.choices_from is None or any(choice.value == value for choice in self.choices(household))


def read_fields(declared: tuple[Field, ...], given: object, *, of_event: bool = False) -> dict[str, str]:
    """Return the text of each declared field, "" for an optional one that is not given; others are ignored.

    Raises BadInput for a required field that is missing or empty, and for what is not text. `of_event`: texts are made
    from an event, so that an empty or an endless one is that event's fault, which can never succeed (`skip`).
    """
    if not isinstance(given, Mapping):
        raise BadInput("The fields are missing.")
    values: dict[str, str] = {}
    for field in declared:
        sent = given.get(field.slug)
        value = _text(field, _one(field, sent) if field.has_options else sent)
        made = of_event and not field.has_options and isinstance(sent, str)
        if not value and field.required:
            raise BadInput(f"{field.label} is {'empty' if made else 'missing'}.", skip=made)
        if len(value) > field.most_characters:
            raise BadInput(f"{field.label} is too long.", skip=made)
        values[field.slug] = value
    return values


def _one(field: Field, value: object) -> object:
    """Return the one choice of a value in any of IFTTT's shapes. A text that holds no single one is itself a choice."""
    try:
        found = chosen(value)
    except BadInput as error:
        if isinstance(value, str):
            return value
        raise BadInput(f"{field.label}: {error}.") from None
    if len(found) <= 1:
        return found[0] if found else None
    if isinstance(value, str):
        return value
    raise BadInput(f"{field.label}: only one can be chosen.")


def _text(field: Field, value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            raise BadInput(f"{field.label} must be text.")
        case str():
            return value.strip()
        case int() | float() if abs(value) < LARGEST_NUMBER:
            return f"{value}"
        case _:
            raise BadInput(f"{field.label} must be text.")


def _choices_of(source: Source, household: Household) -> list[Choice]:
    match source:
        case Source.PRESSES:
            own = [word for word in household.presses() if word not in (*STANDARD_PRESSES, ANY)]
            return [Choice(_title(word), word) for word in (*STANDARD_PRESSES, *own)]
        case Source.KINDS:
            return [Choice(_title(kind), kind) for kind in LISTED_KINDS]
        case Source.DEVICES:
            return household.devices()
        case Source.REACHABLE_DEVICES:
            return household.devices(having=EntityKind.AVAILABILITY)
        case Source.BATTERY_DEVICES:
            return household.devices(having=EntityKind.BATTERY)
        case Source.UNLOCKABLE:
            return household.unlockable()
        case _:
            assert_never(source)


def _title(word: str) -> str:
    return word.replace("_", " ").capitalize()
