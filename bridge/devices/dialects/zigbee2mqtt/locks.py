"""Locks: `state` is what was asked for or done last, `lock_state` where the bolt is."""

from dataclasses import dataclass
from typing import Final

from bridge.commands import Command, Publication, Wish
from bridge.devices.dialects.json_values import is_unknown
from bridge.devices.dialects.zigbee2mqtt.channel import Channel, is_on
from bridge.devices.dialects.zigbee2mqtt.exposes import Value
from bridge.devices.reading import StateReading
from bridge.errors import UnreadableMessage

_BOLT: Final = {"locked": "locked", "unlocked": "unlocked", "not_fully_locked": "jammed"}


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock. `bolt`: the property that says where the bolt is, "" if none."""

    channel: Channel
    key: str
    on: Value = "LOCK"
    off: Value = "UNLOCK"
    bolt: str = ""
    settable: bool = True

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it is told."""
        return self.channel.topics

    def read(self, topic: str, payload: bytes) -> StateReading | None:
        """Return `locked`, `unlocked` or `jammed`; None where a message does not tell. The bolt knows better."""
        said = self.channel.said(topic, payload)
        bolt = said.get(self.bolt)
        if isinstance(bolt, str) and not is_unknown(bolt):
            if bolt not in _BOLT:
                raise UnreadableMessage("not one of the described values")
            return StateReading(_BOLT[bolt])
        locked = is_on(said.get(self.key), self.on, self.off)
        return None if locked is None else StateReading("locked" if locked else "unlocked")

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put locking or unlocking into one message; a lock takes no other wish."""
        if not self.settable or command.wish not in (Wish.LOCK, Wish.UNLOCK):
            return ()
        return self.channel.order({self.key: self.on if command.wish is Wish.LOCK else self.off})
