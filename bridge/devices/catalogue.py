"""Which entities exist, and which of them does a topic belong to? Knows nothing of what messages mean."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from bridge.devices.entity import Entity, EntityKind
from bridge.devices.filters import FilterTree, is_filter


class Catalogue:
    """All entities of all homes, found by id and by topic. Never changes: a new one replaces it."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._by_id = {entity.id: entity for entity in entities}
        by_topic: defaultdict[str, list[Entity]] = defaultdict(list)
        for entity in self._by_id.values():
            for topic in entity.dialect.state_topics:
                by_topic[topic].append(entity)
        self._by_topic = {topic: tuple(sorted(found, key=_gateways_first)) for topic, found in by_topic.items()}
        self._reach = {
            entity.device.id: entity for entity in self._by_id.values() if entity.kind is EntityKind.AVAILABILITY
        }
        self._filters = FilterTree(topic for topic in by_topic if is_filter(topic))

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._by_id.values())

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic and filter to subscribe to, sorted."""
        return tuple(sorted(self._by_topic))

    def at(self, topic: str) -> tuple[Entity, ...]:
        """Return the entities that speak on a topic."""
        exact = self._by_topic.get(topic, ())
        wider = self._filters.taking(topic)
        return exact if not wider else sum((self._by_topic[filter_] for filter_ in wider), exact)

    def exactly(self, topic: str) -> tuple[Entity, ...]:
        """Return the entities for whose sake this very topic is subscribed to, and no filter that takes it."""
        return self._by_topic.get(topic, ())

    def listening(self, topic: str) -> Iterator[tuple[str, tuple[Entity, ...]]]:
        """Return the entities that speak on a topic, by what is subscribed to for their sake."""
        if topic in self._by_topic:
            yield topic, self._by_topic[topic]
        for filter_ in self._filters.taking(topic):
            yield filter_, self._by_topic[filter_]

    def find(self, home: str, entity: str) -> Entity | None:
        """Return an entity of this home, or None. An entity of another home is not there."""
        found = self._by_id.get(entity)
        return found if found is not None and found.home == home else None

    def owned(self, entity: str) -> Entity | None:
        """Return an entity by its id alone: for what the bridge itself keeps of it, never for anybody who asks."""
        return self._by_id.get(entity)

    def reach_of(self, device: str) -> Entity | None:
        """Return the entity that says whether a device can be reached, if it has one."""
        return self._reach.get(device)

    def of_kind(self, home: str, kind: EntityKind) -> list[Entity]:
        """Return a home's entities of one kind, by name."""
        found = [entity for entity in self._by_id.values() if entity.home == home and entity.kind is kind]
        return sorted(found, key=lambda entity: (entity.device.name.casefold(), entity.id))


def _gateways_first(entity: Entity) -> bool:
    """Return the order in which entities hear a message: what a gateway says of itself decides for those behind it."""
    return bool(entity.device.gateway)
