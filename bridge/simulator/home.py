"""A simulated home on any MQTT broker: a front door, a bedside button and a hall light.

Knows what happens in the home, not how its devices put it, and nothing of who listens.
"""

import time
from types import TracebackType
from typing import Self

from bridge.simulator.broker_link import BrokerLink
from bridge.simulator.light import LightState, obey
from bridge.simulator.plain_speech import PlainSpeech
from bridge.simulator.records import Change
from bridge.simulator.speech import Message, Speech
from bridge.simulator.steps import DoorMoved, LightObeyed, OnHomeStep, Pressed, ignore_step


class SimulatedHome:
    """A door, a button and a light; `async with` it.

    On entering, and whenever the broker comes back, the devices announce themselves and report, as far as they do so.
    What is published while the broker is away is delivered when it returns, and only then returns to the caller.
    """

    def __init__(
        self,
        host: str,
        port: int = 1883,
        *,
        username: str | None = None,
        password: str | None = None,
        speech: Speech | None = None,
        on_step: OnHomeStep = ignore_step,
        connect_timeout_s: float = 10.0,
    ) -> None:
        self._speech: Speech = speech or PlainSpeech()
        self._on_step = on_step
        self._connect_timeout_s = connect_timeout_s
        self._door_is_open = False
        self._light = LightState()
        self._light_change = Change()
        self._link = BrokerLink(
            host,
            port,
            topics=[self._speech.order_topic],
            on_message=self._on_order,
            on_back=self._come_back,
            credentials=(username, password),
            will=self._speech.farewell,
        )

    async def __aenter__(self) -> Self:
        await self._link.open(self._connect_timeout_s)
        try:
            for message in (*self._speech.introduction(), *self._report()):
                await self._link.publish(message)
        except BaseException:
            await self._link.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        farewell = self._speech.farewell
        if farewell is not None:
            self._link.send(farewell)
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
        if word not in self._speech.words:
            raise ValueError(f"This button knows {', '.join(self._speech.words)}, not {word!r}.")
        self._on_step(Pressed(time.perf_counter(), word))
        await self._link.publish(self._speech.press(word))

    async def report(self) -> None:
        """Let the devices say once more how they are, as real ones do now and then; nothing has happened."""
        for message in self._report():
            await self._link.publish(message)

    async def wait_for_light(self, *, on: bool, timeout_s: float = 10.0) -> None:
        """Return once the light is on, or off; TimeoutError when that takes too long."""
        what = f"the light to be {'on' if on else 'off'}"
        await self._light_change.wait_until(lambda: self._light.is_on == on, timeout_s=timeout_s, what=what)

    async def _move_door(self, *, is_open: bool) -> None:
        self._door_is_open = is_open
        self._on_step(DoorMoved(time.perf_counter(), is_open))
        await self._link.publish(self._speech.door(is_open=is_open))

    def _report(self) -> tuple[Message, ...]:
        return self._speech.report(self._light, door_is_open=self._door_is_open)

    def _come_back(self) -> None:
        for message in (*self._speech.introduction(), *self._report()):
            self._link.send(message)

    def _on_order(self, _topic: str, payload: bytes) -> None:
        light = obey(self._light, payload)
        if light is None:
            return
        self._light = light
        self._on_step(LightObeyed(time.perf_counter(), light.is_on, light.brightness))
        self._link.send(self._speech.light(light))
        self._light_change.happened()
