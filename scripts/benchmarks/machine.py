"""The machine that was measured on: without it no figure means anything."""

import os
import platform
import sqlite3
import subprocess
import time
from pathlib import Path
from statistics import median

from tests.parts.mosquitto import PROGRAM

BLOCK = 4096
SYNCS = 200


def describe(folder: Path) -> dict[str, str]:
    """Return what the figures depend on, by name. `folder`: where the benchmarks keep their files."""
    return {
        "CPU": f"{_cpu_model()}, {os.cpu_count()} cores",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "Mosquitto": _mosquitto_version(),
        "SQLite": sqlite3.sqlite_version,
        "file system": f"{_file_system(folder)}, 4 KiB written and synced in {_sync_ms(folder):.2f} ms (median)",
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"model name", "Model"}:  # the latter on a Raspberry Pi
            return value.strip()
    return platform.machine()


def _mosquitto_version() -> str:
    said = subprocess.run([PROGRAM, "-h"], capture_output=True, text=True, check=False).stdout
    return said.splitlines()[0].rpartition(" ")[2] if said else "?"


def _file_system(folder: Path) -> str:
    return subprocess.run(
        ["stat", "--file-system", "--format=%T", folder], capture_output=True, text=True, check=True
    ).stdout.strip()


def _sync_ms(folder: Path) -> float:
    path = folder / "sync-probe"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        took: list[float] = []
        for _ in range(SYNCS):
            began = time.perf_counter()
            os.write(descriptor, bytes(BLOCK))
            os.fdatasync(descriptor)
            took.append((time.perf_counter() - began) * 1000)
        return median(took)
    finally:
        os.close(descriptor)
        path.unlink()
