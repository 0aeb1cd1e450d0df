"""What one message says, before anything that was known is considered."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StateReading:
    """A state: `open`, `closed`, `on`, `off`, a number in its one spelling. None: this message does not say.

    `brightness` in percent; `position` of a cover in percent, 0 being closed.
    """

    value: str | None = None
    brightness: int | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class PressReading:
    """A press by its word; `device_time_ms` is when the device says it happened (epoch), if it says."""

    word: str
    device_time_ms: int | None = None


@dataclass(frozen=True, slots=True)
class CustomReading:
    """A custom event happened, with the values that it tells: up to three."""

    values: tuple[str, ...] = ()


Reading = StateReading | PressReading | CustomReading
