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
async def program(name: str, **options: object) -> AsyncIterator[Program]:
    """Run a module of this package while the context lasts."""
    async with module(f"scripts.benchmarks.{name}", options) as running:
        yield running


@contextlib.asynccontextmanager
async def module(name: str, options: Mapping[str, object]) -> AsyncIterator[Program]:
    """Run any module while the context lasts."""
    arguments = [f"--{option.replace('_', '-')}={value}" for option, value in options.items()]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", name, *arguments),
        stdout=asyncio.subprocess.PIPE,
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
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
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
