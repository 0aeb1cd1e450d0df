"""Devices behind Zigbee2MQTT, as it is installed: it announces them, says which it reaches, and retains no state.

Each message of a device holds all that was last heard of it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bridge.simulator.light import LightState
from bridge.simulator.speech import Message
from bridge.simulator.zigbee2mqtt_devices import ACTIONS, BRIGHTEST, listed_devices

DOOR: Final = "Front door"
BUTTON: Final = "Bedside button"
LIGHT: Final = "Hall light"
_SENSOR: Final = {
    "battery": 100,
    "device_temperature": 21,
    "linkquality": 134,
    "power_outage_count": 3,
    "voltage": 3045,
}


@dataclass(frozen=True, slots=True)
class Zigbee2MqttSpeech:
    """The three devices, below the base topic of a Zigbee2MQTT."""

    base: str = "zigbee2mqtt"

    @property
    def words(self) -> tuple[str, ...]:
        """Which presses the button knows."""
        return ACTIONS

    @property
    def order_topic(self) -> str:
        """Where the light takes orders."""
        return f"{self.base}/{LIGHT}/set"

    @property
    def farewell(self) -> Message | None:
        """That Zigbee2MQTT is gone; the broker says so when it cannot say it itself."""
        return self._state("bridge/state", "offline")

    def introduction(self) -> tuple[Message, ...]:
        """Return that Zigbee2MQTT is there, with which devices, and that it reaches them."""
        devices = Message(f"{self.base}/bridge/devices", _json(listed_devices(DOOR, BUTTON, LIGHT)), retained=True)
        reached = (self._state(f"{name}/availability", "online") for name in (DOOR, BUTTON, LIGHT))
        return (self._state("bridge/state", "online"), devices, *reached)

    def report(self, light: LightState, *, door_is_open: bool) -> tuple[Message, ...]:
        """Return all that was last heard: Zigbee2MQTT says it when it starts. A press is never said again."""
        return (self.door(is_open=door_is_open), self._device(BUTTON, _SENSOR), self.light(light))

    def door(self, *, is_open: bool) -> Message:
        """Return the contact, which is closed where it is true."""
        return self._device(DOOR, {**_SENSOR, "contact": not is_open, "trigger_count": 0})

    def press(self, word: str) -> Message:
        """Return the press as an action."""
        return self._device(BUTTON, {**_SENSOR, "action": word})

    def light(self, light: LightState) -> Message:
        """Return its state, with the brightness that Zigbee knows."""
        brightness = min(light.brightness, BRIGHTEST)
        said = {"brightness": brightness, "linkquality": 160, "state": "ON" if light.is_on else "OFF"}
        return self._device(LIGHT, said)

    def _device(self, name: str, said: Mapping[str, object]) -> Message:
        return Message(f"{self.base}/{name}", _json(said), retained=False)

    def _state(self, below: str, word: str) -> Message:
        return Message(f"{self.base}/{below}", _json({"state": word}), retained=True)


def _json(said: object) -> str:
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)
