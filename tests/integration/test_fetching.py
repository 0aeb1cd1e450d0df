"""What goes wrong on the way to somebody else's server, told in plain words."""

import asyncio
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from bridge.doctor.fetching import Fetched, fetch
from tests.integration.realtime.servers import api, raw_server
from tests.parts.ports import free_port


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "certificate.pem", folder / "key.pem"
    signed = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    named = ["-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*signed, *named, "-keyout", str(key), "-out", str(made)], check=True, capture_output=True)
    return made, key


def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


async def get(url: str) -> Fetched:
    return await asyncio.to_thread(fetch, url, {"IFTTT-Service-Key": "a-key-for-tests"}, timeout_s=0.5)


async def test_an_answer_is_brought_as_it_is_and_no_redirect_followed() -> None:
    async with api() as server:
        server.status, server.answer_headers, server.body = 302, {"Location": "http://elsewhere/"}, b"<p>"
        fetched = await get(f"{server.url}?a=b")
        assert (fetched.status, fetched.location, fetched.body) == (302, "http://elsewhere/", b"<p>")
        assert server.methods == ["GET /v1/notifications?a=b"]
        assert server.headers[0]["IFTTT-Service-Key"] == "a-key-for-tests"


async def test_a_certificate_that_nobody_vouches_for_is_told(certificate: tuple[Path, Path]) -> None:
    async with api(tls=tls(certificate)) as server:
        assert "certificate of 127.0.0.1 is not good: self-signed" in (await get(server.url)).trouble


async def test_a_certificate_of_another_host_is_told(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    async with api(tls=tls(certificate)) as server:
        fetched = await get(server.url)
        assert fetched.status == 200
        assert 0 < fetched.good_until_s - time.time() <= 24 * 3600  # noqa: TID251 -- as openssl has just read it
        trouble = (await get(server.url.replace("127.0.0.1", "localhost"))).trouble
        assert "certificate of localhost is not good: Hostname mismatch" in trouble


async def test_a_server_without_tls_is_told() -> None:
    async with api() as server:
        assert "does not speak TLS" in (await get(server.url.replace("http:", "https:"))).trouble


async def test_a_closed_port_and_a_name_that_is_not_known_are_told() -> None:
    assert "nothing listens there" in (await get(f"http://127.0.0.1:{free_port()}/")).trouble
    assert (await get("http://nowhere.invalid/")).trouble == "the name nowhere.invalid is not known"


async def test_silence_an_answer_without_end_and_what_is_not_http_are_told() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:  # noqa: ARG001 -- one shape
        await reader.read()

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:  # noqa: ARG001 -- one shape
        writer.write(b"220 mail.example.org ESMTP\r\n")
        await writer.drain()
        await reader.read(1)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:  # noqa: ARG001 -- one shape
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"X: y\r\n")
            await asyncio.sleep(0.1)

    async with raw_server(drip) as url, asyncio.timeout(10):
        assert "does not answer within 0.5 s" in (await get(url)).trouble
    async with raw_server(silent) as url:
        assert "does not answer within 0.5 s" in (await get(url)).trouble
    async with raw_server(babble) as url:
        assert "does not speak HTTP" in (await get(url)).trouble
