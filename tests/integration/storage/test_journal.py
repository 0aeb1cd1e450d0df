"""What goes into the journal comes out of it, and a number once given is never given again."""

import sqlite3
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.devices.described import KeptPart, PartKey
from bridge.devices.last_known import EntityState, Fading, OverTime, Pending
from bridge.errors import StorageUnavailable
from bridge.events import Event, NotOffered
from bridge.ifttt.service import timeline_of
from bridge.mqtt.deliveries import Deliveries
from bridge.storage.database import Database
from bridge.storage.descriptions import Descriptions
from bridge.storage.events import Events
from bridge.storage.identities import TriggerIdentities
from bridge.storage.journal import Journal
from bridge.timeline.batch import Batch, Delivery, ToldMove
from bridge.timeline.entry import Entry, entry_id
from tests.integration.storage.examples import NOON_MS, add_user, commit, entry, execute, identity

SIGNED: Final = st.integers(-(2**63), 2**63 - 1)
INSIDE: Final = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
"""Ids, kinds and values travel through SQLite's JSON functions, for which a NUL ends a text: none may hold one."""
TEXT: Final = st.text(INSIDE, max_size=30) | st.sampled_from(["null", "true", "1", "1.0", '"', "\\u0041", "[]", "' --"])
ANY_TEXT: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
EVENTS: Final = st.builds(
    Event,
    home=TEXT,
    device=TEXT,
    entity=TEXT,
    kind=TEXT,
    ingredients=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=4),
    before=st.none() | TEXT,
    after=st.none() | TEXT,
    device_time_ms=st.none() | SIGNED,
    reason=st.none() | st.sampled_from(NotOffered),
)
STATES: Final = st.builds(
    EntityState,
    value=st.none() | TEXT,
    brightness=st.none() | st.integers(0, 100),
    since_ms=st.none() | SIGNED,
    presses=st.lists(st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,9}", fullmatch=True), max_size=4).map(tuple),
    position=st.none() | st.integers(0, 100),
    pending=st.none() | st.builds(Pending, TEXT, SIGNED, SIGNED),
    fired=st.lists(st.sampled_from(["battery.low", "value.rose_above.-3.5", "x"]), max_size=3).map(tuple),
    offered_ms=st.none() | SIGNED,
    color=st.none() | st.sampled_from(["#ff0000"]),
    color_temp=st.none() | st.integers(1000, 10_000),
    stamps=st.lists(TEXT, max_size=3).map(tuple),
    parts=st.lists(st.sampled_from(["", "online", "offline"]), max_size=3).map(tuple),
    over_time=st.builds(
        OverTime,
        st.none() | st.builds(Fading, SIGNED, st.booleans()),
        st.none() | SIGNED,
        st.none() | TEXT,
        st.none() | SIGNED,
        st.none() | SIGNED,
    ),
)
DELIVERIES: Final = st.builds(Delivery, st.integers(0, 9), st.integers(0, 2**62), st.integers(1, 65535), TEXT)
REPEATED: Final = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def empty(database: Database) -> None:
    await execute(database, "DELETE FROM events", "DELETE FROM entity_states", "DELETE FROM deliveries")


@REPEATED
@given(happened=st.lists(st.tuples(EVENTS, SIGNED), max_size=5), states=st.dictionaries(TEXT, STATES, max_size=4))
async def test_entries_and_states_come_out_as_they_went_in(
    database: Database, happened: list[tuple[Event, int]], states: dict[str, EntityState]
) -> None:
    await empty(database)
    journal = Journal(database)
    first = (await journal.load()).next_seq
    entries = [Entry(first + n, entry_id(NOON_MS), at, event) for n, (event, at) in enumerate(happened)]
    await journal.commit(Batch(entries=tuple(entries), states=states))
    assert await Events(database).after(first - 1, 100) == entries
    loaded = await journal.load()
    assert loaded.states == states
    assert loaded.next_seq == first + len(entries)


PART_KEYS: Final = st.tuples(
    st.sampled_from(["shelly", "homie"]), st.sampled_from(["door", "lamp"]), st.sampled_from(["config", "state"])
)


@REPEATED
@given(batches=st.lists(st.dictionaries(PART_KEYS, st.none() | st.binary(max_size=8), max_size=4), max_size=4))
async def test_what_devices_say_of_themselves_is_kept_until_it_changes_or_goes(
    database: Database, batches: list[dict[PartKey, bytes | None]]
) -> None:
    await execute(database, "DELETE FROM descriptions")
    journal, kept = Journal(database), dict[PartKey, bytes | None]()
    for parts in batches:
        await journal.commit(Batch(descriptions=parts))
        kept |= parts
    present = [KeptPart(*key, content) for key, content in sorted(kept.items()) if content is not None]
    assert list(await Descriptions(database).all()) == present


@REPEATED
@given(batches=st.lists(st.tuples(st.lists(DELIVERIES, max_size=6), st.booleans()), max_size=4))
async def test_deliveries_are_the_newest_of_each_slot_in_the_order_of_their_numbers(
    database: Database, batches: list[tuple[list[Delivery], bool]]
) -> None:
    await empty(database)
    journal, expected = Journal(database), dict[int, Delivery]()
    for deliveries, forget in batches:
        await journal.commit(Batch(deliveries=tuple(deliveries), forget_deliveries=forget))
        if forget:
            expected.clear()
        expected |= {delivery.slot: delivery for delivery in deliveries}
    found = (await journal.load()).deliveries
    assert sorted(found, key=repr) == sorted(expected.values(), key=repr)
    assert [delivery.number for delivery in found] == sorted(delivery.number for delivery in found)


async def test_the_ring_survives_a_restart_and_stays_a_ring(database: Database) -> None:
    journal, ring = Journal(database), Deliveries([], window=1)
    total = ring.size + 500
    for at in range(0, total, 500):
        numbers = range(at, min(at + 500, total))
        batch = tuple(Delivery(n % ring.size, n, n % 65535 + 1, f"d{n}") for n in numbers)
        await journal.commit(Batch(deliveries=batch))
    loaded = (await journal.load()).deliveries
    assert [delivery.number for delivery in loaded] == list(range(500, total))
    assert Deliveries(loaded, window=1).next_number == total


@pytest.mark.parametrize("erase", ["DELETE FROM events", "DELETE FROM events WHERE seq > 3"])
async def test_a_number_is_never_given_twice_whatever_is_erased(database: Database, erase: str) -> None:
    await commit(database, *(entry(seq) for seq in range(1, 6)))
    await execute(database, erase)
    assert (await Journal(database).load()).next_seq == 6
    assert await Events(database).newest_seq() == 5


async def test_a_number_that_was_given_is_refused(database: Database) -> None:
    await commit(database, entry(1))
    with pytest.raises(sqlite3.IntegrityError):
        await commit(database, entry(1))


async def test_a_batch_is_all_or_nothing(database: Database) -> None:
    journal = Journal(database)
    await commit(database, entry(1))
    before = await journal.load()
    batch = Batch(
        entries=(entry(2), entry(2)),
        states={"elm-door": EntityState("open")},
        deliveries=(Delivery(0, 0, 1, "d"),),
        forget_deliveries=True,
    )
    with pytest.raises(sqlite3.IntegrityError):
        await journal.commit(batch)
    assert await journal.load() == before


async def test_the_first_start_begins_with_nothing(database: Database) -> None:
    loaded = await Journal(database).load()
    assert (loaded.next_seq, loaded.states, loaded.deliveries) == (1, {}, ())


async def test_told_moves_with_the_batch_and_never_backwards(database: Database) -> None:
    user = await add_user(database)
    register = TriggerIdentities(database, timeline_of)
    await register.keep(identity(user, told_seq=5))

    async def told_after(seq: int) -> int:
        await Journal(database).commit(Batch(told=(ToldMove("ifttt", user.id, "abc", seq),)))
        return (await register.load())[0].told_seq

    assert await told_after(4) == 5
    assert await told_after(9) == 9
    assert await told_after(6) == 9


async def test_a_batch_that_could_not_be_written_can_be_written_again(database: Database) -> None:
    pages = "PRAGMA max_page_count = {}"
    await database.write(lambda connection: connection.execute(pages.format(1)).fetchone())
    batch = Batch(entries=tuple(entry(n, ingredients={"x": "y" * 5000}) for n in range(1, 20)))
    with pytest.raises(StorageUnavailable):
        await Journal(database).commit(batch)
    await database.write(lambda connection: connection.execute(pages.format(100_000)).fetchone())
    await Journal(database).commit(batch)
    assert await Events(database).after(0, 100) == list(batch.entries)


@pytest.mark.parametrize("count", [1, 7, 8, 9, 63, 64, 65, 137])
async def test_a_batch_of_any_size_is_written_whole_and_in_order(database: Database, count: int) -> None:
    entries = tuple(entry(seq, f"elm-{seq}") for seq in range(1, count + 1))
    states = {f"elm-{seq}": EntityState(value=str(seq)) for seq in range(count)}
    deliveries = tuple(Delivery(slot, slot, slot + 1, f"digest {slot}") for slot in range(count))
    journal = Journal(database)
    for _ in range(2):  # what is there is replaced
        await journal.commit(Batch(states=states, deliveries=deliveries))
    await journal.commit(Batch(entries=entries))
    loaded = await journal.load()
    assert (loaded.next_seq, loaded.states, loaded.deliveries) == (count + 1, states, deliveries)
    assert await Events(database).after(0, count + 1) == [*entries]
