"""Programs in processes of their own: those of this package, and what any process has used."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

LINE_LIMIT_BYTES = 1024 * 1024


class Program:
    """A module of this package, running as a program that answers in lines."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self._name = name
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def say(self, line: bytes) -> None:
        """Write a line to it."""
        assert self._process.stdin is not None  # noqa: S101 -- a pipe was asked for
        self._process.stdin.write(line + b"\n")

    async def line(self, *, within_s: float) -> str:
        """Return the next line that it prints. Raises RuntimeError if none comes."""
        assert self._process.stdout is not None  # noqa: S101 -- a pipe was asked for
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), within_s)
        except TimeoutError:
            raise RuntimeError(f"{self._name} said nothing within {within_s} s") from None
        if not line:
            raise RuntimeError(f"{self._name} ended without an answer")
        return line.decode().strip()


@contextlib.asynccontextmanager
async def program(
    name: str, environment: Mapping[str, str] | None = None, /, **options: object
) -> AsyncIterator[Program]:
    """Run a module of this package while the context lasts. `environment`: what it has besides ours."""
    async with module(f"scripts.benchmarks.{name}", options, environment) as running:
        yield running


@contextlib.asynccontextmanager
async def module(
    name: str, options: Mapping[str, object], environment: Mapping[str, str] | None = None
) -> AsyncIterator[Program]:
    """Run any module while the context lasts."""
    arguments = [f"--{option.replace('_', '-')}={value}" for option, value in options.items()]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", name, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        limit=LINE_LIMIT_BYTES,
    )
    try:
        yield Program(name, process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def cpu_us(pid: int) -> float:
    """Return the microseconds of processor time that a process has used, in its own code and in the kernel."""
    return _used_us(Path(f"/proc/{pid}"))


def thread_cpu_us(pid: int) -> dict[int, float]:
    """Return the same for each thread of a process, by its id; that of the first is the process's."""
    return {int(thread.name): _used_us(thread) for thread in Path(f"/proc/{pid}/task").iterdir()}


def _used_us(place: Path) -> float:
    fields = (place / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1e6 / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process, in megabytes."""
    return _status_mb(pid, "VmRSS:")


def peak_mb(pid: int) -> float:
    """Return the most resident memory that a process has ever had, in megabytes."""
    return _status_mb(pid, "VmHWM:")


def _status_mb(pid: int, field: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("the process has ended")
