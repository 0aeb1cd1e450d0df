"""The rows of queries."""

import pytest

from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Device, Entity, EntityKind
from bridge.devices.last_known import EntityState, LastKnown
from bridge.events import Event
from bridge.homes.sight import Sight
from bridge.ifttt.household import RealHousehold
from bridge.ifttt.queries import FROM_STATE, Row, Rows, device_rows, history_row, list_rows, only_declared, page_of
from bridge.ifttt.service import QUERIES
from bridge.timeline.entry import Entry
from tests.fakes.commands import Plainly

NOON_MS = 1_770_000_000_000


def entity(name: str, device: str, kind: EntityKind, home: str = "home") -> Entity:
    return Entity(name, Device(device, home, device.title(), "Hall"), kind, Plainly("x"))


def sight(**states: str) -> RealHousehold:
    catalogue = Catalogue(
        [
            entity("meter-temperature", "meter", EntityKind.SENSOR),
            entity("meter-battery", "meter", EntityKind.BATTERY),
            entity("meter-online", "meter", EntityKind.AVAILABILITY),
            entity("door", "door", EntityKind.CONTACT),
            entity("parcel", "parcel", EntityKind.CUSTOM),
            entity("cabin-door", "cabin-door", EntityKind.CONTACT, home="cabin"),
        ]
    )
    known = {name.replace("_", "-"): EntityState(value, since_ms=NOON_MS) for name, value in states.items()}
    return RealHousehold("home", catalogue, LastKnown(known), Sight({each.id: 0 for each in catalogue}, whole=True))


def rows(found: list[tuple[str, Row]]) -> list[Row]:
    return [row for _, row in found]


@pytest.mark.parametrize(
    ("gateway", "own", "online"),
    [("offline", "online", "false"), ("online", "online", "true"), ("online", "offline", "false"), (None, None, "")],
)
def test_a_device_behind_a_gateway_that_is_offline_is_offline_too(
    gateway: str | None, own: str | None, online: str
) -> None:
    device = Device("door", "home", "Door", gateway="hub-online")
    catalogue = Catalogue(
        [
            Entity("door", device, EntityKind.CONTACT, Plainly("x")),
            Entity("door-online", device, EntityKind.AVAILABILITY, Plainly("x")),
        ]
    )
    known = LastKnown({"hub-online": EntityState(gateway), "door-online": EntityState(own)})
    household = RealHousehold("home", catalogue, known, Sight({"door": 0, "door-online": 0}, whole=True))
    assert [row["online"] for row in rows(list_rows("any", household))] == [online]


def test_a_device_has_a_row_for_each_of_its_abilities() -> None:
    found = rows(device_rows("meter", sight(meter_temperature="21.5", meter_online="online")))
    assert found == [
        {
            "device_name": "Meter",
            "device_id": "meter",
            "entity": "meter-battery",
            "state": "",
            "since": "",
            "online": "true",
        },
        {
            "device_name": "Meter",
            "device_id": "meter",
            "entity": "meter-temperature",
            "state": "21.5",
            "since": "2026-02-02T02:40:00Z",
            "online": "true",
        },
    ]


@pytest.mark.parametrize(
    ("said", "online"), [({"meter_online": "online"}, "true"), ({"meter_online": "offline"}, "false"), ({}, "")]
)
def test_whether_a_device_is_online_is_what_it_says_itself(said: dict[str, str], online: str) -> None:
    assert {row["online"] for row in rows(device_rows("meter", sight(**said)))} == {online}
    assert {row["online"] for row in rows(device_rows("door", sight(**said)))} == {""}


@pytest.mark.parametrize("device", ["never-was", "cabin-door", "parcel", "any", "", "meter-battery"])
def test_a_device_that_is_not_there_has_no_rows(device: str) -> None:
    assert device_rows(device, sight()) == []


@pytest.mark.parametrize(
    ("kind", "devices"),
    [
        ("any", ["door", "meter", "meter"]),
        ("contact", ["door"]),
        ("battery", ["meter"]),
        ("light", []),
        ("availability", []),
        ("custom", []),
        ("nonsense", []),
    ],
)
def test_a_list_has_the_abilities_of_a_kind(kind: str, devices: list[str]) -> None:
    assert [row["device_id"] for row in rows(list_rows(kind, sight()))] == devices


@pytest.mark.parametrize(
    ("event", "kind", "detail"),
    [
        ("contact.opened", "contact", "opened"),
        ("contact.left_open.10", "contact", "left open 10"),
        ("button.long_release", "button", "long_release"),
        ("button.a.b", "button", "a.b"),
        ("alarm.raised.leak", "alarm", "raised leak"),
        ("value.rose_above.25.5", "value", "rose above 25.5"),
        ("value.dropped_below.-3", "value", "dropped below -3"),
        ("device.went_offline", "device", "went offline"),
        ("custom.parcel_box", "custom", "parcel_box"),
    ],
)
def test_what_happened_is_told_in_two_words(event: str, kind: str, detail: str) -> None:
    row = history_row(Entry(1, "x", NOON_MS, Event("home", "door", "door", event, {"device_name": "Old name"})))
    assert row == {
        "created_at": "2026-02-02T02:40:00Z",
        "device_name": "Old name",
        "device_id": "door",
        "kind": kind,
        "detail": detail,
    }


def test_an_event_that_has_a_name_of_its_own_is_called_by_it() -> None:
    entry = Entry(1, "x", NOON_MS, Event("home", "parcel", "parcel", "custom.parcel", {"name": "Parcel in the box"}))
    assert history_row(entry)["device_name"] == "Parcel in the box"


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 50])
def test_pages_have_every_row_once_and_the_last_one_leads_nowhere(limit: int) -> None:
    everything = list_rows("any", sight())
    found: list[Row] = []
    position = None
    for _ in range(len(everything) + 1):
        page = page_of(everything, position=position, limit=limit)
        found += page.rows
        position = page.behind
        if position is None:
            break
    assert position is None
    assert found == (rows(everything) if limit else [])


def test_what_comes_and_goes_between_two_pages_doubles_and_hides_nothing_else() -> None:
    everything = [(f"{number}", {"n": f"{number}"}) for number in range(6)]
    first = page_of(everything, position=None, limit=3)
    changed = [row for row in everything if row[0] != first.behind] + [("9", {"n": "9"})]
    rest = page_of(changed, position=first.behind, limit=10)
    assert [row["n"] for row in first.rows + rest.rows] == ["0", "1", "2", "3", "4", "5", "9"]


def test_every_query_is_answered_with_what_it_declares() -> None:
    assert set(QUERIES) == {*FROM_STATE, "event_history"}
    entry = Entry(1, "x", NOON_MS, Event("home", "door", "door", "contact.opened", {}))
    for slug, query in QUERIES.items():
        declared = [ingredient.slug for ingredient in query.ingredients]
        made = (
            history_row(entry)
            if slug == "event_history"
            else FROM_STATE[slug][1]("door" if slug == "device_state" else "any", sight())[0][1]
        )
        assert list(made) == declared
        assert only_declared(query, Rows([{"x": "y"}])).rows == [dict.fromkeys(declared, "")]
