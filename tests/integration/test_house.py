"""What the desk says of a house as it is just now, on a real file: pages, searching, the last day, who sees what."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pytest

from bridge.desk.closely import DAY_MS, EVENTS_SHOWN, MOST_EVENTS
from bridge.desk.house import DEVICES_SHOWN, WAITING_SHOWN, House
from bridge.desk.house_rows import DevicePage, HouseDevice, HousePage
from bridge.desk.paired import Paired
from bridge.desk.permit import Permit
from bridge.desk.requests import ReadDevice, ReadHouse
from bridge.desk.standing import Lately
from bridge.devices.catalogue import Catalogue
from bridge.devices.crossings import Measured
from bridge.devices.described import DescribedDevice, DescribedEntity
from bridge.devices.entity import Entity, EntityKind
from bridge.devices.last_known import NOTHING_KNOWN, EntityState
from bridge.devices.merging import DeviceKey
from bridge.devices.pairing import PairedEntity
from bridge.errors import NoSuchResource
from bridge.events import CONTACT_CLOSED, CONTACT_OPENED, Event, NotOffered
from bridge.homes.user import Home
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database, open_database
from bridge.storage.entities import Entities
from bridge.storage.events import Events
from bridge.storage.exposure import Exposure
from bridge.storage.journal import Journal
from bridge.storage.migrate import migrate
from bridge.storage.pairings import KeptDevice, Pairings
from bridge.storage.readings import Readings
from bridge.timeline.batch import Batch
from bridge.timeline.entry import Entry, entry_id
from tests.unit.devices.examples import availability, battery, button, door, light

NOW_MS: Final = 1_770_000_000_000
HOMES: Final = (Home("home", "Elm Street 4"), Home("oak", "Oak Lane 1"))


@dataclass
class Lived:
    """A house with what is in memory of it."""

    database: Database
    entities: list[Entity]
    states: dict[str, EntityState] = field(default_factory=dict)
    spoken: dict[str, int] = field(default_factory=dict)
    met: dict[DeviceKey, KeptDevice] = field(default_factory=dict)
    described: dict[DeviceKey, DescribedDevice] = field(default_factory=dict)
    permit: Permit = field(default_factory=lambda: Permit(lambda: 0.0))
    seq: int = 0

    @property
    def house(self) -> House:
        """What answers."""
        database = self.database
        paired = Paired(
            Pairings(database),
            Exposure(database),
            homes=lambda: HOMES,
            met=lambda: self.met,
            catalogue=lambda: Catalogue(self.entities),
            described=lambda: self.described,
            clock_ms=lambda: NOW_MS,
            permit=self.permit,
        )
        return House(
            Accounts(database),
            Events(database),
            Exposure(database),
            Readings(database),
            paired,
            homes=lambda: HOMES,
            catalogue=lambda: Catalogue(self.entities),
            lately=Lately(lambda entity: self.states.get(entity, NOTHING_KNOWN), self.spoken.get),
            clock_ms=lambda: NOW_MS,
        )

    async def page(self, search: str = "", start: int = 0, waiting: int = 0) -> HousePage:
        """Ask for a page of it."""
        found = await self.house.answer(ReadHouse(search, start, waiting))
        assert isinstance(found, HousePage)
        return found

    async def device(self, device: str) -> DevicePage:
        """Ask for one device."""
        found = await self.house.answer(ReadDevice(device))
        assert isinstance(found, DevicePage)
        return found

    async def only(self) -> HouseDevice:
        """Return the only device."""
        [row] = (await self.page()).devices
        return row

    async def happens(self, entity: Entity, kind: str, at_ms: int, reason: NotOffered | None = None) -> None:
        """Let something have happened."""
        self.seq += 1
        event = Event(entity.home, entity.device.id, entity.id, kind, {}, "closed", "open", reason=reason)
        await Journal(self.database).commit(Batch(entries=(Entry(self.seq, entry_id(at_ms), at_ms, event),)))

    def announce(self, name: str, *, home: str | None, accepted_at_ms: int | None = None) -> KeptDevice:
        """Let a device with a contact and a diagnosis have announced itself."""
        key = ("zigbee2mqtt", name)
        parts = {"contact": PairedEntity(f"e_{name}"), "signal": PairedEntity(f"e_{name}_signal")}
        made = KeptDevice(
            key, f"d_{name}", home, False, name, "A model", "", None, None, NOW_MS, accepted_at_ms, parts  # noqa: FBT003 -- as it is kept
        )  # fmt: skip
        said = door().dialect
        entities = (
            DescribedEntity("contact", EntityKind.CONTACT, said),
            DescribedEntity("signal", EntityKind.SENSOR, said, "Signal", minor=True),
        )
        self.met[key], self.described[key] = made, DescribedDevice(name, name, entities, "A model")
        return made


@pytest.fixture
async def lived(tmp_path: Path) -> AsyncIterator[Lived]:
    async with open_database(tmp_path / "bridge.db") as database:
        await migrate(database)
        await Accounts(database).keep_homes(HOMES)
        yield Lived(database, [])


async def test_devices_come_by_home_room_and_name_and_those_without_a_room_last(lived: Lived) -> None:
    lived.entities = [
        door("a", name="Zoo", room="attic"),
        door("b", name="Any", room=""),
        door("c", name="Bay", room="Hall"),
        door("d", name="Ape", room="Attic"),
        door("e", name="Far", home="oak", room="Attic"),
    ]
    assert [row.id for row in (await lived.page()).devices] == ["d", "a", "c", "b", "e"]
    assert (await lived.page()).homes == {"home": "Elm Street 4", "oak": "Oak Lane 1"}


async def test_a_search_finds_names_and_rooms_whatever_their_case(lived: Lived) -> None:
    lived.entities = [door("a", name="Front door"), button("b", name="Bell", room="Porch")]
    assert [row.id for row in (await lived.page("DOOR")).devices] == ["a"]
    assert [row.id for row in (await lived.page("porch")).devices] == ["b"]
    assert (await lived.page("cellar")).count == 0


async def test_many_devices_come_in_pages_and_none_is_left_out(lived: Lived) -> None:
    lived.entities = [door(f"door-{number:03}", name=f"Door {number:03}") for number in range(DEVICES_SHOWN + 5)]
    first, second = await lived.page(), await lived.page(start=DEVICES_SHOWN)
    assert (len(first.devices), len(second.devices), first.count) == (DEVICES_SHOWN, 5, DEVICES_SHOWN + 5)
    assert {row.id for row in (*first.devices, *second.devices)} == {each.id for each in lived.entities}
    assert (await lived.page(start=10**6)).devices == ()


async def test_what_tells_of_a_device_as_a_whole_is_no_thing_of_it(lived: Lived) -> None:
    lived.entities = [door(), battery(), availability()]
    lived.states = {
        "front-door": EntityState("open", since_ms=NOW_MS - 5),
        "front-door.battery": EntityState("7", fired=("battery.low",)),
        "front-door.availability": EntityState("offline"),
    }
    row = await lived.only()
    assert [(thing.kind, thing.state) for thing in row.things] == [("contact", "open")]
    assert (row.battery, row.low, row.online, row.exposed) == ("7", True, False, True)


async def test_a_device_behind_a_gateway_that_is_away_is_offline_too(lived: Lived) -> None:
    lived.entities = [replace(door(), device=replace(door().device, gateway="gateway"))]
    assert (await lived.only()).online is None
    lived.states["gateway"] = EntityState("offline")
    assert (await lived.only()).online is False


async def test_a_device_was_heard_when_it_spoke_or_did_something_last_and_not_when_others_spoke_of_it(
    lived: Lived,
) -> None:
    lived.entities = [door(), availability()]
    lived.spoken["home/front-door/available"] = NOW_MS
    assert (await lived.only()).seen_ms is None
    await lived.happens(door(), CONTACT_OPENED, NOW_MS - 3000)
    assert (await lived.only()).seen_ms == NOW_MS - 3000
    lived.states["front-door"] = EntityState("open", since_ms=NOW_MS - 2000)
    assert (await lived.only()).seen_ms == NOW_MS - 2000
    lived.spoken["home/front-door"] = NOW_MS - 1000
    row = await lived.only()
    assert row.seen_ms == NOW_MS - 1000
    assert row.latest is not None
    assert (row.latest.thing, row.latest.kind, row.latest.at_ms) == ("front-door", CONTACT_OPENED, NOW_MS - 3000)


async def test_those_that_wait_come_in_pages_and_a_gateway_that_waits_is_no_device(lived: Lived) -> None:
    for number in range(WAITING_SHOWN + 1):
        lived.announce(f"lamp-{number:02}", home=None)
    waiting = lived.announce("gateway", home=None)
    lived.entities = [replace(door(), device=replace(door().device, id=waiting.id))]
    first, second = await lived.page(), await lived.page(waiting=WAITING_SHOWN)
    assert (first.devices, first.waiting_count) == ((), WAITING_SHOWN + 2)
    assert {row.name for row in (*first.waiting, *second.waiting)} == {kept.name for kept in lived.met.values()}
    assert [row.name for row in (await lived.page("gate")).waiting] == ["gateway"]
    del lived.described[waiting.key]
    assert (await lived.page("gate")).waiting == ()


async def test_settings_and_diagnoses_are_known_as_such_and_new_devices_as_new(lived: Lived) -> None:
    kept = lived.announce("lamp", home="home", accepted_at_ms=NOW_MS - 1000)
    contact = replace(door("e_lamp"), device=replace(door().device, id=kept.id))
    lived.entities = [contact, replace(contact, id="e_lamp_signal", kind=EntityKind.SENSOR)]
    row = await lived.only()
    assert [(thing.id, thing.minor) for thing in row.things] == [("e_lamp", False), ("e_lamp_signal", True)]
    assert row.new
    lived.announce("lamp", home="home", accepted_at_ms=NOW_MS - DAY_MS)
    assert not (await lived.only()).new


async def test_the_window_is_told_of_while_it_is_open_and_while_what_came_in_is_new(lived: Lived) -> None:
    assert (await lived.page()).window is None
    lived.permit.open("home", 60)
    window = (await lived.page()).window
    assert window is not None
    assert (window.left_s, window.count, window.accepted) == (60, 0, ())
    kept = lived.announce("lamp", home="home", accepted_at_ms=NOW_MS)
    lived.permit.came_in([kept.id])
    lived.permit.close()
    window = (await lived.page()).window
    assert window is not None
    assert (window.left_s, window.count, window.accepted) == (0, 1, (("d_lamp", "lamp"),))
    lived.announce("lamp", home="home", accepted_at_ms=NOW_MS - DAY_MS)
    assert (await lived.page()).window is None


async def test_of_one_device_all_is_told_with_its_last_day(lived: Lived) -> None:
    lived.entities = [door(), battery(), light()]
    lived.states["front-door"] = EntityState("open", since_ms=NOW_MS - 60_000)
    for number in range(EVENTS_SHOWN + 5):
        kind = CONTACT_CLOSED if number % 2 else CONTACT_OPENED
        await lived.happens(door(), kind, NOW_MS - DAY_MS - 3_500_000 + number * 1_000_000)
    await lived.happens(replace(battery(), id="front-door"), "battery.low", NOW_MS - 10)
    page = await lived.device("front-door")
    assert [each.row.id for each in page.details] == ["front-door", "front-door.battery"]
    contact, charge = page.details
    assert [each.at_ms for each in contact.changes] == sorted(each.at_ms for each in contact.changes)
    assert (len(contact.changes), [each.kind for each in charge.changes]) == (EVENTS_SHOWN + 1, ["battery.low"])
    assert (len(page.events), page.events[0].kind, page.since_ms) == (EVENTS_SHOWN, "battery.low", NOW_MS - DAY_MS)
    assert (contact.topics, contact.orders, contact.possible) == (("home/front-door",), (), ())


async def test_a_day_is_told_the_same_whether_ifttt_saw_it_or_not_but_without_what_counted_as_nothing(
    lived: Lived,
) -> None:
    lived.entities = [door()]
    reasons = [None, NotOffered.HIDDEN, NotOffered.TOO_SHORT, NotOffered.LATE, NotOffered.TOO_SOON]
    for number, reason in enumerate(reasons):
        await lived.happens(door(), CONTACT_OPENED, NOW_MS - 60_000 + number, reason)
    page = await lived.device("front-door")
    [contact] = page.details
    assert [each.at_ms - NOW_MS + 60_000 for each in contact.changes] == [0, 1, 3, 4]
    assert [each.reason for each in page.events] == ["too soon", "late", "hidden", ""]


async def test_a_device_that_chatters_hides_nothing_that_it_did(lived: Lived) -> None:
    lived.entities = [door()]
    await lived.happens(door(), CONTACT_OPENED, NOW_MS - DAY_MS // 2)
    for number in range(MOST_EVENTS + 1):
        await lived.happens(door(), CONTACT_OPENED, NOW_MS - DAY_MS // 3 + number, NotOffered.TOO_SHORT)
    page = await lived.device("front-door")
    assert [each.at_ms for each in page.details[0].changes] == [NOW_MS - DAY_MS // 2]
    assert [each.at_ms for each in page.events] == [NOW_MS - DAY_MS // 2]
    assert page.since_ms == NOW_MS - DAY_MS


async def test_of_a_device_to_which_too_much_happened_the_beginning_of_the_day_is_left_out(lived: Lived) -> None:
    lived.entities = [door()]
    for number in range(MOST_EVENTS + 2):
        await lived.happens(door(), CONTACT_OPENED, NOW_MS - DAY_MS // 2 + number)
    page = await lived.device("front-door")
    assert page.since_ms == NOW_MS - DAY_MS // 2 + 2
    assert len(page.details[0].changes) == MOST_EVENTS


async def test_numbers_of_the_last_day_are_told_but_not_those_of_diagnoses(lived: Lived) -> None:
    kept = lived.announce("lamp", home="home")
    meter = replace(door("e_lamp"), kind=EntityKind.SENSOR, device=replace(door().device, id=kept.id))
    lived.entities = [meter, replace(meter, id="e_lamp_signal")]
    await Entities(lived.database).keep(lived.entities, now_ms=NOW_MS)
    said = [Measured(each.id, NOW_MS - past_ms, 21.5) for each in lived.entities for past_ms in (DAY_MS + 1, 1000)]
    await Journal(lived.database).commit(Batch(readings=tuple(said)))
    details = (await lived.device(kept.id)).details
    assert {each.row.id: each.readings for each in details} == {
        "e_lamp": ((NOW_MS - 1000, 21.5),),
        "e_lamp_signal": (),
    }


async def test_everybody_of_its_home_is_told_of_with_who_does_not_see_it(lived: Lived) -> None:
    lived.entities = [door()]
    accounts, exposure = Accounts(lived.database), Exposure(lived.database)
    await Entities(lived.database).keep(lived.entities, now_ms=NOW_MS)
    for name, home in (("ann", "home"), ("ben", "home"), ("cay", "oak")):
        await accounts.add_user(name, home, password_hash=None, now_ms=NOW_MS)
    await exposure.share("front-door", await accounts.user_named("ben"), shared=False)
    assert [(each.name, each.sees) for each in (await lived.device("front-door")).people] == [
        ("ann", True),
        ("ben", False),
    ]


async def test_what_a_thing_may_be_made_begins_with_what_it_says_itself(lived: Lived) -> None:
    kept = lived.announce("lamp", home="home")
    lived.entities = [replace(door("e_lamp"), device=replace(door().device, id=kept.id))]
    [contact] = (await lived.device(kept.id)).details
    assert (contact.possible[0], "motion" in contact.possible) == ("contact", True)


async def test_one_that_waits_is_shown_with_what_it_says_and_one_that_is_not_there_is_not(lived: Lived) -> None:
    kept = lived.announce("lamp", home=None)
    page = await lived.device(kept.id)
    assert page.announced is not None
    assert (page.device.name, page.announced.model, page.details) == ("lamp", "A model", ())
    with pytest.raises(NoSuchResource):
        await lived.device("nobody")
