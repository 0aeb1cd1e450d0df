"""A real Mosquitto, and its command line clients."""

import asyncio
import contextlib
import getpass
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.parts.ports import free_port
from tests.parts.waiting import until

PROGRAM = "mosquitto"
SAVE_EVERY_CHANGE = "autosave_interval 1\nautosave_on_changes true"

SUBSCRIBING_S = 30.0


class Mosquitto:
    """One broker on loopback. Its sessions are kept in `folder` and survive a clean stop."""

    def __init__(self, folder: Path, *, extra: str = "") -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._log = (folder / "mosquitto.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {folder}/\nuser {getpass.getuser()}\nmax_queued_messages 200000\n{extra}\n"
        )

    @property
    def saved(self) -> Path:
        """Where it keeps sessions and what waits for them."""
        return self._config.with_name("mosquitto.db")

    @property
    def log(self) -> str:
        """Everything the broker has logged so far."""
        return Path(self._log.name).read_text()

    async def start(self) -> None:
        """Start, and wait until it takes connections."""
        self._process = subprocess.Popen([PROGRAM, "-c", self._config], stdout=self._log, stderr=self._log)  # noqa: ASYNC220 -- does not wait
        await until(self.listens, what="Mosquitto listening")

    def listens(self) -> bool:
        """Tell whether somebody takes connections."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def stop(self) -> None:
        """Stop cleanly: everything is saved."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop as a crash would."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it stand still with its connections open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    async def save(self) -> None:
        """Let it save now, whatever its interval is, and wait until it has."""
        before = self._saved_at()
        self._signal(signal.SIGUSR1)
        await until(lambda: self._saved_at() != before, what="the broker having saved")

    def _saved_at(self) -> tuple[int, int]:
        """Return what changes when it saves: it writes another file, and gives that the name."""
        if not self.saved.exists():
            return 0, 0
        status = self.saved.stat()
        return status.st_ino, status.st_mtime_ns

    def reload(self) -> None:
        """Let it read its files again."""
        self._signal(signal.SIGHUP)

    def close(self) -> None:
        """Clean up, whatever state it is in."""
        if self._process is not None:
            self.thaw()
            self.kill()
        self._log.close()

    async def publish(self, topic: str, payload: str, *, qos: int = 1, retain: bool = False) -> None:
        """Publish as somebody's device would, and wait until the broker has it."""
        flags = ["-r"] if retain else []
        await self._client("mosquitto_pub", "-q", str(qos), *flags, "-t", topic, "-m", payload)

    async def publish_file(self, topic: str, file: Path) -> None:
        """Publish the bytes of a file as one message."""
        await self._client("mosquitto_pub", "-q", "1", "-t", topic, "-f", str(file))

    async def publish_many(self, topic: str, payloads: list[str]) -> None:
        """Publish many messages in order over one connection, with QoS 1."""
        text = "".join(f"{payload}\n" for payload in payloads)
        await self._client("mosquitto_pub", "-q", "1", "-l", "-t", topic, stdin=text.encode())

    @contextlib.contextmanager
    def listener(self, topic: str) -> Iterator["Listener"]:
        """Collect what is published on a topic, from now on: it is subscribed to when the context begins."""
        command = ["mosquitto_sub", "-d", "-p", str(self.port), "-q", "1", "-t", topic, "-F", "%r %p"]
        process = subprocess.Popen(["stdbuf", "-oL", *command], stdout=subprocess.PIPE)
        try:
            listener = Listener(process)
            listener.wait_until_subscribed()
            yield listener
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()

    async def _client(self, program: str, *arguments: str, stdin: bytes | None = None) -> None:
        process = await asyncio.create_subprocess_exec(
            program,
            "-p",
            str(self.port),
            *arguments,
            stdin=None if stdin is None else asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        _, errors = await process.communicate(stdin)
        assert process.returncode == 0, errors.decode()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        self._signal(number)
        assert self._process is not None
        self._process.wait(30)
        self._process = None


class Listener:
    """What a subscriber has got so far: `(retained, payload)`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._stdout = process.stdout
        os.set_blocking(self._stdout.fileno(), False)
        self._text = b""

    def received(self) -> list[tuple[bool, str]]:
        """Return everything that came, in order; what the program says of itself does not count."""
        self._text += self._stdout.read() or b""
        lines = self._text.decode().splitlines() if self._text.endswith(b"\n") else []
        return [(line[0] == "1", line[2:]) for line in lines if line[:2] in {"0 ", "1 "}]

    def wait_until_subscribed(self) -> None:
        """Return when nothing that is published can be missed any more."""
        until = time.monotonic() + SUBSCRIBING_S
        while b"Subscribed (" not in self._text:
            assert time.monotonic() < until, "mosquitto_sub did not subscribe"
            time.sleep(0.01)
            self._text += self._stdout.read() or b""
