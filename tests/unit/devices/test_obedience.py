"""What things can be told, found by asking how they would be told."""

from dataclasses import replace

from bridge.devices.dialects.plain import Dimming, PlainState
from bridge.devices.dialects.plain_cover import PlainCover, Positions
from bridge.devices.dialects.plain_lock import PlainLock
from bridge.devices.entity import EntityKind
from bridge.devices.obedience import orders_of
from tests.unit.devices.examples import ON_OFF, door, entity, light, switch


def test_a_light_dims_and_shines_in_colours_where_it_makes_a_difference() -> None:
    assert orders_of(light()) == ("turn_on", "turn_off", "brightness", "color")
    dimmed = replace(light(), dialect=PlainState("a", ON_OFF, ("state",), "a/set", Dimming(255)))
    assert orders_of(dimmed) == ("turn_on", "turn_off", "brightness")


def test_what_has_nowhere_to_be_told_anything_can_be_told_nothing() -> None:
    assert orders_of(switch()) == ("turn_on", "turn_off")
    assert orders_of(replace(switch(), dialect=PlainState("a", ON_OFF))) == ()
    assert orders_of(door()) == ()


def test_a_lock_is_unlocked_only_where_that_is_allowed() -> None:
    lock = entity(EntityKind.LOCK, PlainLock("a", "a/set"), identity="lock")
    assert orders_of(lock) == ("lock",)
    assert orders_of(replace(lock, can_unlock=True)) == ("lock", "unlock")


def test_a_cover_is_placed_only_where_it_knows_positions() -> None:
    plain = entity(EntityKind.COVER, PlainCover("a", "a/set"), identity="blind")
    assert orders_of(plain) == ("open", "stop", "close")
    placed = PlainCover("a", "a/set", positions=Positions("a/position", set_topic="a/place"))
    assert orders_of(replace(plain, dialect=placed)) == ("open", "stop", "close", "set_position")
