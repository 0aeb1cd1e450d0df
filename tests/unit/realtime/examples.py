"""Identities that wait for doors to open, and doors that do."""

from collections.abc import Iterable

from bridge.events import CONTACT_OPENED, Event, NotOffered
from bridge.ifttt.identities import Identities, Identity, IdentityKey
from bridge.realtime.recipients import Recipient
from bridge.timeline.entry import Entry, TimelineKey


def key(identity: str, *, user: str = "u_1", client: str = "ifttt") -> IdentityKey:
    return IdentityKey(client, user, identity)


def told_of(*identities: str) -> list[Recipient]:
    return [Recipient((key(identity),)) for identity in identities]


def waiting(
    identity: str,
    door: str | None = None,
    *,
    start_seq: int = 0,
    told_seq: int = 0,
    user: str = "u_1",
    client: str = "ifttt",
) -> Identity:
    """Return an identity that waits for the door of its own name, or for that one."""
    timeline = TimelineKey("home", door or identity, CONTACT_OPENED)
    return Identity(key(identity, user=user, client=client), "door_opened", {}, timeline, 0, start_seq, told_seq, 0)


def waiting_for(doors: Iterable[str]) -> Identities:
    return Identities(waiting(door) for door in doors)


def many_waiting_for(doors: Iterable[str]) -> Identities:
    """Return identities of so many users that none is told by user."""
    return Identities(waiting(door, user=f"u_{number // 20}") for number, door in enumerate(doors))


def opened(seq: int, door: str, *, reason: NotOffered | None = None) -> Entry:
    event = Event(home="home", device=door, entity=door, kind=CONTACT_OPENED, ingredients={}, reason=reason)
    return Entry(seq, f"{seq:032x}", 0, event)
