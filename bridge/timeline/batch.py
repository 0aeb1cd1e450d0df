"""Everything that one transaction writes about what has happened. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from bridge.devices.crossings import Measured
from bridge.devices.deadlines import DeadlineChanges
from bridge.devices.described import PartKey
from bridge.devices.last_known import EntityState
from bridge.timeline.entry import Entry


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """A QoS 1 message that has been taken: `slot` in the ring of remembered ones, packet id, digest of the content."""

    slot: int
    number: int
    packet_id: int
    digest: str


class ToldMove(msgspec.Struct, frozen=True, gc=False):
    """Everything up to `told_seq` that concerns an identity has been told to IFTTT."""

    client: str
    user: str
    identity: str
    told_seq: int


@dataclass(frozen=True, slots=True)
class Batch:
    """One unit of work. `forget_deliveries`: the broker has a new session, so packet ids start anew.

    `descriptions`: the parts to keep, None where one is to be deleted.
    """

    entries: tuple[Entry, ...] = ()
    states: Mapping[str, EntityState] = field(default_factory=dict)
    deliveries: tuple[Delivery, ...] = ()
    forget_deliveries: bool = False
    told: tuple[ToldMove, ...] = ()
    deadlines: DeadlineChanges = field(default_factory=dict)
    readings: tuple[Measured, ...] = ()
    descriptions: Mapping[PartKey, bytes | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        happened = self.entries or self.states or self.deadlines or self.readings or self.descriptions
        return bool(happened or self.deliveries or self.forget_deliveries or self.told)
