"""A physical device, and one thing that it does. Knows nothing of messages beyond who can read and write them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bridge.commands import Command, Publication
from bridge.devices.reading import Reading


class EntityKind(StrEnum):
    """What an entity is for a person."""

    CONTACT = "contact"
    BUTTON = "button"
    LIGHT = "light"
    SWITCH = "switch"


class Dialect(Protocol):
    """How one entity speaks: both directions, topics included."""

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The exact topics to subscribe to."""
        ...

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Say what a message means; None when it means nothing. Raises UnreadableMessage and nothing else."""
        ...

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put a command into messages. The wish is absolute here: toggling was decided before."""
        ...


@dataclass(frozen=True, slots=True)
class Device:
    """A thing one can touch. `id` is permanent; `name` and `room` are labels."""

    id: str
    home: str
    name: str
    room: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """One ability of a device: a contact, a button, a light, a switch."""

    id: str
    device: Device
    kind: EntityKind
    dialect: Dialect

    @property
    def home(self) -> str:
        """The home that it belongs to."""
        return self.device.home
