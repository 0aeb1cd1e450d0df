"""The other ways to install: uv, pipx, and the container's file."""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from bridge import __version__
from tests.packaging.conftest import ROOT

INSTALLERS = {"uv": ("tool", "install"), "pipx": ("install",)}


@pytest.mark.parametrize("installer", INSTALLERS)
def test_one_command_installs_the_program_for_one_person(tmp_path: Path, installer: str) -> None:
    tools, home = tmp_path / "tools", tmp_path / "home"
    venv.create(tools, with_pip=True)
    pip = [str(tools / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", installer]
    subprocess.run(pip, check=True)
    places = {"HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    places |= {"UV_TOOL_BIN_DIR": str(home / "bin"), "PIPX_HOME": str(home / "pipx"), "PIPX_BIN_DIR": str(home / "bin")}

    command = [str(tools / "bin" / installer), *INSTALLERS[installer], "--python", sys.executable, str(ROOT)]
    done = subprocess.run(command, env=os.environ | places, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    version = subprocess.run([home / "bin/ifttt-bridge", "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.split() == ["ifttt-bridge", __version__]


def test_the_container_s_file_copies_what_exists_and_what_is_not_ignored() -> None:
    ignore = (ROOT / ".containerignore").read_text().splitlines()
    copied = [
        source for words in _instructions("COPY") if not words.startswith("--from") for source in words.split()[:-1]
    ]
    assert copied
    for source in copied:
        assert (ROOT / source).exists()
        assert f"!{source}" in ignore


def test_the_container_s_steps_install_a_program_that_starts(tmp_path: Path) -> None:
    """Its own COPY and RUN lines of the first stage, in their order, with another place for /opt/ifttt-bridge."""
    target, source = tmp_path / "opt", tmp_path / "src"
    source.mkdir()
    first_stage = _text().split("\nFROM ")[1]
    for name, words in re.findall(r"(?m)^(COPY|RUN) (.*)$", first_stage):
        if name == "COPY":
            *paths, place = words.split()
            for path in paths:
                to = source / place / ("" if place != "./" else path)
                to.parent.mkdir(parents=True, exist_ok=True)
                (shutil.copytree if (ROOT / path).is_dir() else shutil.copy)(ROOT / path, to)
        else:
            step = words.replace("/opt/ifttt-bridge", str(target)).replace(
                "python -m venv", f"{sys.executable} -m venv"
            )
            subprocess.run(step, shell=True, cwd=source, check=True, capture_output=True)  # noqa: S602 -- our own lines
    [entry], [command] = (json.loads(_instructions(name)[0]) for name in ("ENTRYPOINT", "CMD"))
    assert command == "run"
    done = subprocess.run([target / "bin" / entry, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["ifttt-bridge", __version__]


def test_the_container_does_not_run_as_root_and_asks_the_daemon_how_it_is() -> None:
    assert _instructions("USER") == ["ifttt-bridge"]
    [check] = _instructions("HEALTHCHECK")
    command = json.loads(check[check.index("[") :])
    nobody_there = [sys.executable, *command[1:]]
    nobody_there[-1] = nobody_there[-1].replace(":8081/livez", ":9/livez")
    assert subprocess.run(nobody_there, capture_output=True, check=False).returncode == 1
    assert ":8081/livez" in command[-1]
    assert "0.0.0.0:8081" in "".join(_instructions("ENV"))


def _text() -> str:
    return (ROOT / "Containerfile").read_text().replace("\\\n", " ")


def _instructions(name: str) -> list[str]:
    return re.findall(rf"(?m)^{name}\s+(.*)$", _text())
