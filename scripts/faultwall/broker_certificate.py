"""A broker that speaks TLS, and whose certificate is another one from one moment to the next."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import aiohttp

from scripts.faultwall.presses import Presses
from scripts.faultwall.wall import Row, Wall
from tests.parts.certificates import Authority, Certificate
from tests.parts.daemon import Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.ports import free_port
from tests.parts.waiting import until

PRESSES: Final = 200
NOT_SIGNED: Final = "is not signed by the authority in mqtt.ca_file"


async def certificate(wall: Wall) -> Sequence[Row]:
    """Renew it: nothing is lost. Let another authority have signed it: that is said, and all comes once it is right."""
    folder = wall.fresh("certificate")
    authority, foreign = Authority(folder), Authority(folder, "foreign")
    async with _home(wall, folder, authority) as (mosquitto, daemon, presses, used):
        await presses.press(PRESSES)
        await _swap(mosquitto, used, authority.issue("renewed"))
        await presses.press(PRESSES)
        renewed = await presses.all_in()
        await _swap(mosquitto, used, foreign.issue("of-another"))
        await presses.press(PRESSES)
        await until(lambda: _cause_named(daemon), what="the cause being named")
        _trust(folder, foreign)
        tally = await presses.all_in()
    broken = [f"after {what}: {each}" for what, each in (("it", renewed), ("all", tally)) if not each.exact]
    found = f"renewed: {renewed}; of another authority: said; put right: {tally}"
    return (Row("broker certificate replaced", "MQTT 5, TLS", found, tuple(broken)),)


@contextlib.asynccontextmanager
async def _home(
    wall: Wall, folder: Path, authority: Authority
) -> AsyncIterator[tuple[Mosquitto, Daemon, Presses, Certificate]]:
    used, port = authority.issue("broker"), free_port()
    _trust(folder, authority)
    tls = f"listener {port} 127.0.0.1\ncafile {authority.own.file}\ncertfile {used.file}\nkeyfile {used.key}"
    mosquitto = Mosquitto(wall.fresh("certificate-broker"), extra=tls)
    launcher = ("env", f"BRIDGE_MQTT__URL=mqtts://127.0.0.1:{port}")
    daemon = Daemon(wall.fresh("certificate-daemon"), port, launcher=launcher)
    daemon.mqtt = f'ca_file = "{folder / "ca.pem"}"'
    try:
        await mosquitto.start()
        await daemon.start()
        yield mosquitto, daemon, Presses(mosquitto.port, daemon), used
    finally:
        daemon.close()
        mosquitto.close()


def _trust(folder: Path, authority: Authority) -> None:
    (folder / "ca.pem").write_bytes(authority.own.file.read_bytes())


async def _swap(mosquitto: Mosquitto, used: Certificate, by: Certificate) -> None:
    mosquitto.stop()
    used.file.write_bytes(by.file.read_bytes())
    used.key.write_bytes(by.key.read_bytes())
    await mosquitto.start()


async def _cause_named(daemon: Daemon) -> bool:
    url = f"http://127.0.0.1:{daemon.private_port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status == 503 and NOT_SIGNED in await answer.text()
