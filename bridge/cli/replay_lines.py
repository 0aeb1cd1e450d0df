"""The file that `simulate --replay` reads: one JSON object a line, as `mosquitto_sub -F %j` writes them too.

Says where a line is wrong, and how.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec

from bridge.errors import BridgeError

Seconds = Annotated[float, msgspec.Meta(ge=0, le=10 * 366 * 86400)]


class Flags(msgspec.Struct, frozen=True):
    """How a message is delivered.

    `session`: a connection begins with it, "restart": of a restarted bridge whose session the broker kept; "new": of
    the same bridge, with nothing kept at the broker.
    """

    dup: bool = False
    qos: Literal[0, 1, 2] | None = None
    session: Literal["new", "restart"] | None = None


class _Written(msgspec.Struct, frozen=True):
    """A line as it is written. Other keys are notes."""

    topic: str
    payload: str | None = None
    payload_b64: str | None = None
    retain: bool | Literal[0, 1] = False
    qos: Literal[0, 1, 2] | None = None
    case: str | int | None = None
    wait: Seconds | None = None
    flags: Flags = Flags()


_USUAL: Final = Flags()


@dataclass(frozen=True, slots=True)
class Line:
    """A message to replay. `case` None: it meets a bridge of its own. `wait_s` None: it follows at once."""

    number: int
    topic: str
    payload: bytes
    retained: bool
    qos: int
    case: str | int | None = None
    wait_s: float | None = None
    flags: Flags = _USUAL


def read_lines(written: Iterable[bytes], *, name: str) -> Iterator[Line]:
    """Read a file line by line; empty lines are left out. Raises BridgeError for the first that is wrong."""
    for number, text in enumerate(written, start=1):
        if text.strip():
            try:
                yield _line(number, text)
            except (msgspec.DecodeError, _Wrong) as error:
                raise BridgeError(f"{name}, line {number}: {error}") from None


class _Wrong(Exception):
    """What a line must not say."""


def _line(number: int, text: bytes) -> Line:
    written = msgspec.json.decode(text.removeprefix(b"\xef\xbb\xbf"), type=_Written)
    if (written.payload is None) == (written.payload_b64 is None):
        raise _Wrong("give either payload (a text) or payload_b64 (bytes in Base64)")
    flags = written.flags
    return Line(
        number,
        written.topic,
        _bytes(written),
        bool(written.retain),
        next((qos for qos in (flags.qos, written.qos) if qos is not None), 1),
        written.case,
        written.wait,
        flags,
    )


def _bytes(written: _Written) -> bytes:
    if written.payload_b64 is None:
        return (written.payload or "").encode(errors="surrogatepass")
    try:
        return base64.b64decode(written.payload_b64, validate=True)
    except (binascii.Error, ValueError):
        raise _Wrong("payload_b64 is not Base64") from None
