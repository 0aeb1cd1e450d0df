"""How the devices of a house are: rows for whoever looks. Plain values, as those of rows.py. Times: epoch (ms)."""

import msgspec

from bridge.desk.rows import AnnouncedRow


class ThingRow(msgspec.Struct, frozen=True):
    """One thing that a device does. `name` "": it is called as its device. `minor`: a setting or a diagnosis.

    `state` None: it has never spoken, or not for too long.
    """

    id: str
    name: str
    kind: str
    unit: str
    state: str | None
    since_ms: int | None
    brightness: int | None
    position: int | None
    color: str | None
    exposed: bool
    minor: bool


class LatestRow(msgspec.Struct, frozen=True):
    """What a device did last, and which of its things did it."""

    thing: str
    kind: str
    at_ms: int


class HouseDevice(msgspec.Struct, frozen=True):
    """A device with all that it does, but for what tells of it as a whole: its battery and its connection.

    `seen_ms`: when it was heard last; None for one that never was. `battery` in percent, None without one; `low`: it is
    to be changed. `online` None: nobody says. `exposed`: IFTTT sees something of it. `new`: accepted a moment ago.
    """

    id: str
    name: str
    room: str
    home: str
    things: tuple[ThingRow, ...]
    seen_ms: int | None
    battery: str | None
    low: bool
    online: bool | None
    exposed: bool
    latest: LatestRow | None
    new: bool


class WindowRow(msgspec.Struct, frozen=True):
    """A time in which whatever announces itself is accepted. `left_s` 0: it is over. `accepted`: the newest of them,
    by id and name, `count`: of all.
    """  # noqa: D205 -- one sentence

    number: int
    home: str
    left_s: float
    count: int
    accepted: tuple[tuple[str, str], ...]


class HousePage(msgspec.Struct, frozen=True):
    """Some devices by home, room and name, and some of those that wait. `count`: of all that were asked for.

    `homes`: by id, each with its name.
    """

    devices: tuple[HouseDevice, ...]
    start: int
    count: int
    waiting: tuple[AnnouncedRow, ...]
    waiting_start: int
    waiting_count: int
    window: WindowRow | None
    homes: dict[str, str]
    now_ms: int


class HappenedRow(msgspec.Struct, frozen=True):
    """Something that a device did. `thing`: by its own name. `reason`: why it is offered to no trigger, if so."""

    kind: str
    thing: str
    at_ms: int
    reason: str


class PersonRow(msgspec.Struct, frozen=True):
    """Somebody of the home of a device. `sees` False: it was taken away from them."""

    name: str
    sees: bool


class ChangeRow(msgspec.Struct, frozen=True):
    """Something that happened to a thing: what, and which state it ended and began, where it did."""

    at_ms: int
    kind: str
    before: str | None
    after: str | None


class ThingDetail(msgspec.Struct, frozen=True):
    """More about one thing. `orders`: what it can be told. `possible`: what a person may say that it is instead.

    `changes` and `readings` of the last day, oldest first; readings are moments with numbers. `known_before`: it was
    known before the first of them, so that what that one changed had lasted since.
    """

    row: ThingRow
    topics: tuple[str, ...]
    presses: tuple[str, ...]
    orders: tuple[str, ...]
    possible: tuple[str, ...]
    changes: tuple[ChangeRow, ...]
    readings: tuple[tuple[int, float], ...]
    known_before: bool = True


class DevicePage(msgspec.Struct, frozen=True):
    """All about a device. `announced` None: it stands in the configuration.

    `since_ms`: from when on `changes` are whole; later than a day ago where very much happened.
    """

    device: HouseDevice
    announced: AnnouncedRow | None
    details: tuple[ThingDetail, ...]
    people: tuple[PersonRow, ...]
    events: tuple[HappenedRow, ...]
    homes: dict[str, str]
    since_ms: int
    now_ms: int
