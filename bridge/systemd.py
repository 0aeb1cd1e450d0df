"""Telling systemd how the daemon is: ready, stopping (sd_notify(3)). Does nothing outside systemd."""

import os
import socket
from typing import Final

import structlog

SEND_TIMEOUT_S: Final = 1.0
"""The event loop must not hang on a service manager that does not listen."""

log = structlog.get_logger("bridge.systemd")


def notify(state: str) -> None:
    """Send a state such as READY=1 to the service manager, if there is one.

    A manager that cannot be reached is no reason to leave a home alone: that is said in the log and nothing else.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.settimeout(SEND_TIMEOUT_S)
            channel.connect(address.replace("@", "\0", 1) if address.startswith("@") else address)
            channel.sendall(state.encode())
    except OSError as error:
        log.warning("systemd.not_told", state=state, reason=str(error))
