"""What several topics say together of whether a device can be reached (rule A2). Knows no topics."""

from typing import Final, assert_never

from bridge.devices.entity import AvailabilityMode
from bridge.devices.reading import AvailabilityReading

ONLINE: Final = "online"
OFFLINE: Final = "offline"
MAX_PARTS: Final = 16


def with_part(parts: tuple[str, ...], reading: AvailabilityReading) -> tuple[str, ...]:
    """Return the last words of all topics, with the one that has just spoken."""
    if not 0 <= reading.part < MAX_PARTS:
        return parts
    words = list(parts) + [""] * (reading.part + 1 - len(parts))
    words[reading.part] = ONLINE if reading.online else OFFLINE
    return tuple(words)


def together(
    parts: tuple[str, ...], reading: AvailabilityReading, mode: AvailabilityMode, *, topics: int
) -> str | None:
    """Return what they come to; None while it takes the word of a topic that has not spoken yet.

    `topics`: how many there are. One that is offline decides for all, one that is online for any, at once.
    """
    match mode:
        case AvailabilityMode.LATEST:
            return ONLINE if reading.online else OFFLINE
        case AvailabilityMode.ALL:
            return _decided(parts, decisive=OFFLINE, otherwise=ONLINE, topics=topics)
        case AvailabilityMode.ANY:
            return _decided(parts, decisive=ONLINE, otherwise=OFFLINE, topics=topics)
        case _:
            assert_never(mode)


def _decided(parts: tuple[str, ...], *, decisive: str, otherwise: str, topics: int) -> str | None:
    if decisive in parts:
        return decisive
    return otherwise if sum(part == otherwise for part in parts) >= topics else None
