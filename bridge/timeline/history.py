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


class Histories(Protocol):
    """Where committed entries are kept."""

    async def history(self, page: Page) -> list[Entry]:
        """Return the entries of a page, newest first."""
        ...
