"""Entities that live in time, behind gateways too: what the tests of habits stand on."""

from dataclasses import replace
from typing import Any

from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Device, Entity, EntityKind, Habits
from bridge.devices.last_known import EntityState, LastKnown
from bridge.events import NotOffered
from bridge.mqtt.interpreter import Listening
from bridge.mqtt.message import Due
from tests.fakes.conventions import FakeDialect
from tests.unit.mqtt.examples import Taken, message

NOON_MS = 1_770_000_000_000
HUB = "hub"


def of(kind: EntityKind, *topics: str, identity: str = "it", gateway: str = "", **more: Any) -> Entity:  # noqa: ANN401 -- as an Entity has it
    device = Device(f"{identity}-device", "home", identity, gateway=gateway)
    return Entity(identity, device, kind, FakeDialect(topics or (identity,)), **more)


def motion(after_s: float = 30, kind: EntityKind = EntityKind.MOTION, **more: Any) -> Entity:  # noqa: ANN401 -- the same
    return of(kind, habits=Habits(off_after_s=after_s), **more)


def expiring(kind: EntityKind = EntityKind.CONTACT) -> Entity:
    return of(kind, habits=Habits(expires_after_s=60))


def gateway(*behind: Entity) -> list[Entity]:
    hub = of(EntityKind.AVAILABILITY, "hub/state", identity=HUB, habits=Habits(leads=True))
    return [*(replace(each, device=replace(each.device, gateway=HUB)) for each in behind), hub]


class Home(Taken):
    """Entities whose timer comes when something is due, as in a daemon."""

    def __init__(self, *entities: Entity) -> None:
        super().__init__(catalogue=Catalogue(entities), now_ms=NOON_MS)

    def hear(self, what: str, *, on: str = "it", after_s: float = 0, retained: bool = False) -> None:
        """Let time pass, then take a message in: the inside of a JSON object."""
        self.wait(after_s)
        self.commit(message(on, f"{{{what}}}".encode(), qos=0, retained=retained))

    def wait(self, seconds: float) -> None:
        """Let time pass; the timer comes at each moment at which something is due."""
        end_ms = self.now_ms + round(seconds * 1000)
        while (due_ms := self.due_ms) is not None and due_ms <= end_ms:
            self.now_ms = max(self.now_ms, due_ms)
            self.commit(Due(live=True))
        self.now_ms = end_ms

    def restart(self) -> None:
        """Forget everything but what is on disk."""
        self.known = LastKnown({entity: self.known.of(entity) for entity in self.known})
        self.listening = Listening()

    @property
    def due_ms(self) -> int | None:
        """When something is due next."""
        return self.interpreter.next_due_ms(self.now_ms)

    @property
    def told(self) -> list[tuple[str, NotOffered | None]]:
        """What happened, and why it is not offered."""
        return [(entry.event.kind, entry.event.reason) for entry in self.entries]

    @property
    def it(self) -> EntityState:
        """What is known of the one entity."""
        return self.known.of("it")


ON, OFF = '"value":"on"', '"value":"off"'
OPEN, CLOSED = '"value":"open"', '"value":"closed"'
HOLD, RELEASE, SINGLE = '"press":"long"', '"press":"long_release"', '"press":"single"'
ONLINE, OFFLINE = '"online":true', '"online":false'
