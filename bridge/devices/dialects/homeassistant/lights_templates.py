"""Lights whose every message is made and read by templates, on one topic each way."""

from dataclasses import dataclass

from bridge.commands import Command, Publication, Wish
from bridge.devices.dialects.color_spaces import from_rgb, hsv_of, rgb_of
from bridge.devices.dialects.homeassistant.orders import Messages
from bridge.devices.dialects.homeassistant.shades import from_percent, to_kelvin, to_percent
from bridge.devices.dialects.json_values import is_unknown
from bridge.devices.dialects.written import read_number
from bridge.devices.reading import Reading, StateReading
from bridge.devices.templates.template import Template
from bridge.errors import UnreadableMessage

FULL = 255
"""The scale of brightness is always this one here."""


@dataclass(frozen=True, slots=True)
class TemplateLight:
    """A light. `colors`: the templates for red, green and blue, or none. `in_kelvin`: its colour temperature is."""

    state_topic: str | None
    command_topic: str
    turned_on: Template
    turned_off: Template
    state: Template | None = None
    brightness: Template | None = None
    colors: tuple[Template, ...] = ()
    temperature: Template | None = None
    in_kelvin: bool = False

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topic it speaks on, if it does."""
        return () if self.state_topic is None else (self.state_topic,)

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Return what a message says of the light; None where that is nothing."""
        if topic != self.state_topic or not payload:
            return None
        brightness, kelvin = _number(self.brightness, payload), _number(self.temperature, payload)
        reading = StateReading(
            self._value(payload),
            None if brightness is None else to_percent(brightness, FULL),
            None,
            self._color(payload),
            None if kelvin is None else to_kelvin(kelvin, in_kelvin=self.in_kelvin),
        )
        return None if reading == StateReading() else reading

    def write(self, command: Command) -> Messages:
        """Put a wish into one message; nothing where the template fails."""
        match command.wish:
            case Wish.TURN_ON if command.brightness != 0:
                return self._message(self.turned_on, self._variables(command))
            case Wish.TURN_ON | Wish.TURN_OFF:
                return self._message(self.turned_off, {"state": False})
            case _:
                return ()

    def _message(self, template: Template, variables: dict[str, object]) -> Messages:
        try:
            return (Publication(self.command_topic, template.fill(variables).encode()),)
        except UnreadableMessage:
            return ()

    def _variables(self, command: Command) -> dict[str, object]:
        variables: dict[str, object] = {"state": True}
        if command.brightness is not None and self.brightness is not None:
            variables["brightness"] = from_percent(command.brightness, FULL)
        if command.color is not None and self.colors:
            variables |= dict(zip(("red", "green", "blue"), rgb_of(command.color), strict=True))
            variables |= dict(zip(("hue", "sat"), hsv_of(command.color)[:2], strict=True))
        return variables

    def _value(self, payload: bytes) -> str | None:
        text = "" if self.state is None else self.state.render(payload)
        if is_unknown(text):
            return None
        if text not in ("on", "off"):
            raise UnreadableMessage("neither on nor off")
        return text

    def _color(self, payload: bytes) -> str | None:
        numbers = [_number(template, payload) for template in self.colors]
        known = [number for number in numbers if number is not None]
        return from_rgb(known) if known and len(known) == len(numbers) else None


def _number(template: Template | None, payload: bytes) -> float | None:
    text = "" if template is None else template.render(payload)
    return None if is_unknown(text) else float(read_number(text))
