"""What a home's devices say: messages, and who puts them. Knows neither a broker nor any way of speaking."""

from dataclasses import dataclass
from typing import Protocol

from bridge.simulator.light import LightState


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is published."""

    topic: str
    payload: str
    retained: bool


class Speech(Protocol):
    """How a door, a button and a light speak, themselves or through a gateway."""

    @property
    def words(self) -> tuple[str, ...]:
        """Which presses the button knows."""
        ...

    @property
    def order_topic(self) -> str:
        """Where the light takes orders."""
        ...

    @property
    def farewell(self) -> Message | None:
        """What is said when the home leaves its broker, by itself or not; None: nothing."""
        ...

    def introduction(self) -> tuple[Message, ...]:
        """Return what is said on coming to a broker, before any state."""
        ...

    def report(self, light: LightState, *, door_is_open: bool) -> tuple[Message, ...]:
        """Return how everything is that says so unasked."""
        ...

    def door(self, *, is_open: bool) -> Message:
        """Return what a door says that has moved."""
        ...

    def press(self, word: str) -> Message:
        """Return what a button says that was pressed."""
        ...

    def light(self, light: LightState) -> Message:
        """Return what a light says that has obeyed."""
        ...
