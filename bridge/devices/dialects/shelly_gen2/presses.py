"""How components tell of presses: with the time at which the device says that they happened."""

from dataclasses import dataclass
from typing import Final

from bridge.commands import Command, Publication
from bridge.devices.dialects.descriptions import exact_in, list_in, object_in
from bridge.devices.dialects.json_numbers import float_in
from bridge.devices.dialects.json_values import parse_object
from bridge.devices.dialects.shelly_gen2.messages import EVENTS, Place
from bridge.devices.dialects.words import press_word
from bridge.devices.reading import PressReading

MAX_EVENTS: Final = 32
_CLOCK_SET: Final = 1_000_000_000
"""Seconds since 1970: a clock that says less was not set yet, and says the same again after each start."""

_HOUSEHOLD: Final = frozenset({"config_changed", "component_added", "component_removed", "discovery_done"})
"""What is told of components as events and is no press."""


@dataclass(frozen=True, slots=True)
class RpcPresses:
    """The presses of a component."""

    place: Place

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where events are told."""
        return (f"{self.place.prefix}{EVENTS}",)

    def read(self, topic: str, payload: bytes) -> PressReading | None:  # noqa: ARG002 -- there is only one topic
        """Return the last press of this component that a message tells of."""
        if not payload:
            return None
        presses = [press for component, press in presses_in(parse_object(payload)) if component == self.place.name]
        return presses[-1] if presses else None

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a button takes no commands
        """Return nothing: nobody commands a button."""
        return ()


def presses_in(parsed: dict[str, object]) -> list[tuple[str, PressReading]]:
    """Return the presses that a message tells of, with the names of their components."""
    if parsed.get("method") != "NotifyEvent":
        return []
    found = []
    for event in list_in(object_in(parsed.get("params")).get("events"), MAX_EVENTS):
        said = object_in(event)
        component, written = exact_in(said.get("component")), exact_in(said.get("event"))
        word = press_word(written) if written and written not in _HOUSEHOLD else None
        if word is not None:
            found.append((component, _press(word, float_in(said.get("ts")))))
    return found


def _press(word: str, time_s: float | None) -> PressReading:
    if time_s is None or time_s < _CLOCK_SET:
        return PressReading(word)
    return PressReading(word, device_time_ms=round(time_s * 1000), stamp=f"{word}@{time_s:.3f}")
