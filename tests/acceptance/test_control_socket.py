"""The command line beside a running daemon, and alone: the same answers, and what is taken away is gone at once."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bridge.desk.requests import ReadEvents, request_to_bytes
from bridge.storage.lock import hold_lock
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, LIGHT_TOPIC, Daemon
from tests.parts.grants import connect
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

UNTOUCHED = [
    ("user", "list"),
    ("user", "list", "--json"),
    ("token", "list"),
    ("token", "list", "--json"),
    ("token", "list", "anna"),
    ("token", "list", "nobody"),
    ("token", "revoke", "ffffffffffff"),
    ("token", "revoke", "ff"),
    ("grant", "list"),
    ("grant", "list", "--json"),
    ("grant", "list", "anna"),
    ("grant", "list", "nobody"),
    ("grant", "revoke", "ffffffffffff"),
    ("grant", "revoke", "ff"),
    ("user", "add", "anna"),
    ("user", "add", "bea", "--home", "castle"),
    ("user", "remove", "nobody"),
    ("device", "list"),
    ("device", "list", "--json"),
    ("device", "list", "--home", "elsewhere"),
    ("device", "show", "front-door"),
    ("device", "show", "bedside-button"),
    ("device", "show", "hall-light", "--json"),
    ("device", "show", "nothing"),
    ("events",),
    ("events", "--json"),
    ("events", "--home", "home"),
    ("events", "--home", "elsewhere", "--json"),
    ("trace",),
    ("trace", "--all", "--json"),
    ("trace", "ffffffffffff"),
    ("trace", "ff"),
    ("applets",),
    ("applets", "--json"),
]
"""Commands that leave everything as it is: their answers can be compared to the byte."""

CHANGES = [
    ("user", "add", "bea", "--password-stdin"),
    ("user", "passwd", "bea", "--password-stdin"),
    ("token", "mint", "bea"),
    ("token", "list", "bea", "--json"),
    ("user", "remove", "bea"),
    ("user", "list"),
]
"""Commands that change something and in the end leave things as they were: new ids and times differ."""


def ask(daemon: Daemon, *arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "bridge", "--config", str(daemon.folder / "bridge.toml"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


def opened(pid: int, path: str) -> bool:
    """Tell whether a process has a file open."""
    with contextlib.suppress(OSError):
        return any(str(each.readlink()) == path for each in Path(f"/proc/{pid}/fd").iterdir())
    return False


ONE_AFTER_THE_OTHER = """
import contextlib, io, json, sys
from bridge.cli import main
answers = []
for command in json.loads(sys.argv[1]):
    sys.stdin, output, errors = io.StringIO("correct horse\\n"), io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        status = main(command)
    answers.append((status, output.getvalue(), errors.getvalue()))
print(json.dumps(answers))
"""
"""Runs many commands in one process: most of the time of a command is the start of Python."""


def ask_all(daemon: Daemon) -> list[tuple[int, str, str]]:
    config = ("--config", str(daemon.folder / "bridge.toml"))
    commands = [[*config, *command] for command in (*UNTOUCHED, *CHANGES)]
    program = [sys.executable, "-c", ONE_AFTER_THE_OTHER, json.dumps(commands)]
    done = subprocess.run(program, capture_output=True, text=True, check=True, timeout=120)
    answers = [(status, output, errors) for status, output, errors in json.loads(done.stdout)]
    chance = re.compile(r"u_[0-9a-f]{24}|\b[0-9a-f]{12}\b|[\w-]{43}|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)")
    changed = [(status, chance.sub("?", output), errors) for status, output, errors in answers[len(UNTOUCHED) :]]
    return answers[: len(UNTOUCHED)] + changed


async def test_every_command_answers_the_same_with_and_without_a_daemon(broker: Mosquitto, daemon: Daemon) -> None:
    daemon.add_user("anna")
    granted = await connect(daemon.database, "anna")
    await daemon.start()
    for topic, word in ((DOOR_TOPIC, "closed"), (DOOR_TOPIC, "open"), (BUTTON_TOPIC, "double")):
        await broker.publish(topic, word)
    await broker.publish(LIGHT_TOPIC, '{"state":"ON","brightness":128}')
    await until(lambda: daemon.count_events() == 2 and daemon.knows("hall-light"), what="everything on disk")
    beside = ask_all(daemon)
    assert daemon.stop() == 0
    alone = ask_all(daemon)
    for command, one, other in zip([*UNTOUCHED, *CHANGES], beside, alone, strict=True):
        assert one == other, command
    by_command = dict(zip([*UNTOUCHED, *CHANGES], alone, strict=True))
    assert by_command["device", "list"][1].count("\n") == 4
    assert by_command["events",][1].count("\n") == 2
    assert granted.grant in by_command["grant", "list"][1]
    assert "connected" in by_command["user", "list"][1]
    assert by_command["user", "remove", "bea"][0] == by_command["token", "mint", "bea"][0] == 0
    for refused in [
        ("token", "list", "nobody"),
        ("grant", "list", "nobody"),
        ("grant", "revoke", "ffffffffffff"),
        ("device", "show", "nothing"),
        ("user", "add", "anna"),
    ]:
        assert by_command[refused][0] == 1
        assert "ifttt-bridge: there is" in by_command[refused][2]


async def test_what_is_taken_away_while_the_daemon_runs_is_gone_at_once(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    kept = daemon.add_user("anna")
    revoked = daemon.command("token", "mint", "anna").split()
    removed = daemon.add_user("bea")
    await daemon.start()
    for token in (kept, revoked[-1], removed):
        await daemon.poll(token, "door_opened", {"door": "front-door"}, trigger_identity="one")

    daemon.command("token", "revoke", revoked[2])
    daemon.command("user", "remove", "bea")

    body = {"triggerFields": {"door": "front-door"}, "trigger_identity": "one"}
    assert [(await daemon.post("triggers/door_opened", token, body))[0] for token in (kept, revoked[-1], removed)] == [
        *(200, 401, 401)
    ]
    assert "bea" not in daemon.command("token", "list").split()
    await broker.publish(DOOR_TOPIC, "closed")
    await broker.publish(DOOR_TOPIC, "open")
    await until(lambda: len(realtime.told) > 0, what="IFTTT being told")
    assert daemon.stop() == 0
    assert realtime.told == ["one"]
    with daemon.reader() as connection:
        assert connection.execute("SELECT count(*) FROM trigger_identities").fetchone() == (1,)


async def test_following_ends_when_the_daemon_stops_and_says_so(broker: Mosquitto, daemon: Daemon) -> None:
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed")
    await broker.publish(DOOR_TOPIC, "open")
    command = [sys.executable, "-m", "bridge", "--config", str(daemon.folder / "bridge.toml")]
    follower = subprocess.Popen(  # noqa: ASYNC220 -- does not wait
        [*command, "events", "--follow", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    output = b""
    assert follower.stdout is not None
    output += follower.stdout.readline()
    await broker.publish(DOOR_TOPIC, "closed")
    output += follower.stdout.readline()
    assert daemon.stop() == 0
    rest, errors = follower.communicate(timeout=30)
    kinds = [msgspec.json.decode(line)["kind"] for line in (output + rest).splitlines()]
    assert kinds == ["contact.opened", "contact.closed"]
    assert (follower.returncode, errors) == (
        1,
        b"ifttt-bridge: no daemon is running any more: nothing happens that could be followed\n",
    )


async def test_who_waits_for_the_next_event_gets_an_answer_when_the_daemon_stops(daemon: Daemon) -> None:
    await daemon.start()
    question = request_to_bytes(ReadEvents(0, None, wait=True))
    with socket.socket(socket.AF_UNIX) as waiting:
        waiting.connect(str(daemon.database.with_name("control.sock")))
        waiting.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(question), question))
        daemon.command("user", "list")  # answered after the question has been taken in
        assert daemon.stop() == 0
        answer = waiting.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b'{"events":[],"live":true}')


@pytest.mark.parametrize("given", [True, False])
async def test_the_socket_is_the_owners_alone_and_gone_after_a_clean_stop(
    daemon: Daemon, tmp_path: Path, *, given: bool
) -> None:
    if given:
        daemon.launcher = ("env", f"RUNTIME_DIRECTORY={tmp_path / 'runtime'}")
    path = (tmp_path / "runtime" if given else daemon.database.parent) / "control.sock"
    await daemon.start()
    assert (path.is_socket(), oct(path.stat().st_mode & 0o777)) == (True, "0o600")
    assert oct(path.parent.stat().st_mode & 0o777) == "0o700"
    daemon.kill()
    assert path.exists()

    await daemon.start()
    assert "no users yet" in daemon.command("user", "list")
    assert daemon.stop() == 0
    assert not path.exists()
    assert "control.unavailable" not in daemon.log


async def test_a_second_daemon_on_the_same_database_ends_with_status_one(daemon: Daemon) -> None:
    await daemon.start()
    status, _, errors = ask(daemon, "run")
    assert status == 1
    assert "another ifttt-bridge is running" in errors
    assert await daemon.is_ready()
    assert daemon.command("user", "list")


async def test_a_daemon_waits_for_the_command_that_holds_the_database(daemon: Daemon) -> None:
    daemon.add_user("anna")
    with hold_lock(daemon.database):
        daemon.launch()
        await until(lambda: opened(daemon.pid, f"{daemon.database}.lock"), what="the daemon asking for the lock")
    await until(daemon.is_ready, what="the daemon being up")


async def test_a_command_waits_for_a_daemon_that_is_on_its_way_out(daemon: Daemon) -> None:
    daemon.add_user("anna")
    with hold_lock(daemon.database, spoken_to_at=daemon.database.with_name("control.sock")):
        command = [sys.executable, "-m", "bridge", "--config", str(daemon.folder / "bridge.toml"), "user", "list"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: ASYNC220 -- does not wait
        await until(lambda: opened(process.pid, f"{daemon.database}.lock"), what="the command asking for the lock")
    output, _ = process.communicate(timeout=30)
    assert b"anna" in output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
async def test_root_is_sent_to_the_owner_of_the_database_and_leaves_nothing_there(daemon: Daemon) -> None:
    daemon.add_user("anna")
    for path in (daemon.database.parent, *daemon.database.parent.iterdir()):
        os.chown(path, 65534, -1)
    before = sorted(daemon.database.parent.iterdir())
    status, _, errors = ask(daemon, "user", "list")
    assert status == 1
    assert f"{daemon.database} belongs to nobody; run this as that user: sudo -u 'nobody' ifttt-bridge" in errors
    assert sorted(daemon.database.parent.iterdir()) == before
    assert {path.stat().st_uid for path in before} == {65534}

    for path in before:
        path.unlink()
    assert "belongs to nobody" in ask(daemon, "user", "list")[2]
    assert list(daemon.database.parent.iterdir()) == []
