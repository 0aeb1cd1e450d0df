"""When it was, as people read it: in the zone that their browser names in a cookie, in UTC without one.

The system clock is an argument.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from bridge.dashboard.ago import ago
from bridge.dashboard.page import Asked
from bridge.ifttt.ingredients import iso_time

COOKIE: Final = "zone"
"""live.js sets it."""

MOST_NAME: Final = 64


class When(NamedTuple):
    """A moment: as machines read it, and as people do."""

    iso: str
    text: str


@dataclass(frozen=True, slots=True)
class LocalTime:
    """The clock on somebody's wall. `name`: of the zone."""

    zone: tzinfo
    name: str
    now_ms: int

    def clock(self, at_ms: int) -> When:
        """Return the time of day."""
        return When(iso_time(at_ms), f"{self._local(at_ms):%H:%M:%S}")

    def day(self, at_ms: int) -> str:
        """Return what people call the day."""
        day, today = self._local(at_ms).date(), self._local(self.now_ms).date()
        if day == today:
            return "Today"
        if day == today - timedelta(days=1):
            return "Yesterday"
        return f"{day:%A} {_in_words(day, today)}"

    def moment(self, at_ms: int) -> When:
        """Return day and time, as short as they are clear."""
        there, today = self._local(at_ms), self._local(self.now_ms).date()
        if there.date() == today:
            return When(iso_time(at_ms), f"today at {there:%H:%M:%S}")
        return When(iso_time(at_ms), f"{_in_words(there.date(), today)} at {there:%H:%M}")

    def ago(self, at_ms: int) -> When:
        """Return how long ago it was."""
        return When(iso_time(at_ms), ago(at_ms, self.now_ms))

    def typed(self, text: str) -> int | None:
        """Read what a field for a day and a time gives, None for what is none."""
        try:
            return int(datetime.fromisoformat(text).replace(tzinfo=self.zone).timestamp() * 1000)
        except (ValueError, OverflowError):
            return None

    def _local(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, self.zone)


def local_time(zone: str, now_ms: int) -> LocalTime:
    """Return the clock of a zone by its name, of UTC where there is none of this name."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 -- only where somebody looks at a page

    if zone and len(zone) <= MOST_NAME:
        try:
            return LocalTime(ZoneInfo(zone), zone, now_ms)
        except (KeyError, ValueError, OSError):
            pass
    return LocalTime(UTC, "UTC", now_ms)


def clock_of(asked: Asked, now_ms: int) -> LocalTime:
    """Return the clock of whoever asks."""
    return local_time(asked.request.cookies.get(COOKIE, ""), now_ms)


def at_ms(iso: str) -> int:
    """Read a moment as rows have it."""
    return int(datetime.fromisoformat(iso).timestamp() * 1000)


def counted(number: int, unit: str) -> str:
    """Return so many of something."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _in_words(day: date, today: date) -> str:
    return f"{day.day} {day:%B}" if day.year == today.year else f"{day.day} {day:%B} {day.year}"
