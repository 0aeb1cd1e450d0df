"""Free ports on loopback, that nobody else takes before the program under test does."""

import itertools
import os
import random
import socket
from collections.abc import Iterator
from typing import Final

LOWEST: Final = 16384
HIGHEST: Final = 32767
"""Below the ports that the system gives to connections: one of those may be taken again before it is listened on."""


def free_port() -> int:
    """Return a port nobody listens on, and never the same twice."""
    return next(_PORTS)


def _free_ports() -> Iterator[int]:
    """Yield ports from here on. Test processes that run side by side begin far apart."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    start = random.Random(os.getpid()).randrange(4096) + worker * 4096  # noqa: S311 -- spreads, guards nothing
    for number in itertools.count(start):
        port = LOWEST + number % (HIGHEST - LOWEST)
        if _is_free(port):
            yield port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


_PORTS: Final = _free_ports()
