"""What devices say about themselves, whatever convention they speak: the words that all conventions translate into.

Plain values. Nothing here is accepted, kept or exposed by being described: that is for people to decide (pairing).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bridge.commands import Publication
from bridge.devices.entity import AvailabilityMode, Dialect, EntityKind


@dataclass(frozen=True, slots=True)
class DescribedEntity:
    """One thing that a device does. `id`: permanent, within its device. `name` "": called as the device.

    `minor`: a setting or a diagnosis, offered to nobody unless a person exposes it. `certain` False: the kind is a
    guess, since the convention has no word for it; a person may correct it. `off_after_s`: it never says "off", and is
    off so long after its last "on". `expires_after_s`: without a word for so long its state is unknown. `availability`:
    how the topics of an AVAILABILITY count together; its dialect gives AvailabilityReadings. `hold_repeats`: a button
    that says "long" again and again while it is held.
    """

    id: str
    kind: EntityKind
    dialect: Dialect
    name: str = ""
    unit: str = ""
    minor: bool = False
    certain: bool = True
    availability: AvailabilityMode = AvailabilityMode.LATEST
    off_after_s: float | None = None
    expires_after_s: float | None = None
    hold_repeats: bool = False


@dataclass(frozen=True, slots=True)
class Unserved:
    """Something that a device describes and that is not served: what, and why, for the person who looks."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class DescribedDevice:
    """A device as its source describes it. `id`: permanent at this source, such as an IEEE address.

    `hardware`: addresses in their one spelling (hardware_address), by which another source may describe the same
    device. `via`: the id of the gateway that it speaks through, "" if none: it goes offline with it (rule A3).
    """

    id: str
    name: str
    entities: tuple[DescribedEntity, ...]
    model: str = ""
    room: str = ""
    hardware: frozenset[str] = frozenset()
    via: str = ""
    unserved: tuple[Unserved, ...] = ()


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the descriptions of one group come to.

    `topics`: where more of the description is told (exact, or the narrow filters that the convention names).
    `questions`: what to publish after each connection so that devices say how they are. `answers`: the exact topics on
    which nothing else is told: what comes there was so before, as if it were retained.
    """

    devices: tuple[DescribedDevice, ...] = ()
    topics: tuple[str, ...] = ()
    questions: tuple[Publication, ...] = ()
    answers: tuple[str, ...] = ()
    unserved: tuple[Unserved, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What one message says of descriptions. `group`: those that must be read together, such as all of one device.

    `parts`: what to keep of it by a key of the convention's own; b"" takes a part away. `whole`: these are all parts of
    the group, so others are gone. What is kept should change only when the description does (rule I4).

    `sole`: no part of these names is in another group of this source any more; whichever group kept one gives it up,
    and is read anew. So a message that takes away needs not know from where: `group` is "" then, which never exists.
    """

    group: str
    parts: Mapping[str, bytes] = field(default_factory=dict)
    whole: bool = False
    sole: bool = False


PartKey = tuple[str, str, str]
"""Source, group and key of a kept part."""


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A part of a description, as it is kept over restarts."""

    source: str
    group: str
    key: str
    content: bytes


class Convention(Protocol):
    """One way in which devices announce themselves. Knows messages; keeps nothing, and never waits."""

    @property
    def source(self) -> str:
        """What it is called: the first part of the identity of its devices."""
        ...

    @property
    def filters(self) -> tuple[str, ...]:
        """Where descriptions are told: exact topics, or the narrow filters that the convention names."""
        ...

    @property
    def questions(self) -> tuple[Publication, ...]:
        """What to publish after each connection so that devices announce themselves; must disturb nobody."""
        ...

    def tell(self, topic: str, payload: bytes) -> Told | None:
        """Take in one message from `filters`, or from the topics of an announcement; None if it describes nothing.

        Raises UnreadableMessage and nothing else.
        """
        ...

    def read(self, group: str, parts: Mapping[str, bytes]) -> Announcement:
        """Say what the kept parts of a group come to. Raises UnreadableMessage and nothing else."""
        ...


def hardware_address(text: str) -> str | None:
    """Return the one spelling of a MAC or IEEE address: lower-case hexadecimal without separators; None if it is none.

    `0x00158d0001a2b3c4`, `AA:BB:CC:DD:EE:FF` and `aabbccddeeff` all occur; 6 bytes or 8.
    """
    plain = text.strip().lower().removeprefix("0x").replace(":", "").replace("-", "")
    is_one = len(plain) in (12, 16) and all(digit in "0123456789abcdef" for digit in plain)
    return plain if is_one else None
