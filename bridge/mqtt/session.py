"""What the bridge asks of the broker, and the names of its own topics. Values only."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

SESSION_EXPIRY_S: Final = 7 * 24 * 3600
"""How long an MQTT 5 broker keeps what it has for us while we are away."""

KEEPALIVE_S: Final = 10
"""A frozen broker is noticed after two of these and a second or two: within 30 s."""

MAX_PACKET_BYTES: Final = 4 * 1024 * 1024
"""An MQTT 5 broker keeps larger messages to itself: no description or state is nearly as large, pictures are."""

COMMAND_EXPIRY_S: Final = 15
"""How long an MQTT 5 broker may hold a command for a device that is away."""


class Protocol(Enum):
    """Which MQTT to speak. AUTO: 5, or 3.1.1 where the broker refuses it."""

    AUTO = "auto"
    V5 = "5"
    V311 = "3.1.1"


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and who we are to it."""

    host: str
    port: int
    client_id: str
    username: str | None = None
    password: str | None = None
    protocol: Protocol = Protocol.AUTO
    receive_maximum: int = 1000

    @property
    def marker_topic(self) -> str:
        """Where the bridge sends itself the end of the backlog."""
        return f"ifttt-bridge/{self.client_id}/marker"

    @property
    def probe_topic(self) -> str:
        """Where the bridge asks the broker whether it is awake. Nobody listens there."""
        return f"ifttt-bridge/{self.client_id}/probe"
