"""Who sees what of a home, and since when. Plain values; knows nothing of devices and of what happened.

What is exposed to IFTTT is seen by everybody of the home, but for those it was taken away from. Exposing it anew, or
sharing it again, begins anew: nothing older is ever shown (architecture, decision 6).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Placed:
    """An entity of a home, present or gone. `since_seq`: the sequence from which it counts, 0 for all that it did.

    `aside`: nobody has ever seen it, so that nothing of it is to be kept from anybody.
    """

    id: str
    device: str
    home: str
    exposed: bool
    since_seq: int
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """Where a user's sight of an entity differs from what everybody sees."""

    user: str
    entity: str
    shared: bool
    since_seq: int


class Things(tuple[tuple[str, int], ...]):  # noqa: SLOT001 -- a tuple has none that hold anything
    """Things with the sequence from which each counts. A home may have thousands, and every poll of somebody who does
    not see all of them looks an answer up by these: they are hashed once.
    """  # noqa: D205 -- one paragraph

    _hash: int | None = None

    def __eq__(self, other: object) -> bool:
        return self is other or super().__eq__(other)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = super().__hash__()
        return self._hash


@dataclass(frozen=True, slots=True)
class Sight:
    """What one user sees: entities and devices, each with the sequence from which it counts.

    `whole`: there is nothing in the home that the user does not see.
    """

    since: Mapping[str, int]
    whole: bool
    _newest: int = field(init=False)
    _parts: Things = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_newest", max(self.since.values(), default=0))
        object.__setattr__(self, "_parts", Things(sorted(self.since.items())))

    def sees(self, thing: str) -> bool:
        """Tell whether an entity or a device is seen."""
        return thing in self.since

    def among(self, start_seq: int) -> tuple[tuple[str, int], ...] | None:
        """Return each thing whose events count from a sequence on, with where it begins; None for all of the home."""
        if self.whole and self._newest <= start_seq:
            return None
        return self._parts


class Sights:
    """The sights of all users. Never changes: new ones replace it."""

    def __init__(self, placed: Iterable[Placed] = (), shares: Iterable[Share] = ()) -> None:
        self._placed: defaultdict[str, list[Placed]] = defaultdict(list)
        for each in placed:
            self._placed[each.home].append(each)
        self._shares: defaultdict[str, dict[str, Share]] = defaultdict(dict)
        for share in shares:
            self._shares[share.user][share.entity] = share
        self._of_home = {home: _sight(things, {}) for home, things in self._placed.items()}
        self._of_user: dict[str, Sight] = {}

    def of(self, home: str, user: str) -> Sight:
        """Return what a user of a home sees."""
        shares = self._shares.get(user)
        if shares is None:
            return self._of_home.get(home, _NOTHING)
        sight = self._of_user.get(user)
        if sight is None:
            sight = self._of_user[user] = _sight(self._placed.get(home, []), shares)
        return sight


def _sight(placed: list[Placed], shares: Mapping[str, Share]) -> Sight:
    since: dict[str, int] = {}
    devices: dict[str, int] = {}
    whole = True
    for each in placed:
        share = shares.get(each.id)
        if not each.exposed or (share is not None and not share.shared):
            whole = whole and each.aside
            continue
        begins = max(each.since_seq, 0 if share is None else share.since_seq)
        since[each.id] = begins
        devices[each.device] = min(begins, devices.get(each.device, begins))
    return Sight(devices | since, whole)


_NOTHING = Sight({}, whole=True)
