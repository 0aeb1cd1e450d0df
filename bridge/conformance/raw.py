"""One request on a connection of its own, read to its end: what a client library hides, such as a second answer."""

import asyncio
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from bridge.conformance.answer import printable
from bridge.conformance.finding import Unmet

PATIENCE_S: Final = 10.0
SILENCE_S: Final = 0.5
"""After an answer, and so long without another byte, nothing more is coming."""
MOST_BYTES: Final = 256 * 1024


async def whole_answers(base_url: str, path: str, headers: Mapping[str, str]) -> tuple[int, int]:
    """Ask once; return how many answers came, and how many bytes behind them are none. Raises Unmet."""
    address = urlsplit(base_url)
    secure = address.scheme == "https"
    head = [f"GET {address.path.rstrip('/')}{path} HTTP/1.1", f"Host: {address.netloc}", "Connection: close"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    try:
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection(
                address.hostname, address.port or (443 if secure else 80), ssl=True if secure else None
            )
    except (OSError, TimeoutError) as error:
        raise Unmet(f"no connection: {printable(str(error))}") from None
    try:
        writer.write("\r\n".join([*head, "", ""]).encode())
        content = await _read(reader)
    except OSError as error:
        raise Unmet(f"the connection broke: {printable(str(error))}") from None
    finally:
        writer.close()
    return count_answers(content)


async def _read(reader: asyncio.StreamReader) -> bytes:
    content, patience_s = b"", PATIENCE_S
    while len(content) < MOST_BYTES:
        try:
            async with asyncio.timeout(patience_s):
                chunk = await reader.read(64 * 1024)
        except TimeoutError:
            break
        if not chunk:
            break
        content, patience_s = content + chunk, SILENCE_S
    if not content:
        raise Unmet("no answer")
    return content


def count_answers(content: bytes) -> tuple[int, int]:
    """Return how many whole answers these bytes are, and how many bytes are left over."""
    answers = 0
    while content.startswith(b"HTTP/1."):
        head, _, rest = content.partition(b"\r\n\r\n")
        length = _body_length(head, rest)
        if length is None:
            break
        answers, content = answers + 1, rest[length:]
    return answers, len(content)


def _body_length(head: bytes, rest: bytes) -> int | None:
    status = head[9:12]
    if re.search(rb"(?im)^transfer-encoding:\s*chunked", head):
        end = re.search(rb"(?:^|\r\n)0\r\n\r\n", rest)
        return None if end is None else end.end()
    given = re.search(rb"(?im)^content-length:\s*(\d{1,9})\s*$", head)
    if given is not None:
        length = int(given[1])
        return length if length <= len(rest) else None
    return 0 if status in {b"204", b"304"} else len(rest)
