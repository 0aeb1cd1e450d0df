"""The simulated Realtime API: what it takes, what it refuses, and its bad days."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bridge.simulator.habits import Listen
from bridge.simulator.protocol import Entry
from bridge.simulator.realtime_listener import Call, RealtimeListener, Said

KEY = "service-key"
ONE = b'{"data": [{"trigger_identity": "identity-0"}]}'


@dataclass(frozen=True, slots=True)
class Reply:
    """What the Realtime API answered."""

    status: int
    said: dict[str, list[dict[str, str]]]
    retry_after: str | None


@dataclass(slots=True)
class Caller:
    """Calls the Realtime API as a service does, keeping its connections."""

    session: aiohttp.ClientSession
    listener: RealtimeListener

    async def notify(self, body: bytes = ONE, *, key: str | None = KEY, request_id: str = "") -> Reply:
        """Send one notification."""
        headers = {"X-Request-ID": request_id} | ({} if key is None else {"IFTTT-Service-Key": key})
        async with self.session.post(self.listener.url, data=body, headers=headers) as response:
            return Reply(response.status, await response.json(), response.headers.get("Retry-After"))


@pytest.fixture
def acted_on() -> list[tuple[Entry, ...]]:
    return []


@pytest.fixture
async def listener(acted_on: list[tuple[Entry, ...]]) -> AsyncIterator[RealtimeListener]:
    def take(entries: tuple[Entry, ...], status: int) -> None:
        if status == 200:
            acted_on.append(entries)

    listening = RealtimeListener(KEY, Listen(), on_entries=take)
    await listening.start()
    yield listening
    await listening.stop()


@pytest.fixture
async def caller(listener: RealtimeListener) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield Caller(session, listener)


def identities(n: int) -> bytes:
    """Return a notification with `n` entries."""
    return json.dumps({"data": [{"trigger_identity": f"identity-{number}"} for number in range(n)]}).encode()


async def test_a_good_notification_is_answered_with_an_empty_object_and_acted_on(
    caller: Caller, acted_on: list[tuple[Entry, ...]]
) -> None:
    assert await caller.notify() == Reply(200, {}, None)
    assert acted_on == [(Entry(trigger_identity="identity-0"),)]


async def test_a_notification_is_recorded(caller: Caller) -> None:
    await caller.notify(request_id="request-7")

    (recorded,) = caller.listener.notifications.newest
    assert recorded.entries == (Entry(trigger_identity="identity-0"),)
    assert (recorded.status, recorded.request_id) == (200, "request-7")
    assert recorded.at > 0


@pytest.mark.parametrize(
    "key", [None, "", "service-ke", "service-key2", "SERVICE-KEY", "schlüssel", "Bearer service-key"]
)
async def test_another_key_is_refused_and_recorded(
    caller: Caller, acted_on: list[tuple[Entry, ...]], key: str | None
) -> None:
    reply = await caller.notify(key=key)

    assert reply.status == 401
    assert "service key" in reply.said["errors"][0]["message"]
    assert acted_on == []
    assert [one.status for one in caller.listener.notifications.newest] == [401]


async def test_a_wrong_key_is_refused_before_the_body_is_judged(caller: Caller) -> None:
    assert (await caller.notify(b"nonsense", key="wrong")).status == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b'{"data": {}}',
        b'{"data": ["identity"]}',
        b'{"data": [{}]}',
        b'{"data": [{"trigger_identity": ""}]}',
        b'{"data": [{"trigger_identity": 7}]}',
        b'{"data": [{"user_id": null}]}',
        b'{"data": [{"TriggerIdentity": "identity"}]}',
        b'{"data": [{"trigger_identity": "identity", "user_id": "u"}]}',
        b'{"data": [{"trigger_identity": "identity"}, {}]}',
    ],
)
async def test_a_malformed_notification_is_refused_whole(
    caller: Caller, acted_on: list[tuple[Entry, ...]], body: bytes
) -> None:
    reply = await caller.notify(body)

    assert reply.status == 400
    assert reply.said["errors"][0]["message"]
    assert acted_on == []
    assert [one.status for one in caller.listener.notifications.newest] == [400]


async def test_a_thousand_entries_are_taken_and_one_more_is_too_many(
    caller: Caller, acted_on: list[tuple[Entry, ...]]
) -> None:
    assert (await caller.notify(identities(1000))).status == 200
    assert (await caller.notify(identities(1001))).status == 400
    assert [len(entries) for entries in acted_on] == [1000]


async def test_a_bad_day_lasts_as_many_calls_as_planned(caller: Caller, acted_on: list[tuple[Entry, ...]]) -> None:
    caller.listener.respond_with(503, retry_after=7, times=2)

    replies = [await caller.notify() for _ in range(3)]

    assert [(reply.status, reply.retry_after) for reply in replies] == [(503, "7"), (503, "7"), (200, None)]
    assert len(acted_on) == 1
    assert [one.status for one in caller.listener.notifications.newest] == [503, 503, 200]
    assert [len(one.entries) for one in caller.listener.notifications.newest] == [1, 1, 1]


async def test_a_bad_day_without_advice_names_no_time(caller: Caller) -> None:
    caller.listener.respond_with(429)

    reply = await caller.notify()

    assert (reply.status, reply.retry_after) == (429, None)
    assert (await caller.notify()).status == 200


async def test_a_call_that_would_be_refused_anyway_uses_up_no_bad_day(caller: Caller) -> None:
    caller.listener.respond_with(503)

    assert (await caller.notify(key="wrong")).status == 401
    assert (await caller.notify()).status == 503


async def test_a_listener_that_is_down_cuts_connections_and_comes_back_at_its_address(caller: Caller) -> None:
    await caller.notify()
    address = caller.listener.url

    await caller.listener.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await caller.notify()
    with pytest.raises(aiohttp.ClientConnectorError):
        await caller.notify()
    await caller.listener.start()

    assert caller.listener.url == address
    assert (await caller.notify()).status == 200
    assert caller.listener.notifications.total == 2


async def test_starting_and_stopping_twice_is_harmless(caller: Caller) -> None:
    await caller.listener.start()
    assert (await caller.notify()).status == 200
    await caller.listener.stop()
    await caller.listener.stop()


async def test_a_slow_listener_acts_at_once_and_answers_later(
    caller: Caller, acted_on: list[tuple[Entry, ...]]
) -> None:
    caller.listener.slow(3600)
    async with asyncio.TaskGroup() as group:
        calling = group.create_task(caller.notify())
        await caller.listener.notifications.wait_for(1, timeout_s=10, what="notifications")
        assert len(acted_on) == 1
        done, _ = await asyncio.wait([calling], timeout=0.1)
        assert not done
        calling.cancel()

    caller.listener.slow(0)
    assert (await caller.notify()).status == 200


async def test_a_busy_port_is_told_as_such(listener: RealtimeListener) -> None:
    port = int(listener.url.split(":")[2].split("/")[0])
    second = RealtimeListener(KEY, Listen(port=port), on_entries=lambda _entries, _status: None)

    with pytest.raises(OSError, match="address already in use"):
        await second.start()


async def test_it_listens_with_tls_when_given_a_certificate(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "2"]
    process = await asyncio.create_subprocess_exec(
        "openssl",
        "req",
        "-x509",
        *curve,
        *subject,
        "-keyout",
        str(key),
        "-out",
        str(certificate),
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip -- a command line reads better unbroken
    assert await process.wait() == 0
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate, key)
    listening = RealtimeListener(KEY, Listen(ssl_context=server_side), on_entries=lambda _entries, _status: None)
    await listening.start()
    trusting = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=certificate))
    async with aiohttp.ClientSession(connector=trusting, timeout=aiohttp.ClientTimeout(total=10)) as session:
        assert listening.url.startswith("https://")
        assert (await Caller(session, listening).notify()).status == 200
    await listening.stop()


async def test_without_a_port_calls_are_handed_over_and_answered_just_the_same(
    acted_on: list[tuple[Entry, ...]],
) -> None:
    listening = RealtimeListener(KEY, None, on_entries=lambda entries, _status: acted_on.append(entries))
    assert await listening.receive(Call(KEY, ONE)) is None
    await listening.start()
    listening.respond_with(429, retry_after=30)

    refused = await listening.receive(Call(KEY, ONE))
    assert refused is not None
    assert (refused.status, refused.retry_after) == (429, "30")
    assert await listening.receive(Call(KEY, ONE)) == Said(200, {})
    assert acted_on[-1] == (Entry(trigger_identity="identity-0"),)
    with pytest.raises(LookupError, match="no address"):
        assert listening.url
    await listening.stop()
    assert await listening.receive(Call(KEY, ONE)) is None
