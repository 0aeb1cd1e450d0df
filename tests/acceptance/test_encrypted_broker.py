"""A home whose broker speaks TLS and asks everybody for a certificate: the daemon as a whole, and what it says."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from tests.parts.certificates import Authority
from tests.parts.daemon import DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.ports import free_port
from tests.parts.waiting import until


async def test_an_encrypted_broker_is_spoken_to_and_a_wrong_authority_is_named(tmp_path: Path) -> None:
    for name in ("broker", "daemon"):
        (tmp_path / name).mkdir()
    authority, foreign = Authority(tmp_path), Authority(tmp_path, "foreign")
    here, client, port = authority.issue("broker"), authority.issue("bridge"), free_port()
    strict = f"cafile {authority.own.file}\ncertfile {here.file}\nkeyfile {here.key}\nrequire_certificate true"
    broker = Mosquitto(tmp_path / "broker", extra=f"listener {port} 127.0.0.1\n{strict}")
    await broker.start()
    daemon = Daemon(tmp_path / "daemon", port, launcher=("env", f"BRIDGE_MQTT__URL=mqtts://127.0.0.1:{port}"))
    daemon.mqtt = f'cert_file = "{client.file}"\nkey_file = "{client.key}"\nca_file = "../ca.pem"'
    try:
        (tmp_path / "ca.pem").write_bytes(foreign.own.file.read_bytes())
        await daemon.start(ready=False)
        await until(_cause(daemon, "is not signed by the authority in mqtt.ca_file"), what="the cause")
        (tmp_path / "ca.pem").write_bytes(authority.own.file.read_bytes())
        await until(daemon.is_ready, what="being ready with the right authority")
        await broker.publish(DOOR_TOPIC, "closed", retain=True)
        await until(lambda: daemon.knows("front-door"), what="the door being known")
    finally:
        daemon.close()
        broker.close()


def _cause(daemon: Daemon, words: str) -> Callable[[], Awaitable[bool]]:
    url = f"http://127.0.0.1:{daemon.private_port}/readyz"

    async def told() -> bool:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return words in await answer.text()

    return told
