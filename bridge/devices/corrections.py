"""What a person may say that something is, where its device does not know: an input is a door, a relay is a lamp.

A correction changes words, never what is asked of the device. Knows neither storage nor who corrects.
"""

from dataclasses import dataclass, replace
from typing import Final

from msgspec import structs

from bridge.commands import Command, Publication, Wish
from bridge.devices.entity import ALARMS, Dialect, EntityKind
from bridge.devices.reading import Reading, StateReading
from bridge.errors import CorrectionRefused

_ON_OFF: Final = ("on", "off")
_WORDS: Final = {
    EntityKind.CONTACT: ("open", "closed"),
    EntityKind.SWITCH: _ON_OFF,
    EntityKind.LIGHT: _ON_OFF,
    EntityKind.MOTION: _ON_OFF,
    **dict.fromkeys(ALARMS, _ON_OFF),
}
"""The two words of each kind that has two, in the same order."""

_HEARD: Final = (EntityKind.CONTACT, EntityKind.MOTION, *ALARMS)
_POSSIBLE: Final = {
    EntityKind.SWITCH: (*_HEARD, EntityKind.LIGHT),
    EntityKind.LIGHT: (EntityKind.SWITCH,),
    **{kind: (*(other for other in _HEARD if other is not kind), EntityKind.SWITCH) for kind in _HEARD},
    EntityKind.SENSOR: (EntityKind.BATTERY,),
    EntityKind.BATTERY: (EntityKind.SENSOR,),
}
_PERCENT: Final = "%"
_NAMES: Final = {
    EntityKind.CONTACT: "contact (a door or a window)",
    EntityKind.CO: "co (carbon monoxide)",
}


@dataclass(frozen=True, slots=True)
class Corrected:
    """A dialect whose words mean those of another kind. `words`: by the word of the dialect, that of the kind."""

    dialect: Dialect
    words: tuple[tuple[str, str], ...]
    dims: bool = True

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where the device speaks."""
        return self.dialect.state_topics

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Return what a message means for the kind that it was made."""
        reading = self.dialect.read(topic, payload)
        if not isinstance(reading, StateReading):
            return reading
        value = reading.value
        for word, meaning in self.words:
            if value == word:
                value = meaning
        return reading if value == reading.value else structs.replace(reading, value=value)

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put a command into the messages of the kind that the device thinks it is."""
        if self.dims or command.wish not in (Wish.TURN_ON, Wish.TURN_OFF):
            return self.dialect.write(command)
        wish = Wish.TURN_OFF if command.brightness == 0 else command.wish
        return self.dialect.write(replace(command, wish=wish, brightness=None, color=None))


def possible_kinds(kind: EntityKind, unit: str = "") -> tuple[EntityKind, ...]:
    """Return what something may be made that was described as a kind, and with a unit."""
    if kind is EntityKind.SENSOR and unit != _PERCENT:
        return ()
    return _POSSIBLE.get(kind, ())


def check_correction(what: str, kind: EntityKind, wanted: EntityKind, unit: str = "") -> None:
    """Raise CorrectionRefused unless something of a kind may be made another. `what`: as a person calls it."""
    possible = possible_kinds(kind, unit)
    if wanted is kind or wanted in possible:
        return
    if not possible:
        raise CorrectionRefused(f"{what} is a {kind}, and cannot be made anything else")
    named = ", ".join(_NAMES.get(each, each.value) for each in possible)
    raise CorrectionRefused(f"{what} is described as a {kind}: it cannot be made a {wanted}, but one of {named}")


def corrected(dialect: Dialect, kind: EntityKind, wanted: EntityKind) -> Dialect:
    """Return a dialect as another kind speaks it: the same one where they have the same words."""
    before, after = _WORDS.get(kind), _WORDS.get(wanted)
    words = () if before is None or after is None or before == after else tuple(zip(before, after, strict=True))
    dims = EntityKind.LIGHT not in (kind, wanted) or kind is wanted
    return dialect if dims and not words else Corrected(dialect, words, dims)
