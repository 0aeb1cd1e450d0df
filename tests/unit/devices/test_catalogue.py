"""Which entities there are, and which of them speak on a topic."""

from bridge.devices.catalogue import Catalogue
from bridge.devices.dialects.plain import PlainState
from bridge.devices.entity import EntityKind
from tests.unit.devices.examples import ON_OFF, button, door, entity, light


def test_a_topic_leads_to_all_entities_that_speak_there() -> None:
    kitchen = entity(EntityKind.LIGHT, PlainState("lamps", ON_OFF, ("kitchen",)), identity="kitchen")
    hall = entity(EntityKind.LIGHT, PlainState("lamps", ON_OFF, ("hall",)), identity="hall")
    catalogue = Catalogue([kitchen, hall, door()])
    assert catalogue.at("lamps") == (kitchen, hall)
    assert catalogue.at("home/front-door") == (door(),)


def test_topics_are_found_exactly_or_not_at_all() -> None:
    catalogue = Catalogue([door()])
    assert [catalogue.at(topic) for topic in ("home/Front-door", "home/front-door/", "home/#", "")] == [()] * 4


def test_each_topic_is_subscribed_to_once() -> None:
    one = entity(EntityKind.LIGHT, PlainState("lamps", ON_OFF, ("kitchen",)), identity="kitchen")
    other = entity(EntityKind.LIGHT, PlainState("lamps", ON_OFF, ("hall",)), identity="hall")
    assert Catalogue([one, door(), other, button()]).topics == ("home/bell", "home/front-door", "lamps")


def test_an_entity_of_another_home_is_not_there() -> None:
    catalogue = Catalogue([door("a", home="home"), door("b", home="cabin")])
    found = catalogue.find("home", "a")
    assert found is not None
    assert (found.id, found.home) == ("a", "home")
    assert catalogue.find("home", "b") is None
    assert catalogue.find("home", "missing") is None
    assert [each.id for each in catalogue.of_kind("home", EntityKind.CONTACT)] == ["a"]


def test_entities_of_a_kind_come_by_name_whatever_its_case() -> None:
    doors = [door("1", name="shed"), door("2", name="Attic"), door("3", name="attic"), door("4", name="Zoo")]
    found = Catalogue([*doors, light()]).of_kind("home", EntityKind.CONTACT)
    assert [each.id for each in found] == ["2", "3", "1", "4"]


def test_every_entity_is_listed() -> None:
    assert {each.id for each in Catalogue([door(), light(), button()])} == {"front-door", "hall-light", "bell"}
