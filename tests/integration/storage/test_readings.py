"""The ring of numbers: bounded by count and by age, whatever comes in which batches, and nobody else's home."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.crossings import Measured
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database
from bridge.storage.entities import Entities
from bridge.storage.journal import Journal
from bridge.storage.readings import KEPT_FOR_MS, READINGS_KEPT, Readings
from bridge.timeline.batch import Batch
from tests.integration.storage.examples import HOMES, NOON_MS, execute
from tests.integration.storage.test_journal import REPEATED
from tests.unit.devices.numbers import thermometer

SENSORS = ("elm-thermometer", "oak-thermometer")


async def prepare(database: Database) -> None:
    await execute(database, "DELETE FROM readings")
    await Accounts(database).keep_homes(HOMES)
    sensors = [thermometer(identity, home=identity.partition("-")[0]) for identity in SENSORS]
    await Entities(database).keep(sensors, now_ms=NOON_MS)


def numbers(count: int, *, first: int = 0, at_ms: int = NOON_MS) -> tuple[Measured, ...]:
    return tuple(Measured(SENSORS[0], at_ms, float(first + n)) for n in range(count))


async def kept(database: Database, sensor: str = SENSORS[0], *, since_ms: int = 0) -> list[float]:
    found = await Readings(database).since(sensor.partition("-")[0], sensor, since_ms)
    return [each.value for each in found]


@REPEATED
@given(batches=st.lists(st.lists(st.tuples(st.sampled_from(SENSORS), st.integers(-9, 9)), max_size=8), max_size=6))
async def test_numbers_come_out_in_the_order_in_which_they_were_said(
    database: Database, batches: list[list[tuple[str, int]]]
) -> None:
    await prepare(database)
    for batch in batches:
        readings = tuple(Measured(sensor, NOON_MS, float(value)) for sensor, value in batch)
        await Journal(database).commit(Batch(readings=readings))
    for sensor in SENSORS:
        assert await kept(database, sensor) == [value for batch in batches for said, value in batch if said == sensor]


async def test_only_the_newest_are_kept(database: Database) -> None:
    await prepare(database)
    journal = Journal(database)
    await journal.commit(Batch(readings=numbers(READINGS_KEPT)))
    await journal.commit(Batch(readings=numbers(5, first=READINGS_KEPT)))
    found = await kept(database)
    assert (len(found), found[0], found[-1]) == (READINGS_KEPT, 5.0, READINGS_KEPT + 4.0)


async def test_one_batch_that_is_more_than_the_ring_leaves_the_newest(database: Database) -> None:
    await prepare(database)
    await Journal(database).commit(Batch(readings=numbers(READINGS_KEPT + 7)))
    assert (await kept(database))[0] == 7.0


async def test_what_is_too_old_goes_with_the_next_number_or_at_the_start(database: Database) -> None:
    await prepare(database)
    journal = Journal(database)
    await journal.commit(Batch(readings=numbers(3)))
    await journal.commit(Batch(readings=numbers(1, first=3, at_ms=NOON_MS + KEPT_FOR_MS)))
    assert await kept(database) == [0.0, 1.0, 2.0, 3.0]
    await journal.commit(Batch(readings=numbers(1, first=4, at_ms=NOON_MS + KEPT_FOR_MS + 1)))
    assert await kept(database) == [3.0, 4.0]
    await Readings(database).forget_old(now_ms=NOON_MS + 2 * KEPT_FOR_MS + 1)
    assert await kept(database) == [4.0]


async def test_the_numbers_of_another_home_are_not_there(database: Database) -> None:
    await prepare(database)
    await Journal(database).commit(Batch(readings=(replace(numbers(1)[0], value=21.5),)))
    assert await Readings(database).since("oak", SENSORS[0], 0) == []
    assert await kept(database, since_ms=NOON_MS + 1) == []
    assert await kept(database) == [21.5]
