"""A physical device, and one thing that it does. Knows nothing of messages beyond who can read and write them."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from bridge.commands import Command, Publication
from bridge.devices.reading import Reading


class EntityKind(StrEnum):
    """What an entity is for a person.

    SENSOR is a number. BATTERY (a level in percent) and AVAILABILITY (online, offline) tell of the device as a whole:
    their events carry the device's id. CUSTOM is an event that the configuration made up; it has no state.
    """

    CONTACT = "contact"
    BUTTON = "button"
    LIGHT = "light"
    SWITCH = "switch"
    MOTION = "motion"
    LEAK = "leak"
    SMOKE = "smoke"
    GAS = "gas"
    CO = "co"
    TAMPER = "tamper"
    VIBRATION = "vibration"
    LOCK = "lock"
    COVER = "cover"
    SENSOR = "sensor"
    BATTERY = "battery"
    AVAILABILITY = "availability"
    CUSTOM = "custom"


class AvailabilityMode(StrEnum):
    """How several topics say together whether a device can be reached (device conventions, rule A2)."""

    ALL = "all"
    ANY = "any"
    LATEST = "latest"


ALARMS: Final = (
    EntityKind.LEAK,
    EntityKind.SMOKE,
    EntityKind.GAS,
    EntityKind.CO,
    EntityKind.TAMPER,
    EntityKind.VIBRATION,
)
"""The kinds whose being on is an alarm; the kind's name is the alarm's sort."""


def availability_id(device: str) -> str:
    """Return the id of the entity that says whether a device of the configuration can be reached, if it has one."""
    return f"{device}.{EntityKind.AVAILABILITY}"


def battery_id(device: str) -> str:
    """Return the id of the entity that is the battery of a device of the configuration, if it has one."""
    return f"{device}.{EntityKind.BATTERY}"


class Dialect(Protocol):
    """How one entity speaks: both directions, topics included."""

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The exact topics to subscribe to."""
        ...

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Say what a message means; None when it means nothing. Raises UnreadableMessage and nothing else."""
        ...

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put a command into messages. The wish is absolute here: toggling was decided before."""
        ...


@dataclass(frozen=True, slots=True)
class Device:
    """A thing one can touch. `id` is permanent; `name` and `room` are labels.

    `gateway`: the AVAILABILITY of the device that it speaks through, "" if none: it is out of reach with it.
    """

    id: str
    home: str
    name: str
    room: str = ""
    gateway: str = ""


@dataclass(frozen=True, slots=True)
class Shaping:
    """What a person wants held back.

    `debounce_ms`: how long a new state must last, unless things have kept changing for `debounce_max_ms`.
    `min_interval_ms`: from one offered event to the next. `hysteresis`: how far a number must go back.
    """

    debounce_ms: int = 0
    debounce_max_ms: int = 0
    min_interval_ms: int = 0
    hysteresis: Decimal = Decimal(0)


NOT_SHAPED: Final = Shaping()


@dataclass(frozen=True, slots=True)
class Habits:
    """How an entity behaves over time, where no message says it.

    `off_after_s`: it never says off, and is off so long after its last on. `expires_after_s`: without a word for so
    long its state is unknown. `hold_repeats`: a button that says "long" again and again while it is held. `behind`:
    what it says counts by what is known of its device's gateway. `leads`: others speak through its device.
    """

    off_after_s: float | None = None
    expires_after_s: float | None = None
    hold_repeats: bool = False
    behind: bool = False
    leads: bool = False


NO_HABITS: Final = Habits()


@dataclass(frozen=True, slots=True)
class Entity:
    """One ability of a device: a contact, a button, a light, a switch.

    `exposed`: IFTTT sees it. `unit`: of a SENSOR's number. `can_unlock`: a LOCK that may be unlocked from outside.
    `low_level`: the percent at which a BATTERY is low. `availability`: how topics of an AVAILABILITY count together.
    `name`: what it is called within its device, "" where it is called as the device.
    """

    id: str
    device: Device
    kind: EntityKind
    dialect: Dialect
    exposed: bool = True
    unit: str = ""
    can_unlock: bool = False
    low_level: int = 15
    availability: AvailabilityMode = AvailabilityMode.LATEST
    shaping: Shaping = NOT_SHAPED
    habits: Habits = NO_HABITS
    name: str = ""

    @property
    def home(self) -> str:
        """The home that it belongs to."""
        return self.device.home

    @property
    def label(self) -> str:
        """What it is called among all things of a home."""
        return f"{self.device.name}: {self.name}" if self.name else self.device.name
