"""The control socket: where the command line speaks to the running daemon. For the daemon's own user and root alone.

Carries requests and answers; does not know what they mean.
"""

import os
import socket
import stat
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import structlog
from aiohttp import web

from bridge.dashboard.reach import reachable
from bridge.errors import BridgeError

SHUTDOWN_S: Final = 1.0
_PRIVATE: Final = 0o600
_CREDENTIALS: Final = struct.Struct("3i")

log = structlog.get_logger("bridge.control")

Answer = Callable[[bytes], Awaitable[bytes]]
"""From a request to its answer. Raises BridgeError for what cannot be done."""


@asynccontextmanager
async def controlled(path: Path, answer: Answer) -> AsyncIterator[None]:
    """Listen while the context lasts. A home is not left alone because this cannot be: that is said in the log."""
    runner = web.ServerRunner(
        web.Server(partial(_answer, answer), access_log=None),
        shutdown_timeout=SHUTDOWN_S,
    )
    await runner.setup()
    inode = None
    try:
        try:
            channel, inode = _bind(path)
            await web.SockSite(runner, channel).start()
        except OSError as error:
            log.warning("control.unavailable", path=str(path), reason=error.strerror or str(error))
        yield
    finally:
        await runner.cleanup()
        _remove(path, inode)


def _bind(path: Path) -> tuple[socket.socket, int]:
    """Take the place of a socket that a dead daemon left, and of nothing else. Return ours and its inode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with reachable(path) as name:
        _make_room(path, name)
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            os.fchmod(channel.fileno(), _PRIVATE)  # before there is a file: at no instant may others connect
            channel.bind(name)
            path.chmod(_PRIVATE)
        except BaseException:
            channel.close()
            raise
    return channel, path.stat().st_ino


def _remove(path: Path, inode: int | None) -> None:
    with suppress(OSError):
        if inode is not None and path.stat().st_ino == inode:
            path.unlink()


def _make_room(path: Path, name: str) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise OSError(0, "something that is not a socket is in its place; move it away")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(0)
        try:
            probe.connect(name)
        except ConnectionRefusedError:
            path.unlink()
            return
        except BlockingIOError:
            pass
    raise OSError(0, "another daemon listens there; give each database a folder of its own")


async def _answer(answer: Answer, request: web.BaseRequest) -> web.StreamResponse:
    if not _may(request):
        return _refuse("only the user of the daemon and root may ask", status=403)
    try:
        content = await answer(await request.read())
    except BridgeError as error:
        return _refuse(str(error), status=409)
    return web.Response(body=content, content_type="application/json")


def _may(request: web.BaseRequest) -> bool:
    """Ask the kernel who is at the other end: the mode of a socket's file is no more than a first fence."""
    channel = None if request.transport is None else request.transport.get_extra_info("socket")
    if channel is None:
        return False
    credentials = channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(credentials)
    return user in {0, os.geteuid()}


def _refuse(reason: str, *, status: int) -> web.Response:
    return web.Response(body=msgspec.json.encode({"error": reason}), status=status, content_type="application/json")
