"""What a person is told that IFTTT will be able to do."""

from dataclasses import replace

from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Entity, EntityKind
from bridge.devices.last_known import LastKnown
from bridge.homes.sight import Placed, Sights
from bridge.ifttt.abilities import abilities_of
from bridge.ifttt.household import RealHousehold
from bridge.ifttt.service import ACTIONS, TRIGGERS
from tests.integration.web.homes import ENTITIES, PUBLISH_TOPICS


def household(*entities: Entity, home: str = "elm", topics: tuple[str, ...] = ()) -> RealHousehold:
    placed = [Placed(each.id, each.device.id, each.home, exposed=each.exposed, since_seq=0) for each in entities]
    return RealHousehold(home, Catalogue(entities), LastKnown({}), Sights(placed).of(home, "u_1"), topics)


def only(kind: EntityKind) -> RealHousehold:
    return household(*(entity for entity in ENTITIES if entity.kind is kind))


def test_an_empty_home_gives_nothing() -> None:
    abilities = abilities_of(household())
    assert (abilities.hears, abilities.does, abilities.unlocks, abilities.devices) == ((), (), (), ())


def test_every_kind_of_thing_that_a_trigger_is_about_is_named() -> None:
    kinds = {
        kind
        for trigger in TRIGGERS.values()
        for field in trigger.fields
        if isinstance(field.choices_from, tuple)
        for kind in field.choices_from
    } | {EntityKind.AVAILABILITY, EntityKind.BATTERY}
    for entity in ENTITIES:
        if entity.kind in kinds:
            assert abilities_of(only(entity.kind)).hears, entity.kind


def test_every_kind_of_thing_that_can_be_ordered_about_is_named() -> None:
    for action in ACTIONS.values():
        if action.entity_kind is not None:
            assert abilities_of(only(action.entity_kind)).does, action.slug


def test_unlocking_is_said_by_name_and_only_where_it_is_allowed() -> None:
    lock = next(entity for entity in ENTITIES if entity.can_unlock)
    assert abilities_of(household(lock)).unlocks == (lock.device.name,)
    assert abilities_of(household(replace(lock, can_unlock=False))).unlocks == ()


def test_only_what_the_user_sees_counts() -> None:
    hidden = tuple(replace(entity, exposed=False) for entity in ENTITIES)
    assert abilities_of(household(*hidden)).devices == ()
    devices = abilities_of(household(*ENTITIES, home="oak")).devices
    assert sorted(devices) == ["Door", "Light", "Lock"]


def test_the_topics_that_applets_may_publish_to_are_told() -> None:
    assert abilities_of(household(topics=PUBLISH_TOPICS["elm"])).publishes == PUBLISH_TOPICS["elm"]
