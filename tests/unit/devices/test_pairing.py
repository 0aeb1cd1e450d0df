"""From described devices, permanent ids and what people decided to the entities of the catalogue."""

from dataclasses import replace

import pytest

from bridge.devices.described import DescribedDevice, DescribedEntity
from bridge.devices.entity import NO_HABITS, Device, EntityKind, Habits
from bridge.devices.pairing import (
    PairedEntity,
    Pairing,
    catalogued,
    check_kind,
    entities_of,
    gateways_of,
)
from bridge.devices.reading import StateReading
from bridge.errors import CorrectionRefused
from tests.fakes.conventions import FakeDialect

INPUT = DescribedEntity("in", EntityKind.SWITCH, FakeDialect(("home/in",)), name="Input", certain=False)
SIGNAL = DescribedEntity("rssi", EntityKind.SENSOR, FakeDialect(("home/rssi",)), name="Signal", unit="dBm", minor=True)
REACH = DescribedEntity("availability", EntityKind.AVAILABILITY, FakeDialect(("home/online",)))
PRESSED = DescribedEntity("key", EntityKind.BUTTON, FakeDialect(("home/key",)), hold_repeats=True)
BOX = DescribedDevice("box", "Box", (INPUT, SIGNAL, REACH, PRESSED), room="Hall")
PAIRED = Pairing(
    "d_1",
    "elm",
    {name: PairedEntity(f"e_{name}") for name in ("in", "rssi", "availability", "key")},
)


def test_an_entity_has_its_permanent_id_and_what_its_description_says() -> None:
    found = {entity.id: entity for entity in entities_of(BOX, PAIRED)}
    assert list(found) == ["e_in", "e_rssi", "e_availability", "e_key"]
    assert found["e_in"].device == Device("d_1", "elm", "Box", "Hall")
    assert (found["e_rssi"].unit, found["e_rssi"].name, found["e_rssi"].label) == ("dBm", "Signal", "Box: Signal")
    assert found["e_in"].habits is NO_HABITS
    assert found["e_key"].habits == Habits(hold_repeats=True)


def test_names_of_a_person_count_and_an_empty_room_is_one() -> None:
    entity, *_ = entities_of(BOX, replace(PAIRED, name="My box", room=""))
    assert (entity.device.name, entity.device.room) == ("My box", "")


def test_what_has_no_permanent_id_yet_is_left_out_and_told() -> None:
    pairing = replace(PAIRED, entities={"in": PairedEntity("e_in")})
    assert [entity.id for entity in entities_of(BOX, pairing)] == ["e_in"]


def test_settings_and_diagnoses_start_set_aside() -> None:
    exposed = {entity.id for entity in entities_of(BOX, PAIRED) if entity.exposed}
    assert exposed == {"e_in", "e_availability", "e_key"}


def paired(kind: EntityKind | None) -> Pairing:
    return replace(PAIRED, entities={"in": PairedEntity("e_in", kind=kind)})


def test_a_corrected_kind_speaks_its_words() -> None:
    (door,) = entities_of(BOX, paired(EntityKind.CONTACT))
    assert door.kind is EntityKind.CONTACT
    assert door.dialect.read("home/in", b'{"value":"on"}') == StateReading("open")


def test_a_correction_that_a_new_description_has_made_senseless_is_let_go() -> None:
    (entity,) = entities_of(BOX, paired(EntityKind.COVER))
    assert (entity.kind, entity.dialect) == (EntityKind.SWITCH, INPUT.dialect)


def test_a_device_has_one_battery() -> None:
    level = DescribedEntity("level", EntityKind.SENSOR, FakeDialect(("home/level",)), unit="%")
    battery = replace(level, id="battery", kind=EntityKind.BATTERY)
    both = DescribedDevice("box", "Box", (level, battery))
    ids = {"level": PairedEntity("e_level", kind=EntityKind.BATTERY), "battery": PairedEntity("e_battery")}
    kinds = {entity.id: entity.kind for entity in entities_of(both, replace(PAIRED, entities=ids))}
    assert kinds == {"e_level": EntityKind.SENSOR, "e_battery": EntityKind.BATTERY}
    with pytest.raises(CorrectionRefused, match="Box has a battery already"):
        check_kind(level, EntityKind.BATTERY, both)
    check_kind(level, EntityKind.BATTERY, DescribedDevice("box", "Box", (level,)))
    with pytest.raises(CorrectionRefused, match="Input is described as a switch"):
        check_kind(INPUT, EntityKind.COVER, BOX)


HUB = DescribedDevice("hub", "Hub", (REACH, SIGNAL))
BEHIND = replace(BOX, via="hub")
DEVICES = {("z", "hub"): HUB, ("z", "box"): BEHIND, ("other", "hub"): HUB}
HUB_IDS = {"availability": PairedEntity("e_hub"), "rssi": PairedEntity("e_hub_rssi")}


def test_a_device_behind_a_gateway_is_followed_with_it() -> None:
    hub = Pairing("d_hub", "elm", HUB_IDS)
    found = {each.id: each for each in catalogued(DEVICES, {("z", "box"): PAIRED, ("z", "hub"): hub})}
    assert {each.device.gateway for each in found.values() if each.device.id == "d_1"} == {"e_hub"}
    assert found["e_hub"].habits == Habits(leads=True)
    assert found["e_key"].habits == Habits(behind=True, hold_repeats=True)
    assert found["e_availability"].habits == Habits(behind=True)
    assert found["e_in"].habits is NO_HABITS, "what it says counts whatever its gateway does"


def test_of_a_gateway_that_nobody_accepted_only_its_reach_is_followed_and_nobody_sees_it() -> None:
    assert gateways_of(DEVICES, [("z", "box"), ("gone", "box")]) == {("z", "hub")}
    hub = Pairing("d_hub", "elm", HUB_IDS, accepted=False)
    found = [each for each in catalogued(DEVICES, {("z", "hub"): hub}) if each.device.id == "d_hub"]
    assert [(each.id, each.exposed) for each in found] == [("e_hub", False)]


def test_a_device_whose_gateway_is_unknown_is_served_all_the_same() -> None:
    found = catalogued(DEVICES, {("z", "box"): PAIRED, ("gone", "box"): PAIRED})
    assert {each.device.gateway for each in found} == {""}
    assert len(found) == len(BOX.entities)
