"""What systemd is to a service: a socket that takes what it says of itself (sd_notify(3))."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ServiceManager:
    """Keeps what it is told: `states` without the lines for people, `statuses` those lines alone."""

    def __init__(self, listener: socket.socket, address: Path) -> None:
        self.address = address
        self._listener = listener
        self._told: list[dict[str, str]] = []

    @property
    def told(self) -> list[dict[str, str]]:
        """Every message so far, as what it assigns."""
        while True:
            try:
                message = self._listener.recv(4096).decode()
            except BlockingIOError:
                return self._told
            self._told.append(dict(line.split("=", 1) for line in message.splitlines()))

    @property
    def signs_of_life(self) -> int:
        """How often the watchdog was fed so far."""
        return sum("WATCHDOG" in message for message in self.told)

    @property
    def states(self) -> list[str]:
        """What changed, in order."""
        return [name for message in self.told for name in message if name in {"READY", "RELOADING", "STOPPING"}]

    @property
    def statuses(self) -> list[str]:
        """What people were told, in order."""
        return [message["STATUS"] for message in self.told if "STATUS" in message]


@contextmanager
def service_manager(folder: Path) -> Iterator[ServiceManager]:
    """Listen while the context lasts."""
    address = folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(address))
        listener.settimeout(0)
        yield ServiceManager(listener, address)
