"""Who waits for what: the trigger identities that IFTTT uses, and which of them an event concerns.

A cache of the database, bounded per user. Knows neither HTTP nor how anybody is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bridge.devices.watches import Watches
from bridge.events import Event
from bridge.timeline.entry import TimelineKey, keys_of

MAX_PER_USER: Final = 2000
"""More Applets than anyone has; beyond it an identity is answered but not remembered, so not told in real time."""

MAX_IDENTITY_CHARACTERS: Final = 128


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """An identity belongs to a client and a user: the same text of another user is another identity."""

    client: str
    user: str
    identity: str


@dataclass(frozen=True, slots=True)
class Identity:
    """One user's wish to know. `start_seq`: where its timeline begins. `told_seq`: IFTTT knows of all up to it."""

    key: IdentityKey
    trigger: str
    fields: Mapping[str, str]
    timeline: TimelineKey
    first_seen_ms: int
    start_seq: int
    told_seq: int


class Identities:
    """The live identities, found by key and by what they wait for."""

    def __init__(self, identities: Iterable[Identity] = ()) -> None:
        self._by_key: dict[IdentityKey, Identity] = {}
        self._waiting: defaultdict[TimelineKey, dict[IdentityKey, Identity]] = defaultdict(dict)
        self._per_user: defaultdict[str, int] = defaultdict(int)
        self.watches = Watches()
        """What must be watched for them, since no message says it by itself."""
        for identity in identities:
            self.add(identity)

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Identity]:
        return iter(self._by_key.values())

    def find(self, key: IdentityKey) -> Identity | None:
        """Return a live identity, None if it is not one."""
        return self._by_key.get(key)

    def has_room(self, user: str) -> bool:
        """Tell whether one more identity of this user may be remembered."""
        return self._per_user[user] < MAX_PER_USER

    def add(self, identity: Identity) -> None:
        """Remember an identity; one with the same key is replaced."""
        self.remove(identity.key)
        self._by_key[identity.key] = identity
        self._waiting[identity.timeline][identity.key] = identity
        self._per_user[identity.key.user] += 1
        timeline = identity.timeline
        if timeline.entity is not None:
            self.watches.add(timeline.home, timeline.entity, timeline.kind)

    def remove(self, key: IdentityKey) -> Identity | None:
        """Forget an identity and return it, None if it was not there."""
        identity = self._by_key.pop(key, None)
        if identity is None:
            return None
        self._per_user[key.user] -= 1
        waiting = self._waiting[identity.timeline]
        del waiting[key]
        if not waiting:
            del self._waiting[identity.timeline]
        timeline = identity.timeline
        if timeline.entity is not None:
            self.watches.remove(timeline.home, timeline.entity, timeline.kind)
        return identity

    def of_user(self, user: str) -> list[IdentityKey]:
        """Return the keys of a user's identities."""
        return [key for key in self._by_key if key.user == user]

    def concerned(self, event: Event) -> list[Identity]:
        """Return the identities in whose timelines an event shows; none for an event that is not offered."""
        if event.reason is not None or not self._waiting:
            return []
        found: list[Identity] = []
        for key in keys_of(event):
            waiting = self._waiting.get(key)
            if waiting is not None:
                found.extend(waiting.values())
        return found
