"""The package: installed, upgraded, removed and purged on fresh machines, with no network."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging.conftest import install
from tests.parts.daemon import DOOR_TOPIC
from tests.parts.installed import CONFIG, UNIT, InstalledDaemon
from tests.parts.machine import Machine
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until

ROOT = Path(__file__).parents[2]
AS_STRANGER = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")
AS_SERVICE = ("setpriv", "--reuid=ifttt-bridge", "--regid=ifttt-bridge", "--clear-groups", "--")


def test_what_a_fresh_installation_brings_is_checked_by_the_service_s_user_and_hidden_from_others(
    bare_machine: Machine, package: Path
) -> None:
    said = install(bare_machine, package)
    assert "systemctl enable --now ifttt-bridge" in said
    assert bare_machine.run("stat", "-c", "%a %U %G", CONFIG).split() == ["640", "root", "ifttt-bridge"]
    assert bare_machine.run(*AS_SERVICE, "ifttt-bridge", "check-config")
    assert bare_machine.try_run(*AS_STRANGER, "cat", CONFIG).returncode != 0
    states = [bare_machine.try_run("systemctl", word, UNIT).stdout.strip() for word in ("is-enabled", "is-active")]
    assert states == ["disabled", "inactive"]
    assert bare_machine.run("dpkg", "--verify", "ifttt-bridge") == ""

    demo = bare_machine.run(*AS_STRANGER, "env", "HOME=/", "ifttt-bridge", "demo", "--rounds", "1", "--pause", "0")
    assert "light on" in demo
    assert "light off" in demo


async def test_an_upgrade_keeps_everything_a_removal_the_configuration_and_a_purge_nothing(
    bare_machine: Machine, package: Path, broker: Mosquitto, tmp_path: Path
) -> None:
    machine = bare_machine
    install(machine, _older(package, tmp_path))
    assert machine.run("dpkg-query", "-W", "-f", "${Version}", "ifttt-bridge") == "0.0.1"
    daemon = InstalledDaemon(tmp_path, broker.port, machine=machine)
    await daemon.start()
    machine.run("systemctl", "enable", UNIT)
    for word in ("closed", "open"):
        await broker.publish(DOOR_TOPIC, word)
    await until(lambda: daemon.count_events() == 1, what="the event on disk")
    config, first = machine.run("cat", CONFIG), daemon.show("MainPID")

    install(machine, package)
    await until(daemon.is_ready, what="the upgraded daemon being ready")
    assert daemon.show("MainPID") != first
    assert machine.try_run("test", "-e", "/usr/lib/ifttt-bridge/only-in-the-older-one").returncode == 1
    assert machine.run("cat", CONFIG) == config
    assert daemon.count_events() == 1
    assert machine.run("stat", "-c", "%a %G", CONFIG).split() == ["640", "ifttt-bridge"]

    daemon.stop()
    install(machine, package)
    assert daemon.show("ActiveState") == "inactive"

    await daemon.start()
    machine.run("dpkg", "--remove", "ifttt-bridge")
    assert machine.try_run("systemctl", "is-active", UNIT).stdout.strip() == "inactive"
    assert machine.run("cat", CONFIG) == config
    assert daemon.count_events() == 1

    machine.run("dpkg", "--purge", "ifttt-bridge")
    left = machine.run("find", "/", "-xdev", "-path", "/proc", "-prune", "-o", "-name", "*ifttt-bridge*", "-print")
    assert left == ""
    assert list(machine.state.iterdir()) == []


def test_the_package_has_no_error_in_the_eyes_of_lintian(package: Path) -> None:
    if shutil.which("lintian") is None:
        pytest.skip("lintian is not installed (apt-get install lintian)")
    done = subprocess.run(["lintian", "--fail-on", "error", package], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def _older(package: Path, folder: Path) -> Path:
    """Return the same package as an older version, with a file that the newer one has no more."""
    tree, older = folder / "tree", folder / "older.deb"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    lines = ["Version: 0.0.1" if line.startswith("Version:") else line for line in control.read_text().splitlines()]
    control.write_text("\n".join(lines) + "\n")
    (tree / "usr/lib/ifttt-bridge/only-in-the-older-one").touch()
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, older], check=True, capture_output=True
    )
    return older
