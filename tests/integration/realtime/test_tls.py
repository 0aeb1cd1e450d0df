"""IFTTT must prove who it is before it sees the service key."""

import ssl
import subprocess
from pathlib import Path

import pytest

from bridge.realtime.client import RealtimeClient, Verdict, open_session
from tests.integration.realtime.servers import api
from tests.unit.realtime.examples import told_of

KEY = "a-service-key-for-tests"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "certificate.pem", folder / "key.pem"
    signed = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    named = ["-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*signed, *named, "-keyout", str(key), "-out", str(made)], check=True, capture_output=True)
    return made, key


@pytest.fixture
def server_tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


async def test_a_server_that_nobody_vouches_for_never_sees_the_key(server_tls: ssl.SSLContext) -> None:
    async with api(tls=server_tls) as impostor, open_session() as session:
        reply = await RealtimeClient(session, impostor.url, KEY).notify(told_of("a"))
    assert (reply.verdict, reply.status, reply.reason) == (Verdict.LATER, None, "ClientConnectorCertificateError")
    assert impostor.methods == []


async def test_a_server_with_a_certificate_of_another_name_never_sees_the_key(
    server_tls: ssl.SSLContext, certificate: tuple[Path, Path]
) -> None:
    trusting = ssl.create_default_context(cafile=certificate[0])
    async with api(tls=server_tls) as impostor, open_session(tls=trusting) as session:
        url = impostor.url.replace("127.0.0.1", "localhost")
        reply = await RealtimeClient(session, url, KEY).notify(told_of("a"))
    assert (reply.verdict, reply.status, reply.reason) == (Verdict.LATER, None, "ClientConnectorCertificateError")
    assert impostor.methods == []


async def test_a_server_that_is_vouched_for_is_told(server_tls: ssl.SSLContext, certificate: tuple[Path, Path]) -> None:
    trusting = ssl.create_default_context(cafile=certificate[0])
    async with api(tls=server_tls) as ifttt, open_session(tls=trusting) as session:
        reply = await RealtimeClient(session, ifttt.url, KEY).notify(told_of("a"))
    assert (reply.verdict, reply.status) == (Verdict.TOLD, 200)
