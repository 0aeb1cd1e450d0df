"""One broker, one daemon and each proxy before it, for all tests of this folder: they only ask."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.acceptance.proxies.outside import Outside
from tests.parts.daemon import Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.proxies import PROXIES, Certificate


@dataclass(frozen=True, slots=True)
class Home:
    """What stands behind the proxies, and a token of somebody who lives there."""

    broker: Mosquitto
    daemon: Daemon
    token: str


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    broker = Mosquitto(tmp_path_factory.mktemp("broker"))
    daemon = Daemon(tmp_path_factory.mktemp("daemon"), broker.port)
    try:
        asyncio.run(broker.start())
        token = daemon.add_user("anna")
        asyncio.run(daemon.start())
        yield Home(broker, daemon, token)
    finally:
        daemon.close()
        broker.close()


@pytest.fixture(scope="package")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    made = Certificate(tmp_path_factory.mktemp("certificate"))
    made.make()
    return made


@pytest.fixture(scope="package", params=sorted(PROXIES))
def outside(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, home: Home, certificate: Certificate
) -> Iterator[Outside]:
    """Stand on the internet, with one of the proxies in between."""
    folder = tmp_path_factory.mktemp(request.param)
    proxy = PROXIES[request.param](folder, certificate, home.daemon.public_port)
    try:
        asyncio.run(proxy.start())
        yield Outside(proxy)
    finally:
        proxy.close()
