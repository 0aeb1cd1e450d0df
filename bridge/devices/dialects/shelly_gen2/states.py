"""How components say their states, and the calls that change them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from bridge.commands import Command, Publication, Wish
from bridge.devices.covers import CLOSED, CLOSING, OPEN, OPENING, STOPPED
from bridge.devices.dialects.color_spaces import from_rgb, rgb_of
from bridge.devices.dialects.descriptions import list_in
from bridge.devices.dialects.json_numbers import Path, at_path, float_in, number_reading, percent_in
from bridge.devices.dialects.shelly_gen2.messages import Place
from bridge.devices.dialects.written import number_word
from bridge.devices.reading import StateReading

_COVER: Final = {"open": OPEN, "closed": CLOSED, "opening": OPENING, "closing": CLOSING, "stopped": STOPPED}
_COVER_CALLS: Final = {Wish.OPEN: "Cover.Open", Wish.CLOSE: "Cover.Close", Wish.STOP: "Cover.Stop"}
_METHODS: Final = {"light": "Light", "rgb": "RGB", "rgbw": "RGBW", "cct": "CCT", "rgbcct": "RGBCCT"}
_FULL: Final = 100
_COLDEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class RpcSwitch:
    """A switch: on or off is its `output`."""

    place: Place

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where its status is told."""
        return self.place.topics

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return on or off; None for a change of something else."""
        said = self.place.said(topic, payload)
        output = None if said is None else said.get("output")
        return StateReading("on" if output else "off") if isinstance(output, bool) else None

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Call it to be on or off."""
        if command.wish not in (Wish.TURN_ON, Wish.TURN_OFF):
            return ()
        return self.place.call("Switch.Set", on=command.wish is Wish.TURN_ON)


@dataclass(frozen=True, slots=True)
class RpcLight:
    """A light of any sort; what it can do besides on and off it was described with."""

    place: Place
    dimmable: bool = True
    color: bool = False
    color_temp: bool = False

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where its status is told."""
        return self.place.topics

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return on or off and how it shines, as far as a message says so."""
        said = self.place.said(topic, payload)
        if said is None:
            return None
        output = said.get("output")
        value = ("on" if output else "off") if isinstance(output, bool) else None
        mode = said.get("mode")
        parts = [float_in(part) for part in list_in(said.get("rgb"), 4)] if self.color and mode != "cct" else []
        color = from_rgb([part for part in parts if part is not None])
        kelvin = float_in(said.get("ct")) if self.color_temp and mode != "rgb" else None
        color_temp = round(kelvin) if kelvin is not None and 0 < kelvin <= _COLDEST else None
        brightness = percent_in(said.get("brightness")) if self.dimmable else None
        if value is None and brightness is None and color is None and color_temp is None:
            return None
        return StateReading(value, brightness, color=color, color_temp=color_temp)

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Call it to be on or off, and say how to shine."""
        if command.wish not in (Wish.TURN_ON, Wish.TURN_OFF):
            return ()
        on = command.wish is Wish.TURN_ON and command.brightness != 0
        params: dict[str, object] = {"on": on}
        if on and command.brightness is not None and self.dimmable:
            params["brightness"] = command.brightness
        if on and command.color is not None and self.color:
            params["rgb"] = list(rgb_of(command.color))
        return self.place.call(f"{_METHODS.get(self.place.sort, 'Light')}.Set", **params)


@dataclass(frozen=True, slots=True)
class RpcCover:
    """A cover. One that was not calibrated knows no positions."""

    place: Place
    positions: bool = False

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where its status is told."""
        return self.place.topics

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return what it does and where it is, as far as a message says so; nothing while it calibrates itself."""
        said = self.place.said(topic, payload)
        if said is None:
            return None
        state = said.get("state")
        value = _COVER.get(state) if isinstance(state, str) else None
        number = float_in(said.get("current_pos"))
        position = round(number) if number is not None and 0 <= number <= _FULL else None
        return None if value is None and position is None else StateReading(value, position=position)

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Call it to move or to stop. The ends it finds without being calibrated."""
        method = _COVER_CALLS.get(command.wish)
        if method is not None:
            return self.place.call(method)
        if command.wish is not Wish.SET_POSITION or command.position is None:
            return ()
        if self.positions:
            return self.place.call("Cover.GoToPosition", pos=command.position)
        ends = {0: "Cover.Close", _FULL: "Cover.Open"}
        return self.place.call(ends[command.position]) if command.position in ends else ()


@dataclass(frozen=True, slots=True)
class RpcFlag:
    """A true or false, or a number that is true when it is not nothing. `meanings`: of on and off for its kind."""

    place: Place
    key: str
    meanings: Mapping[str, str] = field(hash=False)

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where its status is told."""
        return self.place.topics

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return what it means; None for a change of something else, and for what is not known."""
        said = self.place.said(topic, payload)
        value = None if said is None else said.get(self.key)
        if not isinstance(value, bool | int):
            return None
        return StateReading(self.meanings["on" if value else "off"])

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a sensor takes no commands
        """Return nothing: nobody commands a sensor."""
        return ()


@dataclass(frozen=True, slots=True)
class RpcNumber:
    """A number, in units of `1 / divisor`."""

    place: Place
    path: Path
    divisor: int = 1
    limits: tuple[int, int] | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where its status is told."""
        return self.place.topics

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return the number in its one spelling; None for a change of something else, and for what is not known."""
        said = self.place.said(topic, payload)
        value = None if said is None else at_path(said, self.path)
        reading = None if value is None else number_reading(value, self.limits)
        if reading is None or reading.value is None or self.divisor == 1:
            return reading
        return StateReading(number_word(round(Decimal(reading.value) / self.divisor, 6)))

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a sensor takes no commands
        """Return nothing: nobody commands a sensor."""
        return ()
