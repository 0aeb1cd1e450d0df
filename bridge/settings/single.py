"""The single values of the configuration that are more than a text or a number: secrets, addresses, sizes."""

from dataclasses import dataclass
from typing import Final

STAND_IN: Final = "stand-in-"
"""How a service key begins that we made up for a first start, before IFTTT has given one."""


class Secret:
    """A text that shows itself to nobody who does not ask for it; no field, so that no dump of fields holds it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def get_secret_value(self) -> str:
        """Return the text."""
        return self._text

    @property
    def stands_in(self) -> bool:
        """Whether this only takes the place of a service key that is not known yet."""
        return self._text.startswith(STAND_IN)

    def __repr__(self) -> str:
        return "Secret(**********)"

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port. `host` never has brackets; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Size:
    """So many bytes on disk."""

    bytes: int

    def __str__(self) -> str:
        """Return it as it is written in a configuration."""
        unit, name = next(((unit, name) for unit, name in _UNITS if self.bytes % unit == 0), (_UNITS[-1]))
        return f"{self.bytes / unit:.15g}{name}"


_UNITS: Final = ((1000**3, "GB"), (1000**2, "MB"))


@dataclass(frozen=True, slots=True)
class BrokerUrl:
    """The broker: inside this process (`embedded`; port 0: a free one), or a program at `host` and `port`.

    `path` None: MQTT without a WebSocket around it.
    """

    embedded: bool
    host: str
    port: int
    tls: bool = False
    path: str | None = None

    @property
    def scheme(self) -> str:
        """How the broker is spoken to."""
        if self.path is None:
            return "mqtts" if self.tls else "mqtt"
        return "wss" if self.tls else "ws"

    def __str__(self) -> str:
        if self.embedded:
            return f"embedded:{self.port}"
        return f"{self.scheme}://{Address(self.host, self.port)}{self.path or ''}"
