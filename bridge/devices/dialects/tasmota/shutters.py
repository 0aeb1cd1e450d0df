"""Shutters and the fan of Tasmota."""

from collections.abc import Iterator
from dataclasses import dataclass

from bridge.commands import Command, Publication, Wish
from bridge.devices.covers import CLOSING, OPENING, STOPPED
from bridge.devices.described import DescribedEntity, Unserved
from bridge.devices.dialects.descriptions import object_in
from bridge.devices.dialects.json_numbers import float_in
from bridge.devices.dialects.tasmota.config import MAX_SHUTTERS, TasmotaConfig
from bridge.devices.dialects.tasmota.messages import body_of, reports_of
from bridge.devices.entity import EntityKind
from bridge.devices.reading import StateReading

SHUTTER = 3
_FULL = 100
_INVERTED = 1


@dataclass(frozen=True, slots=True)
class TasmotaShutter:
    """A shutter by its number, from 1. `inverted`: it counts from open to closed."""

    number: int
    reports: tuple[str, ...]
    command_prefix: str
    inverted: bool = False

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it reports."""
        return self.reports

    def read(self, topic: str, payload: bytes) -> StateReading | None:  # noqa: ARG002 -- the same on each
        """Return where it is and whether it moves; None for a report of something else."""
        if not payload:
            return None
        said = object_in(body_of(payload).get(f"Shutter{self.number}"))
        position, direction = float_in(said.get("Position")), float_in(said.get("Direction"))
        if position is not None and not 0 <= position <= _FULL:
            position = None
        if position is not None and self.inverted:
            position = _FULL - position
        value = None if direction is None else self._moving(direction)
        percent = None if position is None else round(position)
        return None if value is None and percent is None else StateReading(value, position=percent)

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put a wish into one message. Opening is opening for an inverted shutter too; only positions are turned round.

        The payload is the number of the shutter again: an empty one would be a question.
        """
        argument = self.number
        match command.wish:
            case Wish.OPEN:
                name = "ShutterOpen"
            case Wish.CLOSE:
                name = "ShutterClose"
            case Wish.STOP:
                name = "ShutterStop"
            case Wish.SET_POSITION if command.position is not None:
                name = "ShutterPosition"
                argument = _FULL - command.position if self.inverted else command.position
            case _:
                return ()
        return (Publication(f"{self.command_prefix}{name}{self.number}", str(argument).encode()),)

    def _moving(self, direction: float) -> str:
        if direction == 0:
            return STOPPED
        return OPENING if (direction > 0) != self.inverted else CLOSING


@dataclass(frozen=True, slots=True)
class TasmotaFan:
    """The fan of an iFan: it has three speeds, and is told the highest."""

    reports: tuple[str, ...]
    command_prefix: str

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it reports."""
        return self.reports

    def read(self, topic: str, payload: bytes) -> StateReading | None:  # noqa: ARG002 -- the same on each
        """Return whether it turns; None for a report of something else."""
        if not payload:
            return None
        speed = float_in(body_of(payload).get("FanSpeed"))
        return None if speed is None else StateReading("on" if speed else "off")

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Say how fast it turns."""
        speed = {Wish.TURN_ON: b"3", Wish.TURN_OFF: b"0"}.get(command.wish)
        return () if speed is None else (Publication(f"{self.command_prefix}FanSpeed", speed),)


def shutters_of(config: TasmotaConfig) -> Iterator[DescribedEntity | Unserved]:
    """Describe the shutters: each has two relays, one behind the other."""
    where = reports_of(config, *(f"Shutter{order}" for order in ("Open", "Close", "Stop", "Position")))
    topics = where.result + where.sensor
    relays, number, place = config.relays, 0, 0
    while place < len(relays) and number < MAX_SHUTTERS:
        if relays[place] != SHUTTER:
            place += 1
            continue
        if relays[place + 1 : place + 2] != (SHUTTER,):
            yield Unserved(f"Relay {place + 1}", "half a shutter: the relay behind it belongs to none")
            return
        inverted = number < len(config.shutter_options) and bool(config.shutter_options[number] & _INVERTED)
        number, place = number + 1, place + 2
        dialect = TasmotaShutter(number, topics, config.topics.command, inverted)
        yield DescribedEntity(f"shutter_{number}", EntityKind.COVER, dialect, f"Shutter {number}")


def fan_of(config: TasmotaConfig) -> Iterator[DescribedEntity]:
    """Describe the fan, if it has one: on is any speed."""
    if config.has_fan:
        where = reports_of(config, "FanSpeed")
        dialect = TasmotaFan(where.result + where.state, config.topics.command)
        yield DescribedEntity("fan", EntityKind.SWITCH, dialect, "Fan")
