"""A sensor to test with, and the simplest way to say a number."""

from dataclasses import dataclass, replace

from bridge.commands import Command, Publication
from bridge.devices.entity import Entity, EntityKind
from bridge.devices.reading import Reading, StateReading
from tests.unit.devices.examples import entity


@dataclass(frozen=True)
class BareNumber:
    """The payload is the number."""

    topic: str

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The one topic."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Take the payload for the number."""
        del topic
        return StateReading(payload.decode())

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Do nothing: a sensor takes no orders."""
        del command
        return ()


def thermometer(identity: str = "thermometer", *, home: str = "home") -> Entity:
    dialect = BareNumber(f"{home}/{identity}")
    return replace(entity(EntityKind.SENSOR, dialect, identity=identity, name="Thermometer", home=home), unit="°C")
