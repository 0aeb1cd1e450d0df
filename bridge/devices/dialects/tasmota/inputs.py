"""Switches and buttons of Tasmota that are inputs: what they follow, and how they are pressed.

A switch is what its mode makes of it: something that is on or off, something that is pressed, or both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from bridge.commands import Command, Publication
from bridge.devices.described import DescribedEntity
from bridge.devices.dialects.descriptions import object_in, text_in
from bridge.devices.dialects.tasmota.config import StateWords, TasmotaConfig
from bridge.devices.dialects.tasmota.messages import body_of, reports_of
from bridge.devices.dialects.words import press_word
from bridge.devices.entity import EntityKind
from bridge.devices.reading import PressReading, StateReading

_FOLLOWING: Final = frozenset({1, 2, 3, 4, 5, 6, 9, 10, 15, 16})
_PUSHED_ON: Final = frozenset({13, 14})
_SINGLE: Final = frozenset({0, 3, 4, 5, 6, 7, 8, 11, 12})
_LONG: Final = frozenset({5, 6})
_DOUBLE: Final = frozenset({8, 9, 10})
_PUSH_LASTS_S: Final = 1.0
_SWAPPED: Final = {"SINGLE": "double", "DOUBLE": "single"}


@dataclass(frozen=True, slots=True)
class TasmotaSwitch:
    """A switch that is on or off. `key`: how it is called in reports; `meanings`: of on and off for its kind."""

    key: str
    topics: tuple[str, ...]
    words: StateWords
    meanings: Mapping[str, str] = field(hash=False)

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it reports."""
        return self.topics

    def read(self, topic: str, payload: bytes) -> StateReading | None:  # noqa: ARG002 -- the same on each
        """Return what it is; None for a report of something else, and for a press."""
        if not payload:
            return None
        said = body_of(payload).get(self.key)
        word = said.get("Action") if isinstance(said, dict) else said
        meaning = self.words.meaning(word)
        return None if meaning is None else StateReading(self.meanings[meaning])

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- an input takes no commands
        """Return nothing: nobody commands an input."""
        return ()


@dataclass(frozen=True, slots=True)
class TasmotaPresses:
    """A switch or a button that is pressed. `presses`: our words by those of the device; others by their own name."""

    key: str
    topics: tuple[str, ...]
    presses: Mapping[str, str] = field(default_factory=dict, hash=False)
    others: bool = True

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where presses are told: never where states are repeated."""
        return self.topics

    def read(self, topic: str, payload: bytes) -> PressReading | None:  # noqa: ARG002 -- the same on each
        """Return the press; None for a message about something else."""
        if not payload:
            return None
        word = object_in(body_of(payload).get(self.key)).get("Action")
        if not isinstance(word, str) or not word:
            return None
        press = self.presses.get(word) or (press_word(word) if self.others else None)
        return None if press is None else PressReading(press)

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a button takes no commands
        """Return nothing: nobody commands a button."""
        return ()


def switches_of(config: TasmotaConfig) -> Iterator[DescribedEntity]:
    """Describe the switches by their modes. What one stands for, a door or a tap, is for a person to say."""
    for number, mode in enumerate(config.switch_modes):
        given = config.switch_names[number] if number < len(config.switch_names) else ""
        key, name = given or f"Switch{number + 1}", text_in(given) or f"Switch {number + 1}"
        if mode in _FOLLOWING or mode in _PUSHED_ON:
            yield _state(config, number, key, name)
        presses = _presses(config.words, mode)
        if presses:
            where = reports_of(config, f"Switch{number + 1}")
            dialect = TasmotaPresses(key, where.result, presses, others=False)
            yield DescribedEntity(f"switch_{number + 1}.press", EntityKind.BUTTON, dialect, f"{name} pressed")


def switch_keys(config: TasmotaConfig) -> frozenset[str]:
    """Return how switches are called in reports of sensors: they are no sensors."""
    return frozenset(config.switch_names) | {f"Switch{number + 1}" for number in range(len(config.switch_modes))}


def buttons_of(config: TasmotaConfig) -> Iterator[DescribedEntity]:
    """Describe the buttons, if they tell of presses at all (SetOption73)."""
    if "73" not in config.options:
        return
    swapped = _SWAPPED if "11" in config.options and "13" not in config.options else {}
    for number, is_used in enumerate(config.buttons):
        if is_used:
            where = reports_of(config, f"Button{number + 1}")
            dialect = TasmotaPresses(f"Button{number + 1}", where.result, swapped)
            yield DescribedEntity(f"button_{number + 1}", EntityKind.BUTTON, dialect, f"Button {number + 1}")


def _state(config: TasmotaConfig, number: int, key: str, name: str) -> DescribedEntity:
    """Describe a switch that is on or off. One that is pushed on, such as a motion sensor, never says off."""
    where = reports_of(config, f"Switch{number + 1}")
    is_pushed = config.switch_modes[number] in _PUSHED_ON
    kind = EntityKind.MOTION if is_pushed else EntityKind.CONTACT
    meanings = {"on": "on", "off": "off"} if is_pushed else {"on": "open", "off": "closed"}
    topics = where.result if is_pushed else where.result + where.sensor
    return DescribedEntity(
        id=f"switch_{number + 1}",
        kind=kind,
        dialect=TasmotaSwitch(key, topics, config.words, meanings),
        name=name,
        certain=False,
        off_after_s=_PUSH_LASTS_S if is_pushed else None,
    )


def _presses(words: StateWords, mode: int) -> dict[str, str]:
    presses = {words.toggle: "single"} if mode in _SINGLE else {}
    if mode in _LONG:
        presses[words.hold] = "long"
    if mode in _DOUBLE:
        presses[words.hold] = "double"
    return presses
