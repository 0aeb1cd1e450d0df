"""The register of entities, and the small facts kept by name."""

import pytest

from bridge.devices.dialects.plain import PlainButton
from bridge.devices.entity import Device, Entity, EntityKind
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database
from bridge.storage.entities import Entities
from bridge.storage.exposure import Exposure
from bridge.storage.settings import KeptSettings
from tests.integration.storage.examples import HOMES, NOON_MS, commit, entry


def door(name: str, home: str = "elm", kind: EntityKind = EntityKind.CONTACT) -> Entity:
    return Entity(name, Device(name, home, name.capitalize(), "Hall"), kind, PlainButton("topic", None))


@pytest.fixture
async def entities(database: Database) -> Entities:
    await Accounts(database).keep_homes(HOMES)
    return Entities(database)


async def row(database: Database, entity: str) -> tuple[object, ...]:
    found: tuple[object, ...] = await database.read(
        lambda connection: connection.execute(
            "SELECT home, name, kind, since_seq, removed_at_ms FROM entities WHERE id = ?", (entity,)
        ).fetchone()
    )
    return found


async def test_what_is_missing_is_marked_and_stays_known_to_its_home_alone(
    database: Database, entities: Entities
) -> None:
    await entities.keep([door("front"), door("back"), door("gate", "oak")], now_ms=NOON_MS)
    await entities.keep([door("front")], now_ms=NOON_MS + 1)
    await entities.keep([door("front")], now_ms=NOON_MS + 2)
    placed = {each.id: each.home for each in await Exposure(database).placed()}
    assert placed == {"front": "elm", "back": "elm", "gate": "oak"}
    assert (await row(database, "front"))[-1] is None
    assert (await row(database, "back"))[-1] == NOON_MS + 1


async def test_an_id_never_moves_to_another_home(database: Database, entities: Entities) -> None:
    await entities.keep([door("front")], now_ms=NOON_MS)
    assert await entities.keep([], now_ms=NOON_MS) == []
    assert await entities.keep([door("front", "oak"), door("gate", "oak")], now_ms=NOON_MS) == ["front"]
    assert (await row(database, "front"))[0] == "elm"
    placed = {each.id: each.home for each in await Exposure(database).placed()}
    assert placed == {"front": "elm"}, "a refused configuration leaves nothing behind"


async def test_one_that_returns_or_is_renamed_counts_from_its_beginning(database: Database, entities: Entities) -> None:
    await entities.keep([door("front")], now_ms=NOON_MS)
    await commit(database, *(entry(seq) for seq in range(1, 5)))
    await entities.keep([], now_ms=NOON_MS)
    await entities.keep([door("front", kind=EntityKind.SWITCH), door("new")], now_ms=NOON_MS)
    assert await row(database, "front") == ("elm", "Front", "switch", 0, None)
    assert await row(database, "new") == ("elm", "New", "contact", 0, None)


@pytest.mark.parametrize("value", ["", "text\nof lines", "\x00", "0", -5, 2**63])
async def test_small_facts_come_out_as_they_went_in(database: Database, value: str | int) -> None:
    kept = KeptSettings(database)
    assert await kept.text("x") is None
    assert await kept.number("x") is None
    for each in ("something else", value):
        await kept.keep("x", each)
    assert await (kept.number("x") if isinstance(value, int) else kept.text("x")) == value
