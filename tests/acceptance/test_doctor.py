"""The doctor, and `/readyz`: both name the cause of what is wrong, on the real daemon in real trouble."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web

from tests.parts.daemon import DOOR_TOPIC, SERVICE_KEY, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until


class Check(msgspec.Struct, frozen=True):
    """A line of the doctor's, as a program reads it."""

    name: str
    verdict: str
    cause: str
    cure: str


@dataclass
class Me:
    """A stand-in for IFTTT's answer about a key."""

    url: str = ""

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Know one key."""
        if request.headers.get("IFTTT-Service-Key") != SERVICE_KEY:
            return web.Response(status=401)
        return web.json_response({"authentication_level": "service", "service_id": "elm_street"})


@pytest.fixture
async def me() -> AsyncIterator[Me]:
    ifttt = Me()
    runner = web.ServerRunner(web.Server(ifttt.answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ifttt.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v2/me"
    yield ifttt
    await runner.cleanup()


async def examine(daemon: Daemon, me: Me, *flags: str, **environ: str) -> tuple[int, dict[str, list[Check]]]:
    command = [sys.executable, "-m", "bridge", "--config", str(daemon.folder / "bridge.toml"), "doctor", "--json"]
    process = await asyncio.create_subprocess_exec(
        *(*command, "--me-url", me.url, *flags),
        env=os.environ | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert errors == b""
    found: dict[str, list[Check]] = {}
    for line in output.splitlines():
        check = msgspec.json.decode(line, type=Check)
        assert (check.cure == "") == (check.verdict == "ok"), check
        found.setdefault(check.name, []).append(check)
    assert process.returncode is not None
    return process.returncode, found


async def causes(daemon: Daemon) -> dict[str, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{daemon.private_port}/readyz") as response,
    ):
        found: dict[str, str] = (await response.json())["causes"]
        return found


async def cause_of(daemon: Daemon, part: str, word: str) -> bool:
    return word in (await causes(daemon)).get(part, "")


def problems(found: dict[str, list[Check]]) -> list[Check]:
    return [check for checks in found.values() for check in checks if check.verdict == "problem"]


async def test_a_healthy_home_has_no_problem_and_silent_topics_are_named(
    broker: Mosquitto, daemon: Daemon, me: Me
) -> None:
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed")
    await broker.publish("home/kettle/state", "boiling")
    await until(lambda: daemon.knows("front-door") and "message.ignored" in daemon.log, what="both being heard")
    address = f"http://127.0.0.1:{daemon.public_port}"
    status, found = await examine(daemon, me, "--public", BRIDGE_PUBLIC__URL=address)
    assert (status, problems(found)) == (0, [])
    assert "running since" in found["daemon"][0].cause
    assert found["broker"][0].cause == f"the daemon is connected to 127.0.0.1:{broker.port}"
    assert "heard at" in found[f"topic {DOOR_TOPIC}"][0].cause
    assert "was not understood" in found["topic home/kettle/state"][0].cause
    assert "nothing was ever heard" in found["topic home/bedside-button/action"][0].cause
    assert [check.verdict for check in found["storage"]] == ["ok", "ok"]
    assert "answers 200 with the service key and 401 without" in found["public address"][0].cause
    assert "elm_street" in found["service key"][0].cause

    assert daemon.stop() == 0
    before = sorted(daemon.database.parent.iterdir())
    status, found = await examine(daemon, me, "--public", BRIDGE_PUBLIC__URL=address)
    assert sorted(daemon.database.parent.iterdir()) == before
    assert (status, [check.name for check in problems(found)]) == (1, ["public address"])
    assert found["daemon"][0] == Check(
        "daemon", "warning", "it is not running", "start it: systemctl start ifttt-bridge"
    )
    assert "answers, and takes the credentials" in found["broker"][0].cause
    assert "known from before" in found[f"topic {DOOR_TOPIC}"][0].cause
    assert "nothing listens there" in found["public address"][0].cause


async def test_a_frozen_broker_is_named(broker: Mosquitto, daemon: Daemon, me: Me) -> None:
    broker.freeze()
    await daemon.start(ready=False)
    await until(lambda: cause_of(daemon, "broker", "does not answer"), what="the broker being missed")
    status, found = await examine(daemon, me)
    assert (status, [check.name for check in problems(found)]) == (1, ["broker"])
    assert "does not answer within" in found["broker"][0].cause
    assert "stand still" in found["broker"][0].cure


async def test_a_full_disk_is_named(broker: Mosquitto, daemon: Daemon, me: Me) -> None:
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed")
    await until(lambda: daemon.knows("front-door"), what="the first state on disk")
    daemon.limit_file_size(max(path.stat().st_size for path in daemon.database.parent.iterdir()))
    for number in range(60):
        await broker.publish(DOOR_TOPIC, "open" if number % 2 == 0 else "closed")
    await until(lambda: cause_of(daemon, "storage", "database"), what="the full disk being noticed")
    status, found = await examine(daemon, me)
    assert (status, {check.name for check in problems(found)}) == (1, {"storage"})
    assert found["storage"][0].cause == (await causes(daemon))["storage"]
    assert "make room" in found["storage"][0].cure


async def test_a_removed_secret_is_named_while_the_daemon_goes_on(broker: Mosquitto, daemon: Daemon, me: Me) -> None:
    secret = daemon.folder / "mqtt-password"
    secret.write_text("open sesame\n")
    daemon.mqtt = 'username = "bridge"\npassword_file = "mqtt-password"'
    await daemon.start()
    secret.unlink()
    await until(lambda: cause_of(daemon, "configuration", "does not exist"), what="the missing file being noticed")
    cause = (await causes(daemon))["configuration"]
    assert cause.startswith(f"mqtt.password_file: the file {secret} does not exist; check the path; ")
    assert "open sesame" not in cause + daemon.log
    status, found = await examine(daemon, me)
    assert (status, [check.name for check in problems(found)]) == (1, ["configuration"])
    assert str(secret) in found["configuration"][0].cause
    assert "mqtt.password_file" in found["configuration"][0].cause
    assert "running since" in found["daemon"][0].cause
    assert found["broker"][0].verdict == "ok"
    await broker.publish(DOOR_TOPIC, "closed")
    await until(lambda: daemon.knows("front-door"), what="the daemon going on")
    secret.write_text("open sesame\n")
    await until(daemon.is_ready, what="the file being back")
    assert (daemon.log.count("config.file_lost"), daemon.log.count("config.file_back")) == (1, 1)


async def test_a_removed_credential_is_named(daemon: Daemon, me: Me) -> None:
    credentials = daemon.folder / "credentials"
    credentials.mkdir()
    (credentials / "mqtt.password").write_text("open sesame\n")
    daemon.mqtt = 'username = "bridge"'
    daemon.launcher = ("env", f"CREDENTIALS_DIRECTORY={credentials}")
    await daemon.start()
    (credentials / "mqtt.password").unlink()
    await until(lambda: cause_of(daemon, "configuration", "mqtt.password"), what="its absence being noticed")
    assert "the credential" in (await causes(daemon))["configuration"]
    _, found = await examine(daemon, me, CREDENTIALS_DIRECTORY=str(credentials))
    [problem] = problems(found)
    assert str(credentials / "mqtt.password") in problem.cause


async def test_a_password_that_the_broker_refuses_is_named(tmp_path: Path, realtime: RealtimeApi, me: Me) -> None:
    passwords, folder = tmp_path / "passwords", tmp_path / "daemon"
    subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, "bridge", "right"], check=True, capture_output=True)  # noqa: ASYNC221 -- for a moment
    folder.mkdir()
    broker = Mosquitto(tmp_path, extra=f"password_file {passwords}")
    daemon = Daemon(folder, broker.port, realtime.url, mqtt='username = "bridge"\npassword = "wrong"')
    try:
        await broker.start()
        await daemon.start(ready=False)
        await until(lambda: cause_of(daemon, "broker", "let the user"), what="the refusal being told")
        _, found = await examine(daemon, me)
        assert [check.name for check in problems(found)] == ["broker"]
        assert "let the user" in found["broker"][0].cause
        assert "mosquitto_passwd" in found["broker"][0].cure
        assert daemon.stop() == 0
        _, found = await examine(daemon, me)
        assert "let the user" in found["broker"][0].cause
    finally:
        daemon.close()
        broker.close()


async def test_a_wrong_service_key_is_named(broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi, me: Me) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    await daemon.poll(token, "door_opened", {"door": "front-door"}, trigger_identity="one")
    realtime.status = 401
    await broker.publish(DOOR_TOPIC, "closed")
    await broker.publish(DOOR_TOPIC, "open")
    await until(lambda: cause_of(daemon, "realtime", "refuses the service key"), what="the refusal being told")
    status, found = await examine(daemon, me, BRIDGE_IFTTT__SERVICE_KEYS="another-key-for-tests")
    assert (status, [check.name for check in problems(found)]) == (1, ["realtime", "service key"])
    assert found["realtime"][0].cause == found["service key"][0].cause == "IFTTT refuses the service key"
    assert "another-key" not in str(found)


async def test_a_daemon_that_stands_still_is_told_as_that(daemon: Daemon, me: Me) -> None:
    await daemon.start()
    daemon.freeze()
    try:
        status, found = await examine(daemon, me)
    finally:
        daemon.thaw()
    assert status == 1
    assert "does not answer: it stands still" in found["daemon"][0].cause


@pytest.mark.parametrize(
    ("storage", "more", "cause"),
    [
        ("sqlite:////tmp/a\\u0000b.db", "", "no NUL"),
        ("sqlite:///tmp/bridge.db", f"x = {'[' * 5000}{']' * 5000}", "nested too deeply"),
    ],
)
async def test_a_configuration_that_says_nonsense_is_a_problem_and_no_stack_trace(
    daemon: Daemon, me: Me, storage: str, more: str, cause: str
) -> None:
    (daemon.folder / "bridge.toml").write_text(f'[storage]\nurl = "{storage}"\n{more}\n')
    status, found = await examine(daemon, me)
    assert status == 1
    assert any(cause in check.cause for check in found["configuration"])
    assert "daemon" in found
