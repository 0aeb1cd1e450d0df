"""Who waits for what: the trigger identities that IFTTT uses, and which of them an event concerns.

A cache of the database, bounded per user. Knows neither HTTP nor how anybody is told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from bridge.devices.watches import Watches
from bridge.events import Event
from bridge.timeline.entry import TimelineKey, keys_of

MAX_PER_USER: Final = 2000
"""More Applets than anyone has; beyond it an identity is answered but not remembered, so not told in real time."""

MAX_IDENTITY_CHARACTERS: Final = 128

RESTS_AFTER_MS: Final = 30 * 24 * 3600 * 1000
"""An identity that IFTTT has not asked for so long is not told any more until it asks again: it may have been left
behind (protocol reference, section 4.5). It keeps its first sight, so that nothing is missed when it comes back."""


class IdentityKey(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """An identity belongs to a client and a user: the same text of another user is another identity."""

    client: str
    user: str
    identity: str


class Identity(NamedTuple):
    """One user's wish to know. `start_seq`: where its timeline begins. `told_seq`: IFTTT knows of all up to it.

    `last_polled_ms`: when IFTTT asked last, as far as it was written down when this was read (epoch).
    """

    key: IdentityKey
    trigger: str
    fields: Mapping[str, str]
    timeline: TimelineKey
    first_seen_ms: int
    start_seq: int
    told_seq: int
    last_polled_ms: int


class Identities:
    """The live identities, found by key and by what they wait for. Those that rest wait for nothing.

    There may be very many, so each takes as little as it can: what is the same for most is kept for the others only.
    """

    def __init__(self, identities: Iterable[Identity] = ()) -> None:
        self._by_key: dict[IdentityKey, Identity] = {}
        self._waiting: dict[TimelineKey, Identity | dict[IdentityKey, Identity]] = {}  # most timelines have one
        self._per_user: defaultdict[str, int] = defaultdict(int)
        self._polled_ms: dict[IdentityKey, int] = {}  # of those that polled since they were read
        self._set_by_ms = 0  # by how much the clock has been set since then
        self._resting: set[IdentityKey] = set()
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
        if identity.key in self._by_key:
            self.remove(identity.key)
        self._by_key[identity.key] = identity
        self._await(identity)
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
        self._polled_ms.pop(key, None)
        self._await_no_more(identity)
        self._resting.discard(key)
        timeline = identity.timeline
        if timeline.entity is not None:
            self.watches.remove(timeline.home, timeline.entity, timeline.kind)
        return identity

    def polled(self, key: IdentityKey, now_ms: int) -> bool:
        """Note that IFTTT asked. Return whether the identity rested until now."""
        if key not in self._by_key:
            return False
        self._polled_ms[key] = now_ms - self._set_by_ms
        if key not in self._resting:
            return False
        self._resting.remove(key)
        self._await(self._by_key[key])
        return True

    def polled_ms(self, key: IdentityKey) -> int:
        """Return when IFTTT asked last since these were read (epoch), 0 if it has not."""
        polled_ms = self._polled_ms.get(key)
        return 0 if polled_ms is None else polled_ms + self._set_by_ms

    def clock_was_set(self, by_ms: int) -> None:
        """Count on as if nothing had been: nobody has been left behind for ten years because a clock says so."""
        self._set_by_ms += by_ms

    def let_rest(self, now_ms: int) -> list[IdentityKey]:
        """Let those rest that IFTTT has not asked for in a long time, and return which they are."""
        before_ms = now_ms - self._set_by_ms - RESTS_AFTER_MS
        found = [
            key
            for key, identity in self._by_key.items()
            if identity.last_polled_ms < before_ms
            and self._polled_ms.get(key, 0) < before_ms
            and key not in self._resting
        ]
        self._rest(found)
        return found

    def let_rest_of(self, client: str, user: str) -> list[IdentityKey]:
        """Let those of a user at a client rest, for IFTTT cannot ask any more, and return which they are."""
        found = [key for key in self._by_key if (key.client, key.user) == (client, user) and key not in self._resting]
        self._rest(found)
        return found

    def let_rest_but(self, connected: Collection[tuple[str, str]]) -> list[IdentityKey]:
        """Let all rest but those of these, each a client and a user by id, and return which rest from now on."""
        found = [key for key in self._by_key if (key.client, key.user) not in connected and key not in self._resting]
        self._rest(found)
        return found

    @property
    def resting(self) -> int:
        """How many rest."""
        return len(self._resting)

    def _rest(self, keys: Iterable[IdentityKey]) -> None:
        for key in keys:
            self._resting.add(key)
            self._await_no_more(self._by_key[key])

    def _await(self, identity: Identity) -> None:
        waiting = self._waiting.setdefault(identity.timeline, identity)
        if isinstance(waiting, dict):
            waiting[identity.key] = identity
        elif waiting is not identity:
            self._waiting[identity.timeline] = {waiting.key: waiting, identity.key: identity}

    def _await_no_more(self, identity: Identity) -> None:
        waiting = self._waiting.get(identity.timeline)
        if isinstance(waiting, dict):
            waiting.pop(identity.key, None)
        if not waiting or (isinstance(waiting, Identity) and waiting.key == identity.key):
            self._waiting.pop(identity.timeline, None)

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
            if isinstance(waiting, dict):
                found.extend(waiting.values())
            elif waiting is not None:
                found.append(waiting)
        return found
