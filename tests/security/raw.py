"""Bytes on a socket, past everything that a client library would put right."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """One answer, taken apart no further than needed."""

    status: int
    head: bytes
    body: bytes

    @property
    def is_error(self) -> bool:
        """Tell whether it is an error as IFTTT wants it."""
        if b"content-type: application/json; charset=utf-8" not in self.head.lower():
            return False
        errors = msgspec.json.decode(self.body).get("errors", [])
        return len(errors) == 1 and bool(errors[0]["message"])


async def send(port: int, *pieces: bytes) -> RawAnswer:
    """Send bytes as they are, and read one answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(20):
            return await read_answer(reader, with_body=not pieces[0].startswith(b"HEAD "))
    finally:
        writer.close()


async def read_answer(reader: asyncio.StreamReader, *, with_body: bool = True) -> RawAnswer:
    """Read one answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0)
    return RawAnswer(int(head.split()[1]), head, await reader.readexactly(length if with_body else 0))


def request(line: bytes, headers: Sequence[bytes] = (), body: bytes = b"") -> bytes:
    """Put a request together."""
    return b"\r\n".join((line + b" HTTP/1.1", b"Host: localhost", *headers, b"", body))
