"""Devices that announce themselves, in the real file: what they are called for ever, and what is left of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from msgspec import structs

from bridge.devices.described import DescribedDevice, DescribedEntity
from bridge.devices.entity import Entity, EntityKind
from bridge.devices.merging import DeviceKey
from bridge.devices.pairing import catalogued
from bridge.errors import AccountError
from bridge.homes.sight import Sights
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database, open_database
from bridge.storage.entities import Entities
from bridge.storage.events import Events
from bridge.storage.exposure import Exposure, GivenNames
from bridge.storage.meeting import MAX_KNOWN_ENTITIES, Meetings, Met, Welcome
from bridge.storage.migrate import load_migrations, migrate
from bridge.storage.pairings import KeptDevice, Pairings, pairings_of
from bridge.timeline.entry import Entry
from tests.fakes.conventions import FakeDialect
from tests.integration.storage.examples import HOMES, NOON_MS, add_user, commit, entry, execute

LAMP, HALL = ("fake", "lamp"), ("homeassistant", "hall")
GATEWAY = ("fake", "hub")
SPOKEN = "INSERT INTO entity_states (entity, presses) VALUES (?, '')"


def does(name: str, kind: EntityKind = EntityKind.SWITCH, unit: str = "", *, minor: bool = False) -> DescribedEntity:
    return DescribedEntity(name, kind, FakeDialect((f"home/{name}",)), name.capitalize(), unit, minor)


SIGNAL = does("signal", EntityKind.SENSOR, "dBm", minor=True)
ONLINE = does("availability", EntityKind.AVAILABILITY)
PLUG = DescribedDevice("lamp", "Lamp", (does("relay"), SIGNAL), "Model 1", "Hall")


@dataclass
class Register:
    """What the tests do with the register."""

    database: Database
    described: Mapping[DeviceKey, DescribedDevice]
    now_ms: int = NOON_MS

    async def meet(self, welcome: Welcome | None = None, replaced: Mapping[DeviceKey, DeviceKey] | None = None) -> Met:
        """Write down how devices describe themselves."""
        return await Meetings(self.database).meet(self.described, replaced or {}, welcome, now_ms=NOON_MS)

    async def bring(self) -> dict[str, Entity]:
        """Write down the entities that follow, and return them by what they are called."""
        kept = (await self.meet()).devices
        entities = catalogued(self.described, pairings_of(kept, self.described))
        assert await Entities(self.database).keep(entities, now_ms=NOON_MS) == []
        return {entity.name: entity for entity in entities}

    async def accepted(self, key: DeviceKey = LAMP, home: str = "elm") -> dict[str, Entity]:
        """Accept a device, and return its entities."""
        kept = (await self.meet()).devices[key]
        self.now_ms += 1
        await Pairings(self.database).accept(kept.id, home, now_ms=self.now_ms)
        found = await self.bring()
        return {name: entity for name, entity in found.items() if entity.device.id == kept.id}

    async def kept(self, key: DeviceKey = LAMP) -> KeptDevice:
        """Return a device as it is kept."""
        return (await Pairings(self.database).all())[key]

    async def seen(self, user: str = "u_1", home: str = "elm") -> set[str]:
        """Return what a user sees."""
        exposure = Exposure(self.database)
        return {*Sights(await exposure.placed(), await exposure.shares()).of(home, user).since}

    async def note(self, statement: str, entity: str) -> None:
        """Write down something of an entity."""
        await self.database.write(lambda connection: connection.execute(statement, (entity,)))

    async def rows(self, table: str) -> int:
        """Count the rows of a table."""
        count: int = await self.database.read(
            lambda connection: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 -- our own tables
        )
        return count


@pytest.fixture
async def register(database: Database) -> Register:
    await Accounts(database).keep_homes(HOMES)
    return Register(database, {LAMP: PLUG})


def ids(entities: Iterable[Entity]) -> set[str]:
    return {entity.id for entity in entities}


async def test_a_new_device_is_discovered_and_nothing_more_until_it_is_accepted(register: Register) -> None:
    met = await register.meet()
    device = met.devices[LAMP]
    assert (met.discovered, met.accepted) == ((device.id,), ())
    assert (device.home, device.name, device.model, device.room) == (None, "Lamp", "Model 1", "Hall")
    assert await register.bring() == {}
    found = await register.accepted()
    assert [(each.device.id, each.home, each.device.name) for each in found.values()] == [
        (device.id, "elm", "Lamp")
    ] * 2
    assert (await register.meet()).discovered == ()
    assert (await register.kept()).accepted_at_ms == NOON_MS + 1


async def test_ids_stay_whatever_a_device_is_called_and_whichever_topics_it_uses(register: Register) -> None:
    before = await register.accepted()
    moved = replace(PLUG.entities[0], dialect=FakeDialect(("elsewhere",)), name="Relay")
    register.described = {LAMP: replace(PLUG, name="Desk lamp", room="", entities=(moved, SIGNAL))}
    after = await register.bring()
    assert {name: entity.id for name, entity in after.items()} == {name: entity.id for name, entity in before.items()}
    assert (after["Relay"].device.name, after["Relay"].device.room) == ("Desk lamp", "")
    register.described = {}
    assert await register.bring() == {}, "it is silent"
    register.described = {LAMP: PLUG}
    assert ids((await register.bring()).values()) == ids(before.values())


async def test_a_stranger_that_is_gone_is_forgotten_and_an_accepted_device_is_not(register: Register) -> None:
    await register.meet()
    register.described = {}
    assert (await register.meet()).devices == {}
    register.described = {LAMP: PLUG}
    await register.accepted()
    register.described = {}
    assert [*(await register.meet()).devices] == [LAMP]


async def test_what_is_welcome_is_accepted_at_once_and_what_waits_only_where_that_is_wanted(register: Register) -> None:
    waits = (await register.meet()).devices[LAMP].id
    register.described = {LAMP: PLUG, ("fake", "new"): replace(PLUG, id="new")}
    met = await register.meet(Welcome("oak"))
    assert met.accepted == met.discovered == (met.devices["fake", "new"].id,)
    assert met.devices["fake", "new"].home == "oak"
    assert (await register.meet(Welcome("elm", waiting=True))).accepted == (waits,)


async def test_a_removed_device_leaves_nothing_and_waits_under_another_id(register: Register) -> None:
    found = await register.accepted()
    relay, old = found["Relay"], await register.kept()
    await Exposure(register.database).rename(old.id, GivenNames("My lamp", "Attic"))
    await commit(register.database, *(_of(relay, seq) for seq in (1, 2)), entry(3))
    for statement in (
        SPOKEN,
        "INSERT INTO readings VALUES (?, 1, 1, 1.0)",
        "INSERT INTO deadlines VALUES (?, 1, 1, 1, 0)",
        (
            "INSERT INTO commands (entity, id, home, user, wish, asked_at_ms, outcome) "
            "VALUES (?, 'c_1', 'elm', 'u_1', 'turn_on', 1, 'confirmed')"
        ),
    ):
        await register.note(statement, relay.id)
    pairings = Pairings(register.database)
    await pairings.release(old.id)
    assert await register.bring() == {}, "nothing of it counts any more"
    await pairings.erase(old.id)
    for table in ("entity_states", "readings", "deadlines", "commands", "entities", "device_entities"):
        assert await register.rows(table) == 0, table
    assert [each.event.entity for each in await Events(register.database).after(0, 10, home=None)] == ["elm-door"]
    new = await register.kept()
    assert (new.home, new.declined, new.called, new.id != old.id) == (None, True, "Lamp", True)
    assert (await register.meet(Welcome("elm", waiting=True))).accepted == (), "a person said no"
    register.described = {}
    await register.meet()
    register.described = {LAMP: PLUG}
    assert (await register.meet(Welcome("elm"))).accepted, "it announced itself again"
    assert ids((await register.bring()).values()).isdisjoint(ids(found.values()))


def _of(entity: Entity, seq: int) -> Entry:
    made = entry(seq)
    return structs.replace(made, event=structs.replace(made.event, entity=entity.id, device=entity.device.id))


async def test_a_device_is_in_one_home_and_no_id_of_it_is_ever_in_another(register: Register) -> None:
    found = await register.accepted()
    device, pairings = (await register.kept()).id, Pairings(register.database)
    with pytest.raises(AccountError, match="in the home 'elm'; remove it there first"):
        await pairings.accept(device, "oak", now_ms=NOON_MS)
    with pytest.raises(AccountError, match="no device 'd_0' has announced itself"):
        await pairings.accept("d_0", "elm", now_ms=NOON_MS)
    await pairings.release(device)
    await pairings.erase(device)
    with pytest.raises(AccountError, match="no home 'ash'"):
        await pairings.accept((await register.kept()).id, "ash", now_ms=NOON_MS)
    assert ids((await register.accepted(home="oak")).values()).isdisjoint(ids(found.values()))


async def test_a_gateway_is_followed_in_the_home_of_the_first_device_behind_it(register: Register) -> None:
    hub = DescribedDevice("hub", "Hub", (ONLINE, does("led")))
    one, two = (replace(PLUG, id=name, name=name, via="hub") for name in ("one", "two"))
    register.described = {GATEWAY: hub, ("fake", "one"): one, ("fake", "two"): two}
    await register.accepted(("fake", "two"), "oak")
    followed = (await register.bring())["Availability"]
    assert (followed.home, followed.exposed, followed.device.id) == ("oak", False, (await register.kept(GATEWAY)).id)
    await register.accepted(("fake", "one"), "elm")
    assert (await register.bring())["Availability"] == followed
    assert followed.device.id not in await register.seen(home="oak")
    mine = await register.accepted(GATEWAY, "elm")
    assert {each.home for each in mine.values()} == {"elm"}
    assert mine["Availability"].id != followed.id, "an id of another home is not taken along"
    assert mine["Availability"].id in await register.seen()


async def test_what_is_minor_is_seen_by_nobody_until_a_person_shows_that_very_thing(register: Register) -> None:
    found = await register.accepted()
    relay, signal, device = found["Relay"].id, found["Signal"].id, (await register.kept()).id
    exposure = Exposure(register.database)
    assert await register.seen() == {relay, device}
    await exposure.expose(device, exposed=False)
    await exposure.expose(device, exposed=True)
    assert await register.seen() == {relay, device}
    await exposure.expose(signal, exposed=True)
    await register.bring()
    assert await register.seen() == {relay, signal, device}
    await exposure.expose(relay, exposed=False)
    assert await register.seen() == {signal, device}


async def test_a_home_with_minor_things_is_still_seen_whole(register: Register) -> None:
    await register.accepted()
    exposure = Exposure(register.database)
    assert Sights(await exposure.placed()).of("elm", "u_1").among(0) is None


async def test_what_a_hidden_device_does_only_now_is_hidden_whatever_order_it_comes_in(register: Register) -> None:
    register.described = {LAMP: replace(PLUG, entities=(SIGNAL,))}
    await register.accepted()
    device = (await register.kept()).id
    register.described = {LAMP: replace(PLUG, entities=(SIGNAL, does("relay")))}
    found = await register.bring()
    assert found["Relay"].id in await register.seen(), "only a minor thing was not seen before"
    await Exposure(register.database).expose(device, exposed=False)
    register.described = {LAMP: replace(PLUG, entities=(SIGNAL, does("relay"), does("light", EntityKind.LIGHT)))}
    await register.bring()
    assert await register.seen() == set()


async def test_a_share_is_of_one_thing_where_that_is_meant(register: Register) -> None:
    found = await register.accepted()
    ann, exposure = await add_user(register.database), Exposure(register.database)
    await exposure.expose(found["Signal"].id, exposed=True)
    await exposure.share(found["Signal"].id, ann, shared=False)
    assert await register.seen(ann.id) == {found["Relay"].id, found["Relay"].device.id}
    await exposure.share(found["Relay"].device.id, ann, shared=False)
    assert await register.seen(ann.id) == set()


async def test_a_name_of_a_person_counts_before_and_after_the_device_is_accepted(register: Register) -> None:
    device = (await register.meet()).devices[LAMP].id
    await Exposure(register.database).rename(device, GivenNames("My lamp", None))
    assert ((await register.kept()).called, (await register.kept()).placed) == ("My lamp", "Hall")
    assert (await register.accepted())["Relay"].device.name == "My lamp"
    await Exposure(register.database).rename(device, GivenNames(None, None))
    assert (await register.bring())["Relay"].device.name == "Lamp"


async def test_a_corrected_kind_stays_and_what_was_known_by_the_other_kind_does_not(register: Register) -> None:
    relay = (await register.accepted())["Relay"]
    await register.note(SPOKEN, relay.id)
    await register.bring()
    assert await register.rows("entity_states") == 1
    await Pairings(register.database).correct(relay.id, EntityKind.CONTACT)
    assert (await register.bring())["Relay"].kind is EntityKind.CONTACT
    assert await register.rows("entity_states") == 0


async def test_a_native_source_that_describes_the_same_hardware_takes_the_ids_over(register: Register) -> None:
    power = does("power", EntityKind.SENSOR, "W")
    warmth, wet = (does(name, EntityKind.SENSOR, unit) for name, unit in (("warmth", "°C"), ("wet", "%")))
    register.described = {HALL: replace(PLUG, id="hall", entities=(wet, warmth, does("relay"), power))}
    before = await register.accepted(HALL)
    await Pairings(register.database).correct(before["Relay"].id, EntityKind.LIGHT)
    native = ("zigbee2mqtt", "0x01")
    others = (does("state"), does("temp", EntityKind.SENSOR, "°C"), does("hum", EntityKind.SENSOR, "%"))
    currents = (does("power_left", EntityKind.SENSOR, "W"), does("power_right", EntityKind.SENSOR, "W"))
    register.described = {native: replace(PLUG, id="0x01", entities=(*others, *currents))}
    await register.meet()
    await register.meet(replaced={HALL: native})
    after = await register.bring()
    assert after["State"].device.id == before["Relay"].device.id
    assert (after["State"].id, after["State"].kind) == (before["Relay"].id, EntityKind.LIGHT)
    assert (after["Temp"].id, after["Hum"].id) == (before["Warmth"].id, before["Wet"].id)
    assert before["Power"].id not in ids(after.values()), "nobody can tell which of the two it is"
    assert [*await Pairings(register.database).all()] == [native]


async def test_of_two_accepted_devices_of_one_hardware_both_stay_what_they_are(register: Register) -> None:
    native = ("zigbee2mqtt", "0x01")
    others = [("homeassistant", name) for name in ("hall", "more")]
    register.described = {key: replace(PLUG, id=key[1]) for key in (*others, native)}
    for key in others:
        await register.accepted(key)
    register.described = {native: replace(PLUG, id="0x01")}
    first = (await register.kept(others[0])).id
    await register.meet(replaced=dict.fromkeys(others, native))
    kept = await Pairings(register.database).all()
    assert (kept[native].id, [*kept]) == (first, [others[1], native]), "the second finds it taken"


async def test_whoever_describes_other_things_all_the_time_keeps_a_bounded_number_of_them(register: Register) -> None:
    found = await register.accepted()
    for turn in range(8):
        others = tuple(does(f"t{turn}-{number}") for number in range(255))
        register.described = {LAMP: replace(PLUG, entities=(PLUG.entities[0], *others))}
        assert (await register.bring())["Relay"].id == found["Relay"].id
        assert await register.rows("device_entities") <= MAX_KNOWN_ENTITIES
    assert await register.rows("entities") <= MAX_KNOWN_ENTITIES


async def test_a_database_from_before_has_no_devices_and_shows_what_it_showed(path: Path) -> None:
    scripts = load_migrations()
    async with open_database(path) as database:
        await migrate(database, scripts[:6])
        await execute(
            database,
            "INSERT INTO homes VALUES ('elm', 'Elm')",
            "INSERT INTO entities (id, home, device, kind, name, room, since_seq, exposed) "
            "VALUES ('door', 'elm', 'door', 'contact', 'Door', '', 0, 1), "
            "('bell', 'elm', 'bell', 'button', 'Bell', '', 0, 0)",
        )
    async with open_database(path) as database:
        assert await migrate(database) == len(scripts)
        register = Register(database, {})
        assert await Pairings(database).all() == {}
        assert await register.seen() == {"door"}
        await Exposure(database).expose("bell", exposed=True)
        assert await register.seen() == {"door", "bell"}
