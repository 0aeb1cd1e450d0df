"""One GET to somebody else's server, and in plain words what went wrong. Follows no redirect, keeps little."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

TIMEOUT_S: Final = 10.0
MAX_BODY_BYTES: Final = 65536


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `status` 0: there was none, and `trouble` says why. `good_until_s`: when the certificate ends (epoch),
    0 without one.
    """  # noqa: D205 -- one paragraph

    status: int
    content_type: str = ""
    location: str = ""
    body: bytes = b""
    trouble: str = ""
    good_until_s: int = 0

    @property
    def is_page(self) -> bool:
        """Whether this is a page for people: it comes from something in between."""
        return self.content_type.startswith("text/html")


def fetch(url: str, headers: dict[str, str], *, timeout_s: float = TIMEOUT_S) -> Fetched:
    """Get one document. `timeout_s` is how long the server may take to be reached, and then for its whole answer."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    try:
        connection.connect()
        with _all_within(timeout_s, connection.sock):
            return _answer(connection, path, headers)
    except (OSError, http.client.HTTPException) as error:
        return Fetched(0, trouble=_words(error, parts.hostname or "", timeout_s))
    finally:
        connection.close()


def _answer(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> Fetched:
    good_until_s = _end_of_certificate(connection.sock)
    connection.request("GET", path, headers={"Accept": "application/json", "User-Agent": "ifttt-bridge", **headers})
    response = connection.getresponse()
    return Fetched(
        response.status,
        response.getheader("Content-Type", ""),
        response.getheader("Location", ""),
        response.read(MAX_BODY_BYTES),
        good_until_s=good_until_s,
    )


def _end_of_certificate(channel: socket.socket) -> int:
    certificate = channel.getpeercert() if isinstance(channel, ssl.SSLSocket) else None
    ends = (certificate or {}).get("notAfter")
    return ssl.cert_time_to_seconds(ends) if isinstance(ends, str) else 0


@contextmanager
def _all_within(seconds: float, channel: socket.socket) -> Iterator[None]:
    """End what takes longer with TimeoutError: who sends a little now and then outlasts the timeout of each read."""
    cut = threading.Event()

    def cut_off() -> None:
        cut.set()
        with suppress(OSError):
            socket.socket.shutdown(channel, socket.SHUT_RDWR)  # below TLS: a reader may be in the middle of that

    timer = threading.Timer(seconds, cut_off)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException):
        if not cut.is_set():
            raise
    finally:
        timer.cancel()
    if cut.is_set():  # with or without an error: headers may just end
        raise TimeoutError


def _words(error: Exception, host: str, timeout_s: float) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            words = f"the TLS certificate of {host} is not good: {error.verify_message}"
        case ssl.SSLError():
            words = f"{host} does not speak TLS as it should: {error.reason or error}"
        case socket.gaierror():
            words = f"the name {host} is not known"
        case TimeoutError():
            words = f"{host} does not answer within {timeout_s:g} s"
        case ConnectionRefusedError():
            words = f"{host} refuses the connection: nothing listens there"
        case OSError():
            words = error.strerror or str(error) or type(error).__name__
        case _:
            words = f"{host} does not speak HTTP ({type(error).__name__})"
    return words
