"""What the bridge asks of the broker, and the names of its own topics. Values only."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
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
class Tls:
    """How the broker and the bridge prove who they are. Without `ca_file` the authorities of this machine count."""

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and who we are to it.

    `tls` None: a plain connection. `websocket_path` None: MQTT without a WebSocket around it. `own_status_topic` None:
    the usual one.
    """

    host: str
    port: int
    client_id: str
    username: str | None = None
    password: str | None = None
    protocol: Protocol = Protocol.AUTO
    receive_maximum: int = 1000
    tls: Tls | None = None
    websocket_path: str | None = None
    own_status_topic: str | None = None

    @property
    def address(self) -> str:
        """Where the broker is, as a person writes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.websocket_path or ''}"

    @property
    def scheme(self) -> str:
        """How the broker is spoken to."""
        if self.websocket_path is None:
            return "mqtt" if self.tls is None else "mqtts"
        return "ws" if self.tls is None else "wss"

    @property
    def marker_topic(self) -> str:
        """Where the bridge sends itself the end of the backlog."""
        return f"ifttt-bridge/{self.client_id}/marker"

    @property
    def probe_topic(self) -> str:
        """Where the bridge asks the broker whether it is awake. Nobody listens there."""
        return f"ifttt-bridge/{self.client_id}/probe"

    @property
    def status_topic(self) -> str:
        """Where the broker keeps whether the bridge is online."""
        return self.own_status_topic or f"ifttt-bridge/{self.client_id}/status"

    @property
    def own_prefix(self) -> str:
        """How the topics begin on which the bridge alone speaks, its status perhaps apart: they say nothing to it."""
        return f"ifttt-bridge/{self.client_id}/"

    def beside_status(self, name: str) -> str:
        """Return a topic under the same prefix as the status."""
        prefix, slash, _ = self.status_topic.rpartition("/")
        return f"{prefix}/{name}" if slash else f"{self.status_topic}/{name}"
