"""What can be asked of a device. Plain words: knows neither who asks nor how the device is spoken to."""

from dataclasses import dataclass
from enum import StrEnum


class Wish(StrEnum):
    """What a command wants."""

    TURN_ON = "turn_on"
    TURN_OFF = "turn_off"
    TOGGLE = "toggle"
    OPEN = "open"
    CLOSE = "close"
    STOP = "stop"
    SET_POSITION = "set_position"
    LOCK = "lock"
    UNLOCK = "unlock"
    PUBLISH = "publish"


class Outcome(StrEnum):
    """What became of a command.

    PENDING: written down, not yet acknowledged by the broker. NOT_SENT: the broker was away, nothing left the house.
    PUBLISHED: acknowledged by the broker. CONFIRMED: the device reported the state asked for. UNCONFIRMED: it did
    not within the time allowed. UNKNOWN: handed over and never acknowledged, or the bridge crashed in between.
    """

    PENDING = "pending"
    NOT_SENT = "not_sent"
    PUBLISHED = "published"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Command:
    """One wish for one entity. `brightness` in percent, `color` as `#rrggbb`; None leaves it as it is.

    `position` of a cover in percent: 0 is closed. `publication`: for PUBLISH alone, which is for no entity ("").
    """

    home: str
    entity: str
    wish: Wish
    brightness: int | None = None
    color: str | None = None
    position: int | None = None
    publication: "Publication | None" = None


@dataclass(frozen=True, slots=True)
class Publication:
    """One message to a device. Always sent with QoS 1 and retain 0."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class RecordedCommand:
    """A command as it is written down. `request_id`: the X-Request-ID of the request that asked, if it had one."""

    id: str
    user: str
    request_id: str | None
    command: Command
    asked_at_ms: int
    outcome: Outcome
