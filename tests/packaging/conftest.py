"""One package, one machine with systemd that it is installed on, and the daemon that systemd runs there."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.installed import InstalledDaemon
from tests.parts.machine import Machine, trouble
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

# A real broker and a stand-in for IFTTT, as for the other daemon.
from tests.acceptance.conftest import broker, realtime  # noqa: F401 # isort: skip

ROOT = Path(__file__).parents[2]
SCRATCH = "/var/tmp"  # noqa: S108 -- a disk and not memory; mkdtemp makes the folder root's own


@pytest.fixture(scope="session")
def package() -> Path:
    """Build the package of this checkout, or take the one that $TEST_PACKAGE names."""
    if "TEST_PACKAGE" in os.environ:
        return Path(os.environ["TEST_PACKAGE"])
    skip_or_fail("" if shutil.which("dpkg-deb") else "a Debian package needs dpkg-deb")
    quickly = os.environ | {"COMPRESSION": "gzip"}
    built = subprocess.run([ROOT / "scripts/package"], env=quickly, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return ROOT / built.stdout.split()[-1]


@pytest.fixture
def bare_machine() -> Iterator[Machine]:
    """Boot a machine that has never seen the package."""
    yield from _boot()


@pytest.fixture(scope="session")
def machine(package: Path) -> Iterator[Machine]:
    """Boot a machine and install the package."""
    for machine in _boot():
        install(machine, package)
        yield machine


@pytest.fixture
def daemon(
    tmp_path: Path,
    machine: Machine,
    broker: Mosquitto,  # noqa: F811 -- the fixture above
    realtime: RealtimeApi,  # noqa: F811 -- the same
) -> Iterator[InstalledDaemon]:
    """Hand over the installed daemon, with nothing in its state directory."""
    program = InstalledDaemon(tmp_path, broker.port, realtime.url, machine=machine)
    yield program
    program.close()


def install(machine: Machine, package: Path) -> str:
    """Install a package file without any network, and return what was said."""
    shutil.copy(package, machine.shared / "package.deb")
    return machine.run("unshare", "--net", "dpkg", "--install", "/srv/shared/package.deb")


def skip_or_fail(reason: str) -> None:
    """Skip where the machine cannot do it; continuous integration can, and must, where it is root."""
    if reason and os.environ.get("CI") and os.geteuid() == 0:
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def _boot() -> Iterator[Machine]:
    skip_or_fail(trouble())
    with tempfile.TemporaryDirectory(dir=SCRATCH, prefix="ifttt-bridge-machine-") as folder:
        machine = Machine(Path(folder))
        try:
            _wait_until_up(machine)
            yield machine
        finally:
            machine.close()


def _wait_until_up(machine: Machine) -> None:
    asyncio.run(until(machine.is_up, within_s=60, what="the machine being up"))
