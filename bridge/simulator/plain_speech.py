"""Devices that speak for themselves, in single words and JSON, on topics that somebody chose. They announce nothing."""

from dataclasses import dataclass, field

from bridge.simulator.light import LightState
from bridge.simulator.speech import Message


@dataclass(frozen=True, slots=True)
class Door:
    """A contact on a door. Real ones mostly retain their state; some do not."""

    state_topic: str = "home/front-door/state"
    retained: bool = True
    word_open: str = "open"
    word_closed: str = "closed"


@dataclass(frozen=True, slots=True)
class Button:
    """A button; a press is never retained, else it would be pressed again at every reconnection."""

    action_topic: str = "home/bedside-button/action"
    words: tuple[str, ...] = ("single", "double", "triple", "long")


@dataclass(frozen=True, slots=True)
class Light:
    """A light that reports itself retained and takes orders."""

    state_topic: str = "home/hall-light/state"
    command_topic: str = "home/hall-light/set"


@dataclass(frozen=True, slots=True)
class PlainSpeech:
    """The three devices, each with its topics."""

    of_door: Door = field(default_factory=Door)
    of_button: Button = field(default_factory=Button)
    of_light: Light = field(default_factory=Light)

    @property
    def words(self) -> tuple[str, ...]:
        """Which presses the button knows."""
        return self.of_button.words

    @property
    def order_topic(self) -> str:
        """Where the light takes orders."""
        return self.of_light.command_topic

    @property
    def farewell(self) -> Message | None:
        """Nothing."""
        return None

    def introduction(self) -> tuple[Message, ...]:
        """Return nothing: the bridge is told of them by hand."""
        return ()

    def report(self, light: LightState, *, door_is_open: bool) -> tuple[Message, ...]:
        """Return the light, and a retaining door."""
        door = (self.door(is_open=door_is_open),) if self.of_door.retained else ()
        return (self.light(light), *door)

    def door(self, *, is_open: bool) -> Message:
        """Return its word."""
        door = self.of_door
        return Message(door.state_topic, door.word_open if is_open else door.word_closed, door.retained)

    def press(self, word: str) -> Message:
        """Return the bare press."""
        return Message(self.of_button.action_topic, word, retained=False)

    def light(self, light: LightState) -> Message:
        """Return its state as JSON."""
        return Message(self.of_light.state_topic, light.payload(), retained=True)
