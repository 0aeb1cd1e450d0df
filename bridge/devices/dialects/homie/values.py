"""How Homie properties say their values, and what is written to their `/set` topics."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bridge.commands import Command, Publication, Wish
from bridge.devices.dialects.color_spaces import from_hue, from_rgb, from_xy, hsv_of, rgb_of, xy_of
from bridge.devices.dialects.homie.model import Range
from bridge.devices.dialects.json_values import is_unknown, parse_text
from bridge.devices.dialects.words import press_word
from bridge.devices.dialects.written import number_word, read_number
from bridge.devices.reading import PressReading, StateReading
from bridge.errors import UnreadableMessage

EMPTY_TEXT: Final = "\x00"
"""How an empty text is written: an empty message would delete the retained one."""

_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class HomieWord:
    """A boolean or a choice of words. `meanings`: "" for words that say nothing. `orders`: the word for each wish."""

    topic: str
    meanings: Mapping[str, str] = field(hash=False)
    orders: Mapping[Wish, str] = field(default_factory=dict, hash=False)

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where its value is."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> StateReading | None:  # noqa: ARG002 -- there is only one topic
        """Return what the word means; words are exact."""
        word = _text(payload)
        if word is None:
            return None
        if word not in self.meanings:
            raise UnreadableMessage("not one of the described words")
        return StateReading(self.meanings[word]) if self.meanings[word] else None

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Say the word for a wish; nothing where it has none."""
        word = self.orders.get(command.wish)
        return () if word is None else (_order(self.topic, word),)


@dataclass(frozen=True, slots=True)
class HomieNumber:
    """A number. What is outside `limits` stands for "not known"."""

    topic: str
    limits: tuple[int, int] | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where its value is."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> StateReading | None:  # noqa: ARG002 -- there is only one topic
        """Return the number in its one spelling."""
        word = _text(payload)
        if word is None:
            return None
        number = read_number(word)
        if self.limits is not None and not self.limits[0] <= number <= self.limits[1]:
            return None
        return StateReading(number_word(number))

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a sensor takes no commands
        """Return nothing: nobody commands a sensor."""
        return ()


@dataclass(frozen=True, slots=True)
class HomiePress:
    """A moment: a value that is said once and not kept. Of a boolean only `true` is a press."""

    topic: str
    boolean: bool = False

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it is said."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> PressReading | None:  # noqa: ARG002 -- there is only one topic
        """Return the press."""
        word = _text(payload)
        if word is None:
            return None
        if self.boolean:
            if word not in ("true", "false"):
                raise UnreadableMessage("not one of the described words")
            return PressReading("single") if word == "true" else None
        press = press_word(word)
        if press is None:
            raise UnreadableMessage("not a press")
        return PressReading(press)

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a button takes no commands
        """Return nothing: nobody commands a button."""
        return ()


@dataclass(frozen=True, slots=True)
class HomieDimmer:
    """The brightness of a light, by its topic and its numbers."""

    topic: str
    range: Range


@dataclass(frozen=True, slots=True)
class HomieColor:
    """The colour of a light. `space`: rgb, hsv or xyz. `named`: written with the space in front (version 5)."""

    topic: str
    space: str
    named: bool

    def read(self, text: str) -> str | None:
        """Return the colour at full light. Raises UnreadableMessage."""
        parts = text.split(",")
        space = parts.pop(0) if self.named else self.space
        numbers = [float(read_number(part)) for part in parts[: _PARTS + 1]]
        match space, numbers:
            case "rgb", [_, _, _]:
                return from_rgb(numbers)
            case "hsv", [hue, saturation, value]:
                return from_hue(hue, saturation) if value > 0 else None
            case "xyz", [x, y]:
                return from_xy(x, y)
            case _:
                raise UnreadableMessage("not a colour")

    def write(self, color: str) -> str:
        """Return a colour as the device writes it."""
        numbers: tuple[float, ...] = {"rgb": rgb_of, "hsv": hsv_of}.get(self.space, xy_of)(color)
        written = ",".join(str(number) for number in numbers)
        return f"{self.space},{written}" if self.named else written


@dataclass(frozen=True, slots=True)
class HomieLight:
    """A light out of several properties. Without a switch of its own it is on when it shines at all."""

    power: HomieWord | None = None
    dimmer: HomieDimmer | None = None
    color: HomieColor | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where its values are."""
        return tuple(part.topic for part in (self.power, self.dimmer, self.color) if part is not None)

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return what one of its properties says."""
        if self.power is not None and topic == self.power.topic:
            return self.power.read(topic, payload)
        word = _text(payload)
        if word is None:
            return None
        if self.dimmer is not None and topic == self.dimmer.topic:
            percent = self.dimmer.range.percent(read_number(word))
            if percent is None:
                return None
            value = None if self.power is not None else ("on" if percent else "off")
            return StateReading(value, percent or None) if value or percent else None
        color = self.color.read(word) if self.color is not None and topic == self.color.topic else None
        return None if color is None else StateReading(color=color)

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Say how to shine first, then to be on: a light that is on already must not flash."""
        if command.wish not in (Wish.TURN_ON, Wish.TURN_OFF):
            return ()
        on = command.wish is Wish.TURN_ON and command.brightness != 0
        orders = []
        if on and command.color is not None and self.color is not None:
            orders.append(_order(self.color.topic, self.color.write(command.color)))
        if self.dimmer is not None:
            percent = command.brightness if on else 0
            if percent is None and self.power is None:
                percent = 100
            if percent is not None and (on or self.power is None):
                orders.append(_order(self.dimmer.topic, number_word(self.dimmer.range.number(percent))))
        if self.power is not None:
            word = self.power.orders.get(Wish.TURN_ON if on else Wish.TURN_OFF)
            orders += [] if word is None else [_order(self.power.topic, word)]
        return tuple(orders)


@dataclass(frozen=True, slots=True)
class HomieCover:
    """A cover out of several properties: what it does, where it is, and what takes orders."""

    state: HomieWord | None = None
    position: HomieDimmer | None = None
    orders: HomieWord | None = None
    positions_settable: bool = False

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where its values are."""
        return tuple(part.topic for part in (self.state, self.position) if part is not None)

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return what it does or where it is. Without a word for what it does, where it is tells open from closed."""
        if self.state is not None and topic == self.state.topic:
            return self.state.read(topic, payload)
        word = _text(payload)
        if word is None or self.position is None or topic != self.position.topic:
            return None
        percent = self.position.range.percent(read_number(word))
        if percent is None:
            return None
        value = None if self.state is not None else ("open" if percent else "closed")
        return StateReading(value, position=percent)

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Say what to do, or where to be."""
        wanted = {Wish.OPEN: 100, Wish.CLOSE: 0}.get(command.wish, command.position)
        if self.orders is not None and command.wish in self.orders.orders:
            return self.orders.write(command)
        can_be_told = self.position is not None and self.positions_settable and command.wish is not Wish.STOP
        if self.position is None or not can_be_told or wanted is None:
            return ()
        return (_order(self.position.topic, number_word(self.position.range.number(wanted))),)


def _text(payload: bytes) -> str | None:
    word = parse_text(payload)
    return None if word == EMPTY_TEXT or is_unknown(word) else word


def _order(topic: str, word: str) -> Publication:
    return Publication(f"{topic}/set", word.encode())
