"""What has happened in a home, newest first, in pages. A pure question and answer; storage fits the Protocol."""

from dataclasses import dataclass
from typing import Protocol

from bridge.timeline.entry import Entry


@dataclass(frozen=True, slots=True)
class Page:
    """The newest `limit` entries of a home, or of one `device` of it, that did happen: not what was held back.

    None is older than `since_seq`, and none as new as `before_seq`, where the page before ended.
    """

    home: str
    device: str | None
    since_seq: int
    limit: int
    before_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """Everything of a home, also what was hidden or held back, from the newest backward; none as new as `before_seq`.

    `device` and `entity` None: of all of them. `kind`: how the kinds begin. `from_ms` and `until_ms` (epoch) leave out
    what was recorded before and after; where a clock was set in between they are about right.
    """

    home: str
    limit: int
    before_seq: int | None = None
    device: str | None = None
    entity: str | None = None
    kind: str = ""
    from_ms: int | None = None
    until_ms: int | None = None

    def wants(self, kind: str, entity: str, recorded_at_ms: int) -> bool:
        """Tell whether an entry of the home, and of the device, is one of these."""
        return (
            kind.startswith(self.kind)
            and self.entity in (None, entity)
            and (self.from_ms is None or recorded_at_ms >= self.from_ms)
            and (self.until_ms is None or recorded_at_ms <= self.until_ms)
        )


@dataclass(frozen=True, slots=True)
class Walked:
    """Entries, newest first, and before which sequence number to go on: None where nothing is left.

    There may be fewer than were asked for, even none, with something left: no walk goes on for long.
    """

    entries: list[Entry]
    before_seq: int | None


class Histories(Protocol):
    """Where committed entries are kept."""

    async def history(self, page: Page) -> list[Entry]:
        """Return the entries of a page, newest first."""
        ...
