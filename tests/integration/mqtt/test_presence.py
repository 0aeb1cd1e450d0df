"""What the broker keeps of the bridge itself: online, offline, and what else it says beside that."""

import contextlib
import socket
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.commands import Publication
from bridge.errors import PublicationRefused
from bridge.mqtt.connection import Connection
from bridge.mqtt.session import Broker, Protocol
from tests.integration.mqtt.conftest import TOPIC, Listen
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until

STATUS = "ifttt-bridge/bridge-test/status"
BOTH = pytest.mark.parametrize("protocol", [Protocol.V5, Protocol.V311])


@BOTH
async def test_the_bridge_is_online_while_it_is_there_and_offline_after_it_has_left(
    broker: Mosquitto, listen: Listen, protocol: Protocol
) -> None:
    async with listen(protocol=protocol) as here:
        await here.live()
        with broker.listener(STATUS) as early:
            await until(lambda: early.received() == [(True, "online")], what="online, retained")
            here.connection.hold()  # as the daemon does when it stops
            here.stop()
            await until(lambda: (False, "offline") in early.received(), what="offline")
    with broker.listener(STATUS) as late:
        await until(lambda: late.received() == [(True, "offline")], what="offline, retained")


@BOTH
async def test_the_broker_says_offline_for_a_bridge_that_falls_off(
    broker: Mosquitto, listen: Listen, protocol: Protocol
) -> None:
    async with listen(protocol=protocol) as here:
        await here.live()
        with broker.listener(STATUS) as watcher:
            await until(lambda: bool(watcher.received()), what="the first word")
            _cut(here.connection)
            words = ["online", "offline", "online"]
            await until(lambda: [word for _, word in watcher.received()] == words, what="offline, and being back")


async def test_the_status_topic_can_be_chosen_and_other_news_stands_beside_it(
    broker: Mosquitto, listen: Listen
) -> None:
    to = Broker("127.0.0.1", broker.port, "bridge-test", own_status_topic="bridges/elm-street/state")
    async with listen(to=to) as here:
        await here.connection.publish_status("health", b"before")  # nobody is there to take it, and nobody minds
        await here.live()
        await here.connection.publish_status("health", b'{"ready":true}')
        await here.connection.check_awake()  # behind it
        with broker.listener("bridges/elm-street/health") as health:
            await until(lambda: health.received() == [(True, '{"ready":true}')], what="the health, retained")
        with broker.listener("bridges/elm-street/state") as state:
            await until(lambda: state.received() == [(True, "online")], what="the status, retained")


async def test_a_status_that_the_broker_refuses_is_said_once_and_holds_nothing_up(
    tmp_path: Path, listen: Listen
) -> None:
    strict = await _strict(tmp_path, "topic readwrite home/#\ntopic readwrite ifttt-bridge/bridge-test/marker\n")
    try:
        with capture_logs() as logs:
            async with listen(port=strict.port) as here:
                await here.live()
                await until(lambda: len(here.connection.limits) == 1, what="the limit")
                [limit] = here.connection.limits
                assert f"does not let the bridge publish to {STATUS}" in limit
                await here.connection.check_awake()  # the probe is refused too, which is an answer
                await here.connection.publish(Publication("home/lamp/set", b"ON"))
                await strict.publish(TOPIC, "open")
                await until(lambda: here.payloads == ["open"], what="a message")
                before = here.connection.number
                _cut(here.connection)
                await until(lambda: here.connection.number > before and here.connection.live, what="being back")
                await here.connection.check_awake()  # behind the second status
                assert here.connection.trouble == ""
    finally:
        strict.close()
    assert [line["limit"] for line in logs if line["event"] == "mqtt.limit"] == ["status"]


async def test_a_command_that_the_broker_refuses_counts_as_not_delivered(tmp_path: Path, listen: Listen) -> None:
    strict = await _strict(tmp_path, "topic readwrite ifttt-bridge/#\ntopic read home/#\n")
    try:
        async with listen(port=strict.port, protocol=Protocol.V5) as here:
            await here.live()
            with capture_logs() as logs:
                for _ in range(2):
                    with pytest.raises(PublicationRefused, match="home/lamp/set"):
                        await here.connection.publish(Publication("home/lamp/set", b"ON"))
                [limit] = here.connection.limits
                assert limit.startswith("the broker refuses what is published to home/lamp/set")
                (tmp_path / "rules").write_text("topic readwrite #\n")
                strict.reload()

                async def taken() -> bool:
                    with contextlib.suppress(PublicationRefused):
                        await here.connection.publish(Publication("home/lamp/set", b"ON"))
                    return here.connection.limits == ()

                await until(taken, what="the command being taken")
    finally:
        strict.close()
    said = [(line["event"], line["limit"]) for line in logs]
    assert said == [("mqtt.limit", "command"), ("mqtt.limit_gone", "command")]


@BOTH
@pytest.mark.parametrize(
    ("username", "reason"),
    [
        (None, "the broker lets nobody in without a user; give mqtt.username and mqtt.password_file"),
        ("bridge", 'the broker does not let the user "bridge" in; check mqtt.username and mqtt.password'),
    ],
)
async def test_refused_credentials_are_said_and_right_ones_let_in(
    tmp_path: Path, listen: Listen, protocol: Protocol, username: str | None, reason: str
) -> None:
    (tmp_path / "guarded").mkdir()
    passwords = tmp_path / "passwords"
    passwords.write_text(_LET_ME_IN)
    guarded = Mosquitto(tmp_path / "guarded", extra=f"allow_anonymous false\npassword_file {passwords}")
    await guarded.start()
    try:
        refused = Broker("127.0.0.1", guarded.port, "bridge-test", username, "wrong", protocol)
        with capture_logs() as logs:
            async with listen(to=refused) as here:
                await until(lambda: reason in here.connection.trouble, what="the reason")
        assert "wrong" not in str(logs)
        welcome = Broker("127.0.0.1", guarded.port, "bridge-test", "bridge", "let-me-in", protocol)
        async with listen(to=welcome) as here:
            await here.live()
    finally:
        guarded.close()


def _cut(connection: Connection) -> None:
    """Break the connection as a pulled cable does, only quicker: no word of goodbye."""
    assert connection._client is not None
    sock = connection._client._client.socket()
    assert isinstance(sock, socket.socket)
    sock.shutdown(socket.SHUT_RDWR)


async def _strict(folder: Path, rules: str) -> Mosquitto:
    """Start a broker that allows what is in the list and nothing else."""
    (folder / "strict").mkdir()
    (folder / "rules").write_text(rules)
    strict = Mosquitto(folder / "strict", extra=f"acl_file {folder}/rules")
    await strict.start()
    return strict


_LET_ME_IN = (
    "bridge:$7$101$ealSs+K3h6X7j1tt$kN/4c3pR7WiSLLyGlTrsEWQof88s"
    "4Ni08Zh7X/4XmD26YPMSwiXJgXeiXMQfvz5eU3cM24J5LMVlmtFT7JjS6g==\n"
)
"""As `mosquitto_passwd` writes the user "bridge" with the password "let-me-in"."""
