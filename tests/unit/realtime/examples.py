"""Identities that wait for doors to open, and doors that do."""

from collections.abc import Iterable

from bridge.events import CONTACT_OPENED, Event, NotOffered
from bridge.ifttt.identities import Identities, Identity, IdentityKey
from bridge.timeline.entry import Entry, TimelineKey


def key(identity: str) -> IdentityKey:
    return IdentityKey("ifttt", "u_1", identity)


def waiting(identity: str, door: str | None = None, *, start_seq: int = 0, told_seq: int = 0) -> Identity:
    """Return an identity that waits for the door of its own name, or for that one."""
    timeline = TimelineKey("home", door or identity, CONTACT_OPENED)
    return Identity(key(identity), "door_opened", {}, timeline, 0, start_seq, told_seq)


def waiting_for(doors: Iterable[str]) -> Identities:
    return Identities(waiting(door) for door in doors)


def opened(seq: int, door: str, *, reason: NotOffered | None = None) -> Entry:
    event = Event(home="home", device=door, entity=door, kind=CONTACT_OPENED, ingredients={}, reason=reason)
    return Entry(seq, f"{seq:032x}", 0, event)
