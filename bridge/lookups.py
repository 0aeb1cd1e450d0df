"""What the endpoints and the notifiers look up each time, in the configuration that is in force just then.

Knows neither HTTP nor who asks.
"""

from dataclasses import dataclass

from bridge.commands import Command
from bridge.configured import broker_of, own_topics_of, publish_topics_of
from bridge.current import Current
from bridge.devices.last_known import LastKnown
from bridge.errors import TemporarilyUnavailable
from bridge.events import Event
from bridge.homes.sight import Sight
from bridge.homes.user import User
from bridge.ifttt.household import RealHousehold
from bridge.ifttt.identities import Identity
from bridge.mqtt.outbound import Order, Outbound


@dataclass(frozen=True, slots=True)
class Lookups:
    """Looks things up in what is in force and what is known."""

    current: Current
    known: LastKnown

    def household(self, user: User) -> RealHousehold:
        """Return what a user sees of their home."""
        now = self.current.now
        return RealHousehold(
            user.home,
            now.catalogue,
            self.known,
            self.sight(user),
            publish_topics_of(now.settings, user.home),
            own_topics_of(broker_of(now.settings)),
        )

    def sight(self, user: User) -> Sight:
        """Return which things a user sees, and since when."""
        return self.current.now.sights.of(user.home, user.id)

    def sees(self, identity: Identity, event: Event) -> bool:
        """Tell whether the user of an identity sees what an event is about."""
        return self.current.now.sights.of(event.home, identity.key.user).sees(event.entity)

    def everything(self) -> bool:
        """Tell whether a new identity is shown all there is."""
        return self.current.now.settings.ifttt.timeline_start == "everything"

    def by_user(self) -> bool:
        """Tell whether IFTTT is always told by user."""
        return self.current.now.settings.ifttt.notify == "user"


@dataclass(frozen=True, slots=True)
class CarryOut:
    """Finds the entity of a command and hands both over."""

    outbound: Outbound
    current: Current

    async def __call__(self, command: Command, *, user: str, request_id: str | None) -> str:
        """Carry a command out and return its id."""
        entity = self.current.now.catalogue.find(command.home, command.entity)
        if entity is None and command.publication is not None:
            return await self.outbound.carry_out(Order(command, None, user, request_id))
        if entity is None:
            raise TemporarilyUnavailable("The device has just been removed.")
        availability = self.current.now.catalogue.reach_of(entity.device.id)
        told_by = None if availability is None else availability.id
        return await self.outbound.carry_out(Order(command, entity, user, request_id, told_by))
