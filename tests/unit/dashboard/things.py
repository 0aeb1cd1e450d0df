"""Rows of devices to test with."""

from typing import Any, Final

from msgspec.structs import replace

from bridge.desk.house_rows import HouseDevice, ThingDetail, ThingRow

NOW_MS: Final = 1_770_000_000_000


def thing(kind: str, state: str | None = None, **more: Any) -> ThingRow:  # noqa: ANN401 -- any field of a row
    row = ThingRow(f"the-{kind}", "", kind, "", state, None, None, None, None, exposed=True, minor=False)
    return replace(row, **more)


def device(*things: ThingRow, **more: Any) -> HouseDevice:  # noqa: ANN401 -- any field of a row
    row = HouseDevice(
        id="d_1",
        name="A device",
        room="Hall",
        home="elm",
        things=things,
        seen_ms=None,
        battery=None,
        low=False,
        online=None,
        exposed=True,
        latest=None,
        new=False,
    )
    return replace(row, **more)


def detail(row: ThingRow, **more: Any) -> ThingDetail:  # noqa: ANN401 -- any field of a row
    return replace(ThingDetail(row, (), (), (), (), (), ()), **more)
