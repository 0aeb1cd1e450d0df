"""A simulated home on any MQTT broker: a front door, a bedside button and a hall light.

Knows MQTT and how such devices speak; nothing of who listens.
"""

import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from bridge.simulator.broker_link import BrokerLink
from bridge.simulator.light import LightState, obey
from bridge.simulator.records import Change
from bridge.simulator.steps import DoorMoved, LightObeyed, OnHomeStep, Pressed, ignore_step


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
class Furniture:
    """What stands in the home, and under which topics."""

    door: Door = field(default_factory=Door)
    button: Button = field(default_factory=Button)
    light: Light = field(default_factory=Light)


class SimulatedHome:
    """A door, a button and a light; `async with` it.

    On entering, and whenever the broker comes back, the light and a retaining door report their state.
    What is published while the broker is away is delivered when it returns, and only then returns to the caller.
    """

    def __init__(
        self,
        host: str,
        port: int = 1883,
        *,
        username: str | None = None,
        password: str | None = None,
        furniture: Furniture | None = None,
        on_step: OnHomeStep = ignore_step,
        connect_timeout_s: float = 10.0,
    ) -> None:
        self._furniture = furniture or Furniture()
        self._on_step = on_step
        self._connect_timeout_s = connect_timeout_s
        self._door_is_open = False
        self._light = LightState()
        self._light_change = Change()
        self._link = BrokerLink(
            host,
            port,
            topics=[self._furniture.light.command_topic],
            on_message=self._on_order,
            on_back=self._report_again,
            credentials=(username, password),
        )

    async def __aenter__(self) -> Self:
        await self._link.open(self._connect_timeout_s)
        try:
            for topic, payload in self._report():
                await self._link.publish(topic, payload, retain=True)
        except BaseException:
            await self._link.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._link.close()

    @property
    def light(self) -> LightState:
        """What the light is doing now."""
        return self._light

    @property
    def door_is_open(self) -> bool:
        """Whether the door stands open."""
        return self._door_is_open

    async def open_door(self) -> None:
        """Open the door; returns when the broker has acknowledged."""
        await self._move_door(is_open=True)

    async def close_door(self) -> None:
        """Close the door; returns when the broker has acknowledged."""
        await self._move_door(is_open=False)

    async def press(self, word: str) -> None:
        """Press the button; returns when the broker has acknowledged. ValueError for a word it does not know."""
        button = self._furniture.button
        if word not in button.words:
            raise ValueError(f"This button knows {', '.join(button.words)}, not {word!r}.")
        self._on_step(Pressed(time.perf_counter(), word))
        await self._link.publish(button.action_topic, word, retain=False)

    async def wait_for_light(self, *, on: bool, timeout_s: float = 10.0) -> None:
        """Return once the light is on, or off; TimeoutError when that takes too long."""
        what = f"the light to be {'on' if on else 'off'}"
        await self._light_change.wait_until(lambda: self._light.is_on == on, timeout_s=timeout_s, what=what)

    async def _move_door(self, *, is_open: bool) -> None:
        self._door_is_open = is_open
        self._on_step(DoorMoved(time.perf_counter(), is_open))
        door = self._furniture.door
        await self._link.publish(door.state_topic, self._door_word(), retain=door.retained)

    def _door_word(self) -> str:
        door = self._furniture.door
        return door.word_open if self._door_is_open else door.word_closed

    def _report(self) -> list[tuple[str, str]]:
        reports = [(self._furniture.light.state_topic, self._light.payload())]
        if self._furniture.door.retained:
            reports.append((self._furniture.door.state_topic, self._door_word()))
        return reports

    def _report_again(self) -> None:
        for topic, payload in self._report():
            self._link.send(topic, payload, retain=True)

    def _on_order(self, _topic: str, payload: bytes) -> None:
        light = obey(self._light, payload)
        if light is None:
            return
        self._light = light
        self._on_step(LightObeyed(time.perf_counter(), light.is_on, light.brightness))
        self._link.send(self._furniture.light.state_topic, light.payload(), retain=True)
        self._light_change.happened()
