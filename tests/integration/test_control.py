"""The control socket on its own: who may speak there, and whose place it takes."""

import asyncio
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.cli.asking import through_socket
from bridge.dashboard.control import controlled
from bridge.errors import BridgeError


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that everybody may enter."""
    with tempfile.TemporaryDirectory(prefix="control-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


async def echo(content: bytes) -> bytes:
    if content == b"no":
        raise BridgeError("that cannot be done")
    return content


async def ask(path: Path, content: bytes = b"yes") -> bytes | None:
    return await asyncio.to_thread(through_socket, path, content, timeout_s=10, repeatable=False)


async def test_what_is_asked_is_answered_and_what_is_refused_is_told(folder: Path) -> None:
    path = folder / "control.sock"
    async with controlled(path, echo):
        assert await ask(path) == b"yes"
        with pytest.raises(BridgeError, match="that cannot be done"):
            await ask(path, b"no")
    assert not path.exists()
    assert await ask(path) is None


async def test_a_path_too_long_for_a_socket_is_no_hindrance(folder: Path) -> None:
    path = folder / ("long-" * 20) / ("name-" * 20) / "control.sock"
    path.parent.mkdir(parents=True)
    async with controlled(path, echo):
        assert await ask(path) == b"yes"
    assert not path.exists()


async def test_the_place_of_a_live_socket_or_another_file_is_not_taken(folder: Path) -> None:
    path, file = folder / "control.sock", folder / "file.sock"
    file.write_text("precious")
    with capture_logs() as lines:
        async with controlled(path, echo), controlled(path, echo), controlled(file, echo):
            assert await ask(path) == b"yes"
    assert [line["event"] for line in lines] == ["control.unavailable"] * 2
    assert "another daemon listens there" in lines[0]["reason"]
    assert "is not a socket" in lines[1]["reason"]
    assert file.read_text() == "precious"
    assert not path.exists()


async def test_a_socket_that_a_dead_daemon_left_is_replaced(folder: Path) -> None:
    path = folder / "control.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    async with controlled(path, echo):
        assert await ask(path) == b"yes"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
async def test_another_user_is_refused_even_if_the_file_lets_it_in(folder: Path) -> None:
    path = folder / "control.sock"
    script = (
        "import os, sys; from pathlib import Path; from bridge.cli.asking import through_socket; os.setuid(65534)\n"
        "try:\n    print(through_socket(Path(sys.argv[1]), b'yes', timeout_s=10, repeatable=False))\n"
        "except Exception as error:\n    print(error)"
    )

    async def ask_as_nobody() -> str:
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", script, str(path)), stdout=asyncio.subprocess.PIPE
        )
        return (await program.communicate())[0].decode()

    async with controlled(path, echo):
        assert "is for its owner alone; run this as that user: sudo -u 'root'" in await ask_as_nobody()
        path.chmod(0o666)
        assert "only the user of the daemon and root may ask" in await ask_as_nobody()
