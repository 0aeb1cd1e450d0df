"""The configuration read by a child process: the same outcome as here, and nothing of its weight stays."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from bridge.cli.run import read_apart
from bridge.errors import BridgeError, ConfigurationError
from bridge.settings import Settings, load, load_apart

CONFIG = Path(__file__).parents[3] / "config"
START = '[ifttt]\nservice_keys = ["first-key"]\n[mqtt]\nurl = "mqtt://localhost"\n'
WRONG = START + 'clientid = "x"\nprotocol = "4"\n[[devices]]\nid = "D"\nkind = "light"\nname = "Grün\\n"\n'
WHAT_THE_DAEMON_IMPORTS = """
import os, pathlib, sys
from bridge.settings import load_apart
with load_apart(pathlib.Path(sys.argv[1]), os.environ) as settings_when_read:
    import bridge.app, bridge.cli.run, bridge.logs
    settings_when_read()
print(*sys.modules)
"""


def apart(path: Path | None, environ: Mapping[str, str]) -> Settings:
    with load_apart(path, {**os.environ, **environ}) as settings_when_read:
        return settings_when_read()


def python(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def children() -> list[int]:
    """Return the processes that read a configuration for this one and are still there."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"bridge.settings" in status.with_name("cmdline").read_bytes():
                found.append(int(status.parent.name))
    return found


@pytest.fixture
def endless(file: Path) -> Path:
    """Return a configuration whose reader waits for ever."""
    os.mkfifo(file)
    return file


@pytest.mark.parametrize("name", ["bridge.toml", "examples/minimal.toml", "examples/staging.toml"])
def test_a_child_reads_the_same_settings(name: str) -> None:
    assert apart(CONFIG / name, {}) == load(CONFIG / name, {})


def test_a_child_is_given_the_environment_and_reads_secret_files(file: Path) -> None:
    file.write_text(START + 'username = "Anna Grün"\npassword_file = "secret"\n')
    file.with_name("secret").write_text("hunter 22 ü\n")
    environ = {"BRIDGE_CONFIG": str(file), "BRIDGE_IFTTT__SERVICE_KEYS": "second-key,third-key"}
    settings = apart(None, environ)
    assert settings == load(None, environ)
    assert settings.mqtt.username == "Anna Grün"
    assert settings.mqtt.password is not None
    assert settings.mqtt.password.get_secret_value() == "hunter 22 ü"
    assert [key.get_secret_value() for key in settings.ifttt.service_keys] == ["second-key", "third-key"]


def test_settings_larger_than_a_pipe_arrive_whole(file: Path) -> None:
    button = '[[devices]]\nid = "b{0}"\nname = "{1}"\nkind = "button"\nstate_topic = "b{0}"\n'
    file.write_text(START + "".join(button.format(number, "x" * 100) for number in range(1000)))
    assert [device.id for device in apart(file, {}).devices] == [f"b{number}" for number in range(1000)]


@pytest.mark.parametrize("text", [WRONG, "a =", None])
def test_a_child_tells_the_same_problems(file: Path, text: str | None) -> None:
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigurationError) as here:
        load(file, {"BRIDGE_LOG__LEVEL": "läut"})
    with pytest.raises(ConfigurationError) as there:
        apart(file, {"BRIDGE_LOG__LEVEL": "läut"})
    assert there.value.problems == here.value.problems
    assert there.value.problems


def test_a_file_whose_name_is_no_text_is_told_in_the_same_words(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.toml")
    with pytest.raises(ConfigurationError) as here:
        load(file, {})
    with pytest.raises(ConfigurationError) as there:
        apart(file, {})
    assert there.value.problems == here.value.problems


def test_the_daemon_does_without_the_weight_of_checking() -> None:
    done = python("-c", WHAT_THE_DAEMON_IMPORTS, str(CONFIG / "bridge.toml"))
    modules = {name.partition(".")[0] for name in done.stdout.split()}
    assert "bridge" in modules, done.stderr
    assert not {"pydantic", "pydantic_core"} & modules
    assert "jinja2" not in modules, "for homes with templates only"


def test_a_wrong_configuration_is_told_by_the_daemon_as_by_the_check(file: Path) -> None:
    file.write_text(WRONG)
    run, check = (
        python("-m", "bridge", "--config", str(file), *command)
        for command in (("run", "--no-safe-mode"), ("check-config",))
    )
    assert (run.returncode, run.stdout, run.stderr) == (2, "", check.stderr)
    assert "mqtt.clientid" in run.stderr


def test_no_secret_stands_on_the_child_s_command_line(endless: Path) -> None:
    environ = {**os.environ, "BRIDGE_IFTTT__SERVICE_KEYS": "hunter22"}
    with load_apart(endless, environ):
        [child] = children()
        command = Path(f"/proc/{child}/cmdline").read_bytes()
    assert str(endless).encode() in command
    assert b"hunter22" not in command


def test_a_child_that_is_killed_is_told_plainly(endless: Path) -> None:
    with load_apart(endless, os.environ) as settings_when_read:
        [child] = children()
        os.kill(child, signal.SIGKILL)
        with pytest.raises(BridgeError, match=r"checks the configuration was ended by SIGKILL$"):
            settings_when_read()


def test_a_child_that_fails_is_told_plainly_and_is_no_fault_of_the_configuration(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(BridgeError, match=r"failed with status 1; what it said stands above$") as caught:
        apart(CONFIG / "bridge.toml", {"PYTHONHOME": "/nowhere"})
    assert not isinstance(caught.value, ConfigurationError)
    assert "/nowhere" in capfd.readouterr().err


@pytest.mark.parametrize(
    "said", [b"Good morning", msgspec.msgpack.encode({"sections": {"public": {}}, "problems": []})]
)
def test_a_child_that_says_something_else_is_told_plainly(tmp_path: Path, said: bytes) -> None:
    text = f"import os, sys\nsys.stdout.buffer.write({said!r})\nsys.stdout.flush()\nos._exit(0)"
    (tmp_path / "sitecustomize.py").write_text(text)
    with pytest.raises(BridgeError, match="an answer that cannot be understood"):
        apart(CONFIG / "bridge.toml", {"PYTHONPATH": str(tmp_path)})


def test_a_child_that_cannot_be_started_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(BridgeError, match="cannot start the process that checks the configuration: No such file"):
        apart(CONFIG / "bridge.toml", {})


def test_a_child_ends_with_the_wish_for_its_answer(endless: Path) -> None:
    with contextlib.suppress(LookupError), load_apart(endless, os.environ):
        [child] = children()
        assert os.getpgid(child) == child, "Ctrl-C would reach it as well"
        raise LookupError
    assert children() == []


def test_a_child_imports_nothing_from_a_folder_that_its_parent_does_not_trust(tmp_path: Path) -> None:
    (tmp_path / "tomllib.py").write_text("raise SystemExit('imported from a stranger')")
    done = python("-P", "-c", WHAT_THE_DAEMON_IMPORTS, str(CONFIG / "bridge.toml"), folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_person_who_starts_the_child_gets_advice_and_no_secret() -> None:
    done = python("-m", "bridge.settings")
    assert (done.returncode, done.stdout) == (1, "")
    assert "check-config" in done.stderr


async def test_a_daemon_that_reads_again_goes_on_meanwhile_and_does_not_wait_for_ever(endless: Path) -> None:
    with pytest.raises(BridgeError, match=r"^reading the configuration took longer than 0.5 s$"):
        await read_apart(endless, within_s=0.5)
    assert children() == []


def test_a_daemon_that_reads_again_gets_what_is_there_now(file: Path) -> None:
    for limit in (1, 2):
        file.write_text(f"{START}late_press_limit = {limit}\n")
        assert asyncio.run(read_apart(file)).mqtt.late_press_limit_s == limit
    file.write_text(WRONG)
    with pytest.raises(ConfigurationError) as refused:
        asyncio.run(read_apart(file))
    with pytest.raises(ConfigurationError) as checked:
        load(file, os.environ)
    assert refused.value.problems == checked.value.problems
