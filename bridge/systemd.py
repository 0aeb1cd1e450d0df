"""Telling systemd how the daemon is: ready, reloading, stopping, alive (sd_notify(3)). Does nothing outside systemd."""

import os
import socket
import time
from typing import Final

import structlog

SEND_TIMEOUT_S: Final = 1.0
"""The event loop must not hang on a service manager that does not listen."""

log = structlog.get_logger("bridge.systemd")


def notify(state: str, *, status: str = "") -> None:
    """Send a state such as READY=1 to the service manager, if there is one; `status` is for people, one line.

    A manager that cannot be reached is no reason to leave a home alone: that is said in the log and nothing else.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    message = f"{state}\nSTATUS={' '.join(status.split())}" if status else state
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.settimeout(SEND_TIMEOUT_S)
            channel.connect(address.replace("@", "\0", 1) if address.startswith("@") else address)
            channel.sendall(message.encode())
    except OSError as error:
        log.warning("systemd.not_told", state=state, reason=str(error))


def reloading() -> str:
    """Return the state of reading the configuration again; from systemd 253 on it must say when that began."""
    return f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}"


def watchdog_s() -> float | None:
    """Return how long the service manager waits for a sign of life, None if it does not (sd_watchdog_enabled)."""
    text, process = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not (text.isascii() and text.isdecimal()) or int(text) == 0 or (process and process != str(os.getpid())):
        return None
    return int(text) / 1_000_000
