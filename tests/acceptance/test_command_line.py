"""The command line: what it prints, and how it ends."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import urllib.request
from http import HTTPStatus
from pathlib import Path

import msgspec
import pytest

from bridge import __version__
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.ports import free_port
from tests.parts.terminal import at_a_terminal
from tests.parts.waiting import until


def command(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    program, env = [sys.executable, "-m", "bridge", *arguments], os.environ | environ
    return subprocess.run(program, input=stdin, capture_output=True, text=True, check=False, timeout=60, env=env)


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "bridge.toml"
    path.write_text(
        f'[mqtt]\nurl = "mqtt://127.0.0.1:9"\n[storage]\nurl = "sqlite://{tmp_path}/bridge.db"\n'
        '[ifttt]\nservice_keys = ["a-key-for-tests"]\n'
    )
    return str(path)


def test_the_version_is_the_one_of_the_package() -> None:
    assert command("--version").stdout.split() == ["ifttt-bridge", __version__]


@pytest.mark.parametrize("arguments", [(), ("dance",), ("token",), ("user", "add")])
def test_wrong_usage_ends_with_status_two(arguments: tuple[str, ...]) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert "usage: ifttt-bridge" in done.stderr


def test_a_wrong_configuration_ends_with_status_two_and_names_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "bridge.toml"
    path.write_text('[mqtt]\nurl = "embedded"\nclientid = "x"\n')
    for name in (("run", "--no-safe-mode"), ("check-config",)):
        done = command("--config", str(path), *name)
        assert done.returncode == 2
        assert f"{path}:3: mqtt.clientid" in done.stderr
        assert "client_id" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_right_configuration_ends_with_status_zero(config: str) -> None:
    assert command("--config", config, "check-config").returncode == 0


def test_a_user_is_added_once_listed_and_gets_tokens(config: str) -> None:
    added = command("--config", config, "user", "add", "anna", "--password-stdin", stdin="correct horse\n")
    assert added.returncode == 0, added.stderr
    again = command("--config", config, "user", "add", "anna")
    assert (again.returncode, "already" in again.stderr) == (1, True)
    listed = command("--config", config, "user", "list", "--json")
    [user] = [msgspec.json.decode(line) for line in listed.stdout.splitlines()]
    assert (user["name"], user["home"]) == ("anna", "home")
    assert user["id"] in added.stdout
    tokens = {command("--config", config, "token", "mint", "anna").stdout.split()[-1] for _ in range(2)}
    assert len(tokens) == 2


def test_a_person_at_a_terminal_is_asked_for_the_password_twice_and_it_is_never_shown(config: str) -> None:
    typed = {"New password of ann": "a long password", "Once more": "another long one"}
    status, screen = at_a_terminal(config, "user", "add", "ann", typed=typed)
    assert (status, "not the same" in screen) == (1, True)
    typed["Once more"] = typed["New password of ann"]
    status, screen = at_a_terminal(config, "user", "add", "ann", typed=typed)
    assert (status, "Added ann to home" in screen) == (0, True)
    assert "long" not in screen
    assert command("--config", config, "user", "list").stdout.startswith("ann ")


@pytest.mark.parametrize(
    ("arguments", "stdin", "reason"),
    [
        (("user", "add", ""), "", "a name has"),
        (("user", "add", "anna", "--home", "castle"), "", "no home 'castle'"),
        (("user", "add", "anna", "--password-stdin"), "short\n", "a password has"),
        (("token", "mint", "nobody"), "", "no user 'nobody'"),
    ],
)
def test_what_cannot_be_done_ends_with_status_one_and_the_reason(
    config: str, arguments: tuple[str, ...], stdin: str, reason: str
) -> None:
    done = command("--config", config, *arguments, stdin=stdin)
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_the_database_and_its_folder_are_private(config: str) -> None:
    command("--config", config, "user", "add", "anna")
    database = Path(config).with_name("bridge.db")
    assert oct(database.stat().st_mode & 0o777) == "0o600"


def test_an_address_that_is_taken_or_not_ours_is_told_in_one_line_with_what_to_do(config: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = command("--config", config, "run", BRIDGE_PUBLIC__LISTEN=address)
    assert done.returncode == 1
    [told] = [line for line in done.stderr.splitlines() if "[public] listen" in line]
    assert told.endswith(
        f"cannot listen on {address}: another program has this port (ss -ltnp shows which); "
        "stop it, or give another port"
    )
    done = command(
        "--config", config, "run", BRIDGE_PUBLIC__LISTEN="127.0.0.1:0", BRIDGE_PRIVATE__LISTEN="192.0.2.1:8081"
    )
    assert done.returncode == 1
    assert "[private] listen: cannot listen on 192.0.2.1:8081: this machine has no such address" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_log_that_cannot_be_written_ends_nothing(config: str) -> None:
    public, private = free_port(), free_port()
    listeners = f'[public]\nlisten = "127.0.0.1:{public}"\n[private]\nlisten = "127.0.0.1:{private}"\n'
    process = _run_without_a_log(config, listeners)
    try:
        await until(lambda: _answers(private, "/livez"), what="the daemon being alive without a log")
    finally:
        process.terminate()
    assert process.wait(30) == 0


def _run_without_a_log(config: str, more: str) -> "subprocess.Popen[bytes]":
    with Path(config).open("a") as file:
        file.write(more)
    with Path("/dev/full").open("w") as full:
        return subprocess.Popen([sys.executable, "-m", "bridge", "--config", config, "run"], stderr=full)


def _answers(port: int, path: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
        return bool(response.status == HTTPStatus.OK)
    return False


async def test_events_are_listed_while_the_daemon_runs(broker: Mosquitto, daemon: Daemon) -> None:
    await daemon.start()
    for payload in ("closed", "open", "closed"):
        await broker.publish(DOOR_TOPIC, payload)
    await broker.publish(BUTTON_TOPIC, "double")
    await until(lambda: daemon.count_events() == 3, what="three events")
    events = daemon.events()
    assert [event["kind"] for event in events] == ["contact.opened", "contact.closed", "button.double"]
    assert [event["seq"] for event in events] == [1, 2, 3]
    assert set(events[0]) == {
        *("id", "seq", "home", "entity", "device", "kind", "recorded_at", "offered", "reason", "ingredients"),
    }
    assert events[2]["ingredients"]["press"] == "double"
    assert daemon.command("events", "--home", "elsewhere") == ""
    assert "Bedside button" in daemon.command("events")


def test_the_demo_plays_its_rounds_and_ends() -> None:
    done = command("demo", "--rounds", "1", "--pause", "0")
    assert done.returncode == 0, done.stderr
    lines = [line.split(" ms  ")[1] for line in done.stdout.splitlines() if " ms " in line]
    pairing, steps = lines[:6], [line.split("  ")[0] for line in lines[6:]]
    assert pairing[:3] == [
        "discovered   Front door, Aqara MCCGQ11LM: contact",
        "discovered   Bedside button, Aqara WXKG11LM: button",
        "discovered   Hall light, IKEA LED1836G9: light",
    ]
    for line, name in zip(pairing[3:], ("Front door", "Bedside button", "Hall light"), strict=True):
        assert re.fullmatch(f"accepted     {name}, id d_[0-9a-f]{{6}}…", line)
    scene = ["on disk", "IFTTT told", "IFTTT asked", "light told"]
    assert steps == [*scene, "light on", *scene, "light off"]
