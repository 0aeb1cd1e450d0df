"""Seeing and ending connections to IFTTT from the command line, beside a running daemon and alone."""

import json
import subprocess
import sys
from http import HTTPStatus
from typing import Any

import aiohttp

from tests.parts.daemon import DOOR_TOPIC, Daemon
from tests.parts.grants import connect
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.scrape import scrape
from tests.parts.waiting import until

CHECK = {"door": "front-door"}


def grants(daemon: Daemon, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in daemon.command("grant", "list", *arguments, "--json").splitlines()]


def refusal(daemon: Daemon, *arguments: str) -> str:
    """Return why a command fails."""
    command = [sys.executable, "-m", "bridge", "--config", str(daemon.folder / "bridge.toml"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1, done.stdout
    return done.stderr


async def check(daemon: Daemon, token: str) -> int:
    """Check a connection as IFTTT does."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as session, session.get(f"{daemon.url}/user/info", headers=headers) as response:
        return response.status


def kept(daemon: Daemon, sql: str) -> list[Any]:
    with daemon.reader() as connection:
        return connection.execute(sql).fetchall()


async def test_each_connection_is_listed_with_how_it_is(daemon: Daemon) -> None:
    for user in ("anna", "bea"):
        daemon.add_user(user)
    first, second = await connect(daemon.database, "anna"), await connect(daemon.database, "bea", "staging")
    await daemon.start()
    assert await check(daemon, first.access) == HTTPStatus.OK
    assert daemon.stop() == 0  # writes down what was noted
    alone = grants(daemon)
    await daemon.start()
    assert grants(daemon) == alone
    anna, bea = alone
    assert (anna["id"], anna["user"], anna["home"], anna["client"]) == (first.grant, "anna", "home", "my_service")
    assert (bea["id"], bea["last_used"], bea["last_check_passed"]) == (second.grant, None, None)
    assert anna["last_check_passed"] is not None
    assert anna["state"] == bea["state"] == "connected"
    assert grants(daemon, "bea") == [bea]
    words = daemon.command("grant", "list")
    assert "connected: 0 of 15 checks failed, last passed 2" in words
    assert "last passed never" in words
    assert "there is no user 'nobody'" in refusal(daemon, "grant", "list", "nobody")


async def test_without_any_it_says_how_one_connects(daemon: Daemon) -> None:
    daemon.add_user("anna")
    assert "Nobody is connected" in daemon.command("grant", "list")
    assert grants(daemon) == []


async def test_a_revoked_grant_gives_401_at_once_and_nobody_is_told_until_they_connect_again(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    for user in ("anna", "bea"):
        daemon.add_user(user)
    anna, bea = await connect(daemon.database, "anna"), await connect(daemon.database, "bea")
    await daemon.start()
    for each, identity in ((anna, "annas"), (bea, "beas")):
        await daemon.poll(each.access, "door_opened", CHECK, trigger_identity=identity)

    said = daemon.command("grant", "revoke", anna.grant[:8])
    assert said == f"Revoked grant {anna.grant} of anna to my_service; its Applets end unless they connect again\n"
    assert await check(daemon, anna.access) == HTTPStatus.UNAUTHORIZED
    assert await check(daemon, bea.access) == HTTPStatus.OK
    await broker.publish(DOOR_TOPIC, "closed")
    await broker.publish(DOOR_TOPIC, "open")
    await until(lambda: "beas" in realtime.told, what="the other one being told")
    assert realtime.told == ["beas"]

    again = await connect(daemon.database, "anna")
    seen = await daemon.poll(again.access, "door_opened", CHECK, trigger_identity="annas")
    assert len(seen) == 1, "its first sight was kept"
    await broker.publish(DOOR_TOPIC, "closed")
    await broker.publish(DOOR_TOPIC, "open")
    await until(lambda: sorted(realtime.told) == ["annas", "beas", "beas"], what="both being told")


async def test_a_grant_revoked_without_a_daemon_is_gone_for_the_next_one(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    for user in ("anna", "bea"):
        daemon.add_user(user)
    anna, bea = await connect(daemon.database, "anna"), await connect(daemon.database, "bea")
    await daemon.start()
    for each, identity in ((anna, "annas"), (bea, "beas")):
        await daemon.poll(each.access, "door_opened", CHECK, trigger_identity=identity)
    assert daemon.stop() == 0
    daemon.command("grant", "revoke", anna.grant)
    await daemon.start()
    assert await check(daemon, anna.access) == HTTPStatus.UNAUTHORIZED
    await broker.publish(DOOR_TOPIC, "closed")
    await broker.publish(DOOR_TOPIC, "open")
    await until(lambda: "beas" in realtime.told, what="the other one being told")
    assert realtime.told == ["beas"]


async def test_one_of_two_grants_ends_alone(broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi) -> None:
    daemon.add_user("anna")
    first, second = await connect(daemon.database, "anna"), await connect(daemon.database, "anna")
    await daemon.start()
    await daemon.poll(first.access, "door_opened", CHECK, trigger_identity="annas")
    assert "another one goes on" in daemon.command("grant", "revoke", first.grant)
    assert [each["id"] for each in grants(daemon)] == [second.grant]
    assert await check(daemon, first.access) == HTTPStatus.UNAUTHORIZED
    assert await check(daemon, second.access) == HTTPStatus.OK
    await broker.publish(DOOR_TOPIC, "closed")
    await broker.publish(DOOR_TOPIC, "open")
    await until(lambda: realtime.told == ["annas"], what="being told")


async def test_what_cannot_be_revoked_is_refused_in_words(daemon: Daemon) -> None:
    daemon.add_user("anna")
    await connect(daemon.database, "anna")
    assert "give at least 6 characters" in refusal(daemon, "grant", "revoke", "ab")
    assert "there is no grant 'zzzzzzzz'; `ifttt-bridge grant list`" in refusal(daemon, "grant", "revoke", "zzzzzzzz")


async def test_failed_checks_are_warned_of_counted_and_listed_long_before_the_end(daemon: Daemon) -> None:
    daemon.add_user("anna")
    anna = await connect(daemon.database, "anna")
    other = await connect(daemon.database, "anna")
    await daemon.start()
    assert await check(daemon, anna.access) == HTTPStatus.OK
    daemon.command("grant", "revoke", other.grant)
    for number in range(17):
        assert await check(daemon, other.access) == HTTPStatus.UNAUTHORIZED, number
    assert daemon.stop() == 0
    assert daemon.log.count("event=connection.failing") == 1
    await daemon.start()

    async def measured() -> bool:
        seen = await scrape(daemon.private_port)
        failing = seen.value("ifttt_bridge_connections", state="failing") == 1
        return failing and seen.value("ifttt_bridge_connection_failed_checks_max") == 15

    await until(measured, what="the figures saying so")
    assert daemon.log.count("event=connection.failing") == 2
    [row] = grants(daemon, "anna")
    assert (row["failed_checks"], row["of"], row["state"]) == (15, 15, "failing")
    assert row["reason"] == "its token was revoked"
    assert row["advice"]
    assert "failing, 15 of 15 checks failed" in daemon.command("user", "list")
    words = daemon.command("grant", "list")
    assert "failing: 15 of 15 checks failed" in words
    assert "-> if that was not meant: connect the service again at IFTTT" in words
    [user] = [json.loads(line) for line in daemon.command("user", "list", "--json").splitlines()]
    assert (user["connections"], user["state"], user["failed_checks"]) == (1, "failing", 15)


async def test_nothing_of_a_removed_user_is_left(daemon: Daemon) -> None:
    daemon.add_user("anna")
    anna = await connect(daemon.database, "anna")
    await daemon.start()
    assert await check(daemon, anna.access) == HTTPStatus.OK
    daemon.command("user", "remove", "anna")
    assert await check(daemon, anna.access) == HTTPStatus.UNAUTHORIZED
    assert daemon.stop() == 0
    for table in ("grants", "connection_checks", "failed_checks", "dead_tokens", "tokens"):
        assert kept(daemon, f"SELECT * FROM {table}") == [], table  # noqa: S608 -- names above


CLIENT = """
url = "https://home.example.org"
[[oauth.clients]]
client_id = "my_service"
client_secret = "a-secret-of-the-client"
redirect_uris = ["https://ifttt.com/channels/my_service/authorize"]
"""


async def test_a_revoked_refresh_token_gets_invalid_grant_and_the_listing_says_so(daemon: Daemon) -> None:
    daemon.edit("[private]", f"{CLIENT}[private]")
    daemon.add_user("anna")
    anna = await connect(daemon.database, "anna")
    await daemon.start()
    daemon.command("grant", "revoke", anna.grant)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": anna.refresh,
        "client_id": "my_service",
        "client_secret": "a-secret-of-the-client",
    }
    address = f"http://127.0.0.1:{daemon.public_port}/oauth/token"
    async with aiohttp.ClientSession() as session, session.post(address, data=form) as response:
        assert (response.status, (await response.json())["error"]) == (HTTPStatus.BAD_REQUEST, "invalid_grant")
    seen = await scrape(daemon.private_port)
    assert seen.value("ifttt_bridge_refreshes_refused_total") == 1
    assert daemon.stop() == 0
    [line] = [line for line in daemon.log.splitlines() if "event=connection.failing" in line]
    assert "its token was revoked" in line
    [row] = grants(daemon)
    assert (row["id"], row["state"], row["reason"]) == (None, "revoked", "its token was revoked")
    assert row["refresh_refused"] is not None
    assert "a refresh was refused 2" in daemon.command("grant", "list")
