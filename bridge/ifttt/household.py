"""What one user sees of a home when IFTTT asks for choices. Knows nothing of HTTP and of fields."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Entity, EntityKind
from bridge.devices.last_known import LastKnown


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: `value` is permanent and opaque, `label` is for people."""

    label: str
    value: str


class Household(Protocol):
    """The choices of one user."""

    def things(self, kind: EntityKind) -> list[Choice]:
        """Return the entities of a kind, by label."""
        ...

    def once_had(self, entity: str) -> bool:
        """Tell whether this home has or ever had an entity."""
        ...

    def presses(self) -> tuple[str, ...]:
        """Return the words that this home's buttons have spoken so far."""
        ...


@dataclass(frozen=True, slots=True)
class RealHousehold:
    """A home as the catalogue has it. `once_known`: ids of all entities that the home has or ever had."""

    home: str
    catalogue: Catalogue
    known: LastKnown
    once_known: frozenset[str]

    def things(self, kind: EntityKind) -> list[Choice]:
        """Return the entities of a kind, by label; rooms are named where names repeat."""
        entities = self.catalogue.of_kind(self.home, kind)
        names = [entity.device.name for entity in entities]
        choices = [Choice(_label(entity, twice=names.count(entity.device.name) > 1), entity.id) for entity in entities]
        return sorted(choices, key=lambda choice: (choice.label.casefold(), choice.value))

    def once_had(self, entity: str) -> bool:
        """Tell whether this home has or ever had an entity."""
        return entity in self.once_known

    def presses(self) -> tuple[str, ...]:
        """Return the words that this home's buttons have spoken so far."""
        words: set[str] = set()
        for entity in self.catalogue.of_kind(self.home, EntityKind.BUTTON):
            words.update(self.known.of(entity.id).presses)
        return tuple(sorted(words))


HouseholdOf = Callable[[str], RealHousehold]
"""From a home's id to what its users see."""


def _label(entity: Entity, *, twice: bool) -> str:
    device = entity.device
    return f"{device.name} ({device.room})" if twice and device.room else device.name
