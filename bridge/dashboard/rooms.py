"""From the devices of a page to the rooms in which they are shown. Plain computation over rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from bridge.dashboard.states import Said, kind_of, said_of
from bridge.desk.house_rows import HouseDevice, ThingRow

THINGS_SHOWN: Final = 4
ELSEWHERE: Final = "No room yet"


@dataclass(frozen=True, slots=True)
class Says:
    """One thing on a device's line. `name` "": the device has no other of its kind, so that its state says it all."""

    name: str
    said: Said


@dataclass(frozen=True, slots=True)
class Line:
    """A device on the page. `kind` says what it is; `more`: so many more things it does."""

    device: HouseDevice
    kind: str
    says: tuple[Says, ...]
    more: int

    @property
    def lit(self) -> bool:
        """Whether the thing that says best what it is, is not at rest."""
        return bool(self.says) and self.says[0].said.lit


@dataclass(frozen=True, slots=True)
class Room:
    """A room with its devices. `home`: the name of its home, "" where there is only one."""

    home: str
    name: str
    lines: tuple[Line, ...]


def rooms_of(devices: Iterable[HouseDevice], homes: Mapping[str, str]) -> list[Room]:
    """Return the rooms in the order in which the devices come."""
    several = len(homes) > 1
    return [
        Room(homes.get(home, home) if several else "", room or ELSEWHERE, tuple(map(line_of, found)))
        for (home, room), found in groupby(devices, key=lambda device: (device.home, device.room))
    ]


def line_of(device: HouseDevice) -> Line:
    """Return a device as one line: what IFTTT sees of it, or what it does at all where that is nothing."""
    wanted = [thing for thing in device.things if thing.exposed] or [each for each in device.things if not each.minor]
    kind = kind_of(device)
    wanted.sort(key=lambda thing: thing.kind != kind)
    says = [Says(_named(thing, wanted), said_of(thing, device.latest)) for thing in wanted]
    known = [each for each in says if each.said.known] or [Says("", each.said) for each in says[:1]]
    return Line(device, kind, tuple(known[:THINGS_SHOWN]), max(0, len(known) - THINGS_SHOWN))


def _named(thing: ThingRow, among: Iterable[ThingRow]) -> str:
    """Return a name where a state would not say what is meant: of numbers, and of several alike."""
    alike = sum(other.kind == thing.kind for other in among)
    return thing.name if alike > 1 or thing.kind == "sensor" else ""
