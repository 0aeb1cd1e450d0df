"""Encrypted connections and WebSockets to a real broker: those that work, and what is said of those that do not."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.commands import Publication
from bridge.mqtt.message import Message
from bridge.mqtt.probe import try_broker
from bridge.mqtt.session import Broker, Protocol, Tls
from tests.integration.mqtt.conftest import TOPIC, Listen
from tests.integration.mqtt.standins import serving
from tests.parts.certificates import Authority, Certificate
from tests.parts.mosquitto import Mosquitto
from tests.parts.ports import free_port
from tests.parts.waiting import until

KINDS = ("tls", "expired", "misnamed", "strict", "ws", "wss")


@dataclass(frozen=True, slots=True)
class House:
    """A broker with a listener of each kind, and certificates. `strict` wants one of its clients."""

    broker: Mosquitto
    ports: dict[str, int]
    ca: Path
    here: Certificate
    client: Certificate
    stranger: Certificate
    outdated: Certificate
    foreign_ca: Path

    def to(self, kind: str, *, tls: Tls | None = None, path: str | None = None) -> Broker:
        """Return how to reach a listener."""
        return Broker("127.0.0.1", self.ports[kind], "bridge-test", tls=tls, websocket_path=path)

    def tls(self, client: Certificate | None = None) -> Tls:
        """Return what the bridge believes, and shows."""
        return Tls(self.ca) if client is None else Tls(self.ca, client.file, client.key)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("encrypted")
    authority, foreign = Authority(folder), Authority(folder, "foreign")
    here = authority.issue("broker")
    expired = authority.issue("expired", days=-1)
    misnamed = authority.issue("misnamed", names="DNS:other.example")
    ports = {kind: free_port() for kind in KINDS}
    listeners = [
        _listener(ports["tls"], here),
        _listener(ports["expired"], expired),
        _listener(ports["misnamed"], misnamed),
        _listener(ports["strict"], here, f"cafile {authority.own.file}", "require_certificate true"),
        _listener(ports["ws"], None, "protocol websockets"),
        _listener(ports["wss"], here, "protocol websockets"),
    ]
    broker = Mosquitto(folder, extra="\n".join(listeners))
    asyncio.run(broker.start())
    yield House(
        broker,
        ports | {"plain": broker.port},
        authority.own.file,
        here,
        authority.issue("client"),
        foreign.issue("stranger"),
        authority.issue("outdated", days=-1),
        foreign.own.file,
    )
    broker.close()


def _listener(port: int, certificate: Certificate | None, *more: str) -> str:
    lines = [f"listener {port} 127.0.0.1", *more]
    if certificate is not None:
        lines += [f"certfile {certificate.file}", f"keyfile {certificate.key}"]
    return "\n".join(lines)


def ways(house: House) -> dict[str, Broker]:
    return {
        "mqtts": house.to("tls", tls=house.tls()),
        "mqtts with a certificate": house.to("strict", tls=house.tls(house.client)),
        "ws": house.to("ws", path="/mqtt"),
        "wss": house.to("wss", tls=house.tls(), path="/any/path"),
    }


@pytest.mark.parametrize("way", ["mqtts", "mqtts with a certificate", "ws", "wss"])
@pytest.mark.parametrize("protocol", [Protocol.V5, Protocol.V311])
async def test_messages_and_commands_go_by_each_way(house: House, listen: Listen, way: str, protocol: Protocol) -> None:
    to = ways(house)[way]
    broker = Broker(to.host, to.port, "bridge-way", tls=to.tls, websocket_path=to.websocket_path, protocol=protocol)
    async with listen(to=broker) as here:
        await here.live()
        await house.broker.publish(TOPIC, "open")
        await until(lambda: here.payloads == ["open"], what="the message")
        here.connection.acknowledge(here.messages)
        with house.broker.listener("home/lamp/set") as lamp:

            async def hears() -> bool:
                await here.connection.check_awake()
                await here.connection.publish(Publication("home/lamp/set", b"ON"))
                return bool(lamp.received())

            await until(hears, what="the lamp being told")


@pytest.mark.parametrize("way", ["mqtts", "ws", "wss"])
async def test_a_full_intake_stops_the_reading_there_too_and_loses_nothing(
    house: House, listen: Listen, way: str
) -> None:
    await _everything_comes_through(house, listen, ways(house)[way], size=2000)


async def test_what_a_proxy_packs_together_is_all_read(house: House, listen: Listen) -> None:
    """TLS holds back what the socket no longer shows: a reader that waits for the socket would wait for ever."""
    async with _proxy(house) as port:
        to = Broker("127.0.0.1", port, "bridge-test", tls=house.tls())
        await _everything_comes_through(house, listen, to, size=2)


async def _everything_comes_through(house: House, listen: Listen, to: Broker, *, size: int) -> None:
    sent = [f"{number}:{'x' * size}" for number in range(400)]
    async with listen(to=to, capacity=50) as here:
        await here.live()
        await house.broker.publish_many(TOPIC, sent)
        await until(lambda: here.intake.full, what="a full intake")
        taken: list[str] = []
        while len(taken) < len(sent):
            arrivals = await asyncio.wait_for(here.intake.take(10), 5)  # before a keep alive wakes the reader
            messages = [arrival for arrival in arrivals if isinstance(arrival, Message)]
            taken += [message.payload.decode() for message in messages]
            here.connection.acknowledge(messages)
        assert taken == sent


@asynccontextmanager
async def _proxy(house: House) -> AsyncIterator[int]:
    """Run a TLS proxy before the plain listener, which puts many messages into one record."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(16_000):
                writer.write(data)
                await writer.drain()
                await asyncio.sleep(0.01)
        writer.transport.abort()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", house.ports["plain"])
        await asyncio.gather(pump(reader, behind_writer), pump(behind_reader, writer))

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(house.here.file, house.here.key)
    async with serving(converse, tls=tls) as port:
        yield port


def wrong_ways(house: House) -> dict[str, Broker]:
    folder = house.ca.parent
    return {
        "signed by an authority this machine does not know; give its CA in mqtt.ca_file": house.to("tls", tls=Tls()),
        f"is not signed by the authority in mqtt.ca_file ({house.foreign_ca})": house.to(
            "tls", tls=Tls(house.foreign_ca)
        ),
        "the broker's certificate has expired; renew it": house.to("expired", tls=house.tls()),
        'the broker\'s certificate is not for "127.0.0.1"; give the name': house.to("misnamed", tls=house.tls()),
        f"no TLS is spoken on port {house.ports['plain']} of 127.0.0.1": house.to("plain", tls=house.tls()),
        f"if port {house.ports['tls']} is for TLS, use mqtts:// in mqtt.url": house.to("tls"),
        f"if port {house.ports['wss']} is for TLS, use mqtts:// in mqtt.url": house.to("wss"),
        "the broker wants a certificate of the bridge; give mqtt.cert_file": house.to("strict", tls=house.tls()),
        "the broker does not know the authority that signed the bridge's": house.to(
            "strict", tls=house.tls(house.stranger)
        ),
        "the broker says that the bridge's certificate (mqtt.cert_file) has expired": house.to(
            "strict", tls=house.tls(house.outdated)
        ),
        f"mqtt.ca_file ({folder}/gone.pem) cannot be used: No such file": house.to("tls", tls=Tls(folder / "gone.pem")),
        f"no WebSocket of a broker answers at ws://127.0.0.1:{house.ports['plain']}/mqtt": house.to(
            "plain", path="/mqtt"
        ),
        "and if it is of the other kind, ws:// or wss://": house.to("ws"),
    }


@pytest.mark.parametrize("number", range(13))
async def test_what_is_wrong_is_said_once_with_what_to_do(house: House, listen: Listen, number: int) -> None:
    reason, way = list(wrong_ways(house).items())[number]
    with capture_logs() as logs:
        async with listen(to=way) as here:
            await until(lambda: reason in here.connection.trouble, within_s=10, what=f"the words {reason}")
            assert here.connection.trouble.startswith(f"no connection to {way.address}: ")
    said = [line for line in logs if line["event"] == "mqtt.connection_failed"]
    assert [line["reason"] for line in said if reason in line["reason"]] == [said[0]["reason"]]


@pytest.mark.parametrize("number", range(13))
async def test_the_doctor_s_own_try_ends_with_the_same_words(house: House, number: int) -> None:
    reason, way = list(wrong_ways(house).items())[number]
    assert reason in await asyncio.to_thread(try_broker, way)


async def test_a_renewed_authority_counts_from_the_next_connection_on(
    house: House, listen: Listen, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(house.foreign_ca.read_bytes())
    async with listen(to=house.to("tls", tls=Tls(file))) as here:
        await until(lambda: "is not signed by" in here.connection.trouble, what="being refused")
        file.write_bytes(house.ca.read_bytes())
        await here.live()
        assert here.connection.trouble == ""
