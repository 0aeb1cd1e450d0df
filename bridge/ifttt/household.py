"""What one user sees of a home when IFTTT asks for choices. Knows nothing of HTTP and of fields."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Entity, EntityKind
from bridge.devices.last_known import EntityState, LastKnown
from bridge.devices.topics import is_topic, matches
from bridge.homes.sight import Sight
from bridge.homes.user import User
from bridge.timeline.entry import Entry


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: `value` is permanent and opaque, `label` is for people."""

    label: str
    value: str


class Household(Protocol):
    """The choices of one user."""

    def things(self, kinds: tuple[EntityKind, ...]) -> list[Choice]:
        """Return the entities of some kinds, by label."""
        ...

    def devices(self, *, having: EntityKind | None = None) -> list[Choice]:
        """Return the devices, by label; `having` an entity of a kind."""
        ...

    def unlockable(self) -> list[Choice]:
        """Return the locks that may be unlocked, by label."""
        ...

    def may_publish_to(self, topic: str) -> bool:
        """Tell whether this home lets Applets publish to a topic."""
        ...

    def once_had(self, thing: str) -> bool:
        """Tell whether this home has or ever had an entity or a device."""
        ...

    def presses(self) -> tuple[str, ...]:
        """Return the words that this home's buttons have spoken so far."""
        ...


@dataclass(frozen=True, slots=True)
class RealHousehold:
    """A home as the catalogue has it, as far as one user sees it.

    `publish_topics`: filters of the topics to which its Applets may publish; `own_topics`: those on which the bridge
    speaks of itself, where nobody else does, whatever a filter says.
    """

    home: str
    catalogue: Catalogue
    known: LastKnown
    sight: Sight
    publish_topics: tuple[str, ...] = ()
    own_topics: tuple[str, ...] = ()

    def things(self, kinds: tuple[EntityKind, ...]) -> list[Choice]:
        """Return the entities of some kinds, by label."""
        found = [entity for kind in kinds for entity in self._seen(kind)]
        names = names_of(found)
        return _choices([(entity.id, names[entity.id], entity.device.room) for entity in found])

    def devices(self, *, having: EntityKind | None = None) -> list[Choice]:
        """Return the devices, by label; `having` an entity of a kind."""
        found = {
            entity.device.id: entity.device
            for kind in ((having,) if having is not None else EntityKind)
            if kind is not EntityKind.CUSTOM
            for entity in self._seen(kind)
        }
        return _choices([(device.id, device.name, device.room) for device in found.values()])

    def unlockable(self) -> list[Choice]:
        """Return the locks that may be unlocked, by label."""
        locks = [lock for lock in self._seen(EntityKind.LOCK) if lock.can_unlock]
        names = names_of(locks)
        return _choices([(lock.id, names[lock.id], lock.device.room) for lock in locks])

    def may_publish_to(self, topic: str) -> bool:
        """Tell whether this home lets Applets publish to a topic."""
        if not is_topic(topic) or topic in self.own_topics:
            return False
        return any(matches(filter_, topic) for filter_ in self.publish_topics)

    def once_had(self, thing: str) -> bool:
        """Tell whether the user sees an entity or a device, or would if it were still there."""
        return self.sight.sees(thing)

    def presses(self) -> tuple[str, ...]:
        """Return the words that this home's buttons have spoken so far."""
        words: set[str] = set()
        for entity in self._seen(EntityKind.BUTTON):
            words.update(self.known.of(entity.id).presses)
        return tuple(sorted(words))

    def entities(self) -> list[Entity]:
        """Return the entities that are seen."""
        return [each for each in self.catalogue if each.home == self.home and self.sight.sees(each.id)]

    def state_of(self, entity: str) -> EntityState:
        """Return what is known of one of them."""
        return self.known.of(entity)

    def sees(self, entry: Entry) -> bool:
        """Tell whether something that happened is seen: not what is older than the sight of its entity."""
        since = self.sight.since.get(entry.event.entity)
        return entry.event.home == self.home and since is not None and entry.seq >= since

    def _seen(self, kind: EntityKind) -> list[Entity]:
        return [entity for entity in self.catalogue.of_kind(self.home, kind) if self.sight.sees(entity.id)]


HouseholdOf = Callable[[User], RealHousehold]
"""From a user to what they see of their home."""


def names_of(entities: Iterable[Entity]) -> dict[str, str]:
    """Return what each entity is called: as its device, and by its own name where the device has several of a kind."""
    found = list(entities)
    alike = Counter((entity.device.id, entity.kind) for entity in found)
    return {
        entity.id: entity.label if alike[entity.device.id, entity.kind] > 1 else entity.device.name for entity in found
    }


def _choices(found: list[tuple[str, str, str]]) -> list[Choice]:
    """Return things to choose, from ids, names and rooms, by label; rooms are named where names repeat."""
    names = Counter(name for _, name, _ in found)
    choices = [Choice(_label(name, room, twice=names[name] > 1), value) for value, name, room in found]
    return sorted(choices, key=lambda choice: (choice.label.casefold(), choice.value))


def _label(name: str, room: str, *, twice: bool) -> str:
    return f"{name} ({room})" if twice and room else name
