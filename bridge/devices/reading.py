"""What one message says, before anything that was known is considered."""

import msgspec


class StateReading(msgspec.Struct, frozen=True, gc=False):
    """A state: `open`, `closed`, `on`, `off`, a number in its one spelling. None: this message does not say.

    `brightness` in percent; `position` of a cover in percent, 0 being closed; `color` as `#rrggbb`; `color_temp` in
    kelvin.
    """

    value: str | None = None
    brightness: int | None = None
    position: int | None = None
    color: str | None = None
    color_temp: int | None = None


class PressReading(msgspec.Struct, frozen=True, gc=False):
    """A press by its word; `device_time_ms` is when the device says it happened (epoch), if it says.

    `stamp`: what tells this press from the same one said again, such as a count or the device's own time; "" where
    two equal messages are two presses. `counted`: the stamp is a count, and the first one ever heard is only where
    counting begins. `word` "": nothing was pressed, the count alone is told.
    """

    word: str
    device_time_ms: int | None = None
    stamp: str = ""
    counted: bool = False


class AvailabilityReading(msgspec.Struct, frozen=True, gc=False):
    """What one of a device's availability topics says. `part`: which of them, from 0; how they count together is for
    the entity to say.
    """  # noqa: D205 -- one sentence

    part: int
    online: bool


class CustomReading(msgspec.Struct, frozen=True, gc=False):
    """A custom event happened, with the values that it tells: up to three."""

    values: tuple[str, ...] = ()


Reading = StateReading | PressReading | AvailabilityReading | CustomReading
