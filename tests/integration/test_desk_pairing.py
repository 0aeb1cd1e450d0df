"""What a person decides about devices that announced themselves, where no daemon runs, and what is refused."""

import asyncio
from pathlib import Path
from typing import Final

import msgspec
import pytest

from bridge.cli.asking import Desk
from bridge.current import registry_of
from bridge.desk.requests import (
    AcceptDevices,
    CorrectKind,
    ExposeDevice,
    ListAnnounced,
    ListDevices,
    PermitDevices,
    RemoveDevice,
    RenameDevice,
    ShowDevice,
)
from bridge.desk.rows import AnnouncedRow, DeviceRow, PermitPage, Shown
from bridge.errors import BridgeError
from bridge.registers import Registers
from bridge.settings import Settings, load
from bridge.storage.database import open_database
from bridge.storage.migrate import migrate
from bridge.timeline.batch import Batch

CONFIG: Final = """
[mqtt]
url = "mqtt://localhost"
discovery = ["homeassistant"]
[storage]
url = "sqlite://{database}"
[ifttt]
service_keys = ["a-service-key-for-tests"]
[[homes]]
id = "elm"
name = "Elm"
[[homes]]
id = "oak"
name = "Oak"
[[devices]]
id = "bell"
name = "Bell"
kind = "button"
state_topic = "home/bell"
"""


async def describe(settings: Settings, *devices: tuple[str, str]) -> None:
    """Let devices of some ids and names have described themselves: two contacts each."""
    async with open_database(settings.storage.path) as database:
        await migrate(database)
        registers = Registers.of(database)
        registry = await registry_of(settings, registers)
        for device, name in devices:
            for part in ("left", "right"):
                told = {
                    "name": part.title(),
                    "unique_id": f"{device}-{part}",
                    "device_class": "door",
                    "state_topic": f"{device}/{part}",
                    "device": {"identifiers": [device], "name": name},
                }
                topic = f"homeassistant/binary_sensor/{device}-{part}/config"
                change = registry.take(topic, msgspec.json.encode(told), now_ms=0)
                assert change is not None
                await registers.journal.commit(Batch(descriptions=change.parts))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    file = tmp_path / "bridge.toml"
    file.write_text(CONFIG.format(database=tmp_path / "bridge.db"))
    settings = load(file, {})
    asyncio.run(describe(settings, ("hall", "Hall"), ("attic", "Attic"), ("loft", "attic")))
    return Desk(settings)


def waiting(desk: Desk) -> dict[str, AnnouncedRow]:
    """Return what waits, by its id at the source."""
    rows = desk.ask(ListAnnounced(waiting=True), list[AnnouncedRow])
    return {row.source_id.split("/")[-1].split(":")[-1]: row for row in rows}


def accept(desk: Desk, *names: str, home: str | None = None, name: str | None = None) -> list[AnnouncedRow]:
    return desk.ask(AcceptDevices(names, home, name, None), list[AnnouncedRow])


def refused(desk: Desk, request: AcceptDevices | CorrectKind | ExposeDevice | RemoveDevice | PermitDevices) -> str:
    """Return why a request is refused."""
    with pytest.raises(BridgeError) as found:
        desk.ask(request, object)
    return str(found.value)


def test_a_name_that_several_have_is_refused_with_their_ids(desk: Desk) -> None:
    ids = sorted(row.id for row in waiting(desk).values() if row.name.casefold() == "attic")
    assert len(ids) == 2
    assert refused(desk, AcceptDevices(("ATTIC",), None, None, None)).endswith(f"give the id of one: {', '.join(ids)}")
    assert [row.id for row in accept(desk, ids[0])] == [ids[0]]


def test_one_of_several_is_accepted_as_it_was_named_into_the_home_that_was_given(desk: Desk) -> None:
    [row] = accept(desk, "Hall", home="oak", name="My hall")
    assert (row.name, row.home, [each.id is not None for each in row.abilities]) == ("My hall", "oak", [True, True])
    rows = desk.ask(ListDevices("oak"), list[DeviceRow])
    assert {(each.device, each.name) for each in rows} == {(row.id, "My hall: Left"), (row.id, "My hall: Right")}
    assert row.id not in {each.id for each in waiting(desk).values()}


def test_what_cannot_be_accepted_is_refused_in_words_that_help(desk: Desk) -> None:
    assert "no device 'nobody' has announced itself" in refused(desk, AcceptDevices(("nobody",), None, None, None))
    assert "no home 'ash'" in refused(desk, AcceptDevices(("Hall",), "ash", None, None))
    two = tuple(row.id for row in waiting(desk).values())[:2]
    assert "for one device" in refused(desk, AcceptDevices(two, None, "Name", None))
    assert "stands in the configuration" in refused(desk, AcceptDevices(("bell",), None, None, None))
    assert len(waiting(desk)) == 3


def test_what_only_waits_is_neither_shown_nor_hidden_and_may_be_renamed(desk: Desk) -> None:
    said = refused(desk, ExposeDevice("Hall", exposed=False))
    assert "waits to be accepted" in said
    row = desk.ask(RenameDevice("Hall", "Porch", None), DeviceRow)
    assert (row.name, desk.ask(ShowDevice("porch"), Shown).announced is not None) == ("Porch", True)


def test_one_thing_of_a_device_is_hidden_by_its_id_and_all_of_it_by_that_of_the_device(desk: Desk) -> None:
    [row] = accept(desk, "Hall")
    left, right = (each.id for each in row.abilities)
    assert left is not None
    assert not desk.ask(ExposeDevice(left, exposed=False), DeviceRow).exposed
    seen = {each.id: each.exposed for each in desk.ask(ShowDevice("Hall"), Shown).rows}
    assert seen == {left: False, right: True}
    assert desk.ask(ExposeDevice("Hall", exposed=True), DeviceRow).name == "Hall"
    assert all(each.exposed for each in desk.ask(ShowDevice("Hall"), Shown).rows)


def test_a_kind_that_makes_no_sense_is_refused_and_one_that_does_stays(desk: Desk) -> None:
    [row] = accept(desk, "Hall")
    assert "is no kind" in refused(desk, CorrectKind("Hall", "Left", "dragon"))
    assert "cannot be made a cover" in refused(desk, CorrectKind("Hall", "Left", "cover"))
    assert "does nothing called 'Middle'" in refused(desk, CorrectKind("Hall", "Middle", "motion"))
    assert "is not accepted" in refused(desk, CorrectKind(waiting(desk)["loft"].id, "Left", "motion"))
    changed = desk.ask(CorrectKind("Hall", "left", "motion"), AnnouncedRow)
    assert [each.kind for each in changed.abilities] == ["motion", "contact"]
    back = desk.ask(CorrectKind("Hall", row.abilities[0].id or "", None), AnnouncedRow)
    assert [each.kind for each in back.abilities] == ["contact", "contact"]


def test_a_removed_device_waits_again_under_another_id(desk: Desk) -> None:
    [row] = accept(desk, "Hall")
    assert desk.ask(RemoveDevice("Hall"), AnnouncedRow).id == row.id
    assert waiting(desk)["hall"].id != row.id
    assert [each.id for each in desk.ask(ListDevices(None), list[DeviceRow])] == ["bell"]
    assert "stands in the configuration" in refused(desk, RemoveDevice("bell"))


def test_no_window_is_opened_where_nobody_listens(desk: Desk) -> None:
    with pytest.raises(BridgeError, match="no daemon runs"):
        desk.ask(PermitDevices(None, 10.0), PermitPage)
