"""How much may be described, by whom and how often (device conventions, rules H1 and H2). Time is an argument."""

from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Final

from bridge.devices.allowance import Allowance, Spent
from bridge.devices.described import PartKey

_NEW: Final = Allowance(burst=2000, a_minute=300)
_CHANGES: Final = Allowance(burst=20, a_minute=6)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be described.

    `message_bytes`: of what is told at once, which may be of all devices of a gateway; `part_bytes`: of what is kept of
    it for each. `parts`: of one group. `groups`: of one source. `new`: entities that nobody knew, which a large home
    describes all at once when it is heard for the first time. `changes`: of one part. `remembered`: parts that changed
    of late, and refusals that were told.
    """

    message_bytes: int = 4 * 1024 * 1024
    part_bytes: int = 1024 * 1024
    parts: int = 1024
    groups: int = 2000
    all_bytes: int = 64 * 1024 * 1024
    entities: int = 5000
    new: Allowance = field(default=_NEW)
    changes: Allowance = field(default=_CHANGES)
    remembered: int = 5000


class OverLimit(Exception):
    """A limit is reached. `group` "": it is not that of one group."""

    def __init__(self, reason: str, group: str = "") -> None:
        super().__init__(reason)
        self.group = group


class Quota:
    """What is left of the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bytes = 0
        self._groups: dict[str, int] = {}
        self._new: Spent | None = None
        self._changed: dict[PartKey, Spent] = {}
        self._told: dict[tuple[str, str, str], None] = {}

    def copy(self) -> "Quota":
        """Return one that may change by itself."""
        new = copy(self)
        new._groups, new._changed, new._told = dict(self._groups), dict(self._changed), dict(self._told)  # noqa: SLF001 -- one of its own kind
        return new

    def check_message(self, payload: bytes) -> None:
        """Raise OverLimit for a message that is too large to describe devices."""
        if len(payload) > self._limits.message_bytes:
            raise OverLimit("larger than a message of descriptions may be")

    def check_part(self, content: bytes) -> None:
        """Raise OverLimit for what is too large to be a description."""
        if len(content) > self._limits.part_bytes:
            raise OverLimit("larger than a description may be")

    def check_room(self, source: str, group: str, parts: Mapping[str, bytes], *, grown: int, new: bool) -> None:
        """Raise OverLimit for parts that there is no room for. `grown`: by how many bytes."""
        limits = self._limits
        if len(parts) > limits.parts:
            raise OverLimit(f"more than {limits.parts} parts in one description", group)
        if grown > 0 and self._bytes + grown > limits.all_bytes:
            raise OverLimit("all descriptions together take too much room")
        if new and self._groups.get(source, 0) >= limits.groups:
            raise OverLimit(f"more than {limits.groups} descriptions of one source")

    def check_entities(self, added: int, *, before: int, now_ms: int) -> Spent | None:
        """Return what is left for entities that nobody knew. `before`: how many there are without them."""
        if not added:
            return self._new
        if before + added > self._limits.entities:
            raise OverLimit(f"more than {self._limits.entities} entities are described")
        spent = self._limits.new.spend(self._new, added, now_ms)
        if spent is None:
            raise OverLimit("too many new entities within a minute")
        return spent

    def check_changes(self, changed: Collection[PartKey], group: str, now_ms: int) -> dict[PartKey, Spent]:
        """Return how often parts that were known may change after this. Raises OverLimit."""
        if len(self._changed) + len(changed) > self._limits.remembered:
            self._forget_calm(now_ms)
        if len(self._changed) + len(changed) > self._limits.remembered:
            raise OverLimit("too many descriptions change too often")
        found = {part: self._limits.changes.spend(self._changed.get(part), 1, now_ms) for part in changed}
        spent = {part: left for part, left in found.items() if left is not None}
        if len(spent) < len(found):
            raise OverLimit("its description changes too often", group)
        return spent

    def take(self, new: Spent | None, changed: Mapping[PartKey, Spent]) -> None:
        """Note what was spent by a description that is taken."""
        self._new = new
        self._changed |= changed

    def resize(self, source: str, *, grown: int, groups: int) -> None:
        """Note that kept descriptions have grown, or shrunk, by bytes and groups."""
        self._bytes += grown
        self._groups[source] = self._groups.get(source, 0) + groups

    def was_told(self, source: str, error: OverLimit) -> bool:
        """Tell whether a refusal was told before, and note it."""
        key = (source, error.group, str(error))
        if key in self._told:
            return True
        while len(self._told) >= self._limits.remembered:
            del self._told[next(iter(self._told))]
        self._told[key] = None
        return False

    def _forget_calm(self, now_ms: int) -> None:
        changes = self._limits.changes
        self._changed = {
            part: spent for part, spent in self._changed.items() if changes.left(spent, now_ms) < changes.burst
        }
