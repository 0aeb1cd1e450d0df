"""Blinds, curtains, garage doors. The word for their state, a position, and whichever way they tell that they move.

The word (OPEN, CLOSE) is what the cover really is. With the option `invert_cover` the position counts the other way
round, 0 for open, and no description says so: at the ends word and position contradict each other, and the word counts.
In between nobody can tell, so there the position is taken as it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bridge.commands import Command, Publication, Wish
from bridge.devices.covers import CLOSED, CLOSING, OPEN, OPENING
from bridge.devices.dialects.json_numbers import float_in
from bridge.devices.dialects.json_values import is_unknown
from bridge.devices.dialects.zigbee2mqtt.channel import Channel
from bridge.devices.reading import StateReading
from bridge.errors import UnreadableMessage

_FULL: Final = 100
_OPENING: Final = frozenset({"opening", "open", "forward", "up", "rising"})
_CLOSING: Final = frozenset({"closing", "close", "backward", "back", "reverse", "down", "declining"})
_WORDS: Final = {"OPEN": OPEN, "CLOSE": CLOSED, "STOP": "stopped"}
_ORDERS: Final = {Wish.OPEN: "OPEN", Wish.CLOSE: "CLOSE", Wish.STOP: "STOP"}
_ENDS: Final = {0: "CLOSE", _FULL: "OPEN"}


@dataclass(frozen=True, slots=True)
class Cover:
    """A cover. `position`, `motion` (which way it goes), `running` (whether it goes): properties, "" for none."""

    channel: Channel
    key: str
    position: str = ""
    motion: str = ""
    running: str = ""
    settable: bool = True

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it is told."""
        return self.channel.topics

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return what it does and where it is, as far as a message says."""
        said = self.channel.said(topic, payload)
        told = float_in(said.get(self.position))
        position = _percent(told)
        word = _word(said.get(self.key), certain=position is not None)
        contradicted = position in (0, _FULL) and word == (CLOSED if position else OPEN)
        moving = self._moving(said, None if contradicted else position)
        if moving is not None:  # and what contradicts it may be an order that is only being carried out
            at = None if contradicted else position
            return StateReading(moving or None, position=at) if moving or at is not None else None
        if contradicted and position is not None:
            position = _FULL - position  # inverted
        if position is not None and (word not in (OPEN, CLOSED) or 0 < position < _FULL):
            word = OPEN if position else CLOSED
        return None if word is None else StateReading(word, position=position)

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put a wish into one message; nothing where the cover cannot do it. The ends are told by their words."""
        if not self.settable:
            return ()
        if command.wish is Wish.SET_POSITION and command.position is not None:
            word = _ENDS.get(command.position)
            if word is None:
                return self.channel.order({self.position: command.position}) if self.position else ()
        else:
            word = _ORDERS.get(command.wish)
        return () if word is None else self.channel.order({self.key: word})

    def _moving(self, said: Mapping[str, object], position: int | None) -> str | None:
        """Return which way it goes, "" if it goes and does not say where, None if it stands still or does not tell."""
        motion = said.get(self.motion)
        if isinstance(motion, str):
            way = motion.casefold()
            if way in _OPENING or way in _CLOSING:
                return OPENING if way in _OPENING else CLOSING
        if said.get(self.running) is True:
            return {0: OPENING, _FULL: CLOSING}.get(-1 if position is None else position, "")
        return None


def _percent(number: float | None) -> int | None:
    if number is None or not 0 <= number <= _FULL:
        return None
    return 0 if number == 0 else max(1, round(number))


def _word(value: object, *, certain: bool) -> str | None:
    """Return what the word for the state means. An odd one is no matter where the position is `certain`."""
    if value is None or (isinstance(value, str) and is_unknown(value)):
        return None
    word = _WORDS.get(value) if isinstance(value, str) else None
    if word is None and not certain:
        raise UnreadableMessage("not one of the described values")
    return word
