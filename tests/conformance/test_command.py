"""`ifttt-bridge conformance` as a person meets it: what it prints, and how it ends."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.cli import main
from tests.conformance.double import KEY, SHEET, Double
from tests.conformance.planting import is_poll, replied
from tests.conformance.serving import serving


async def conformance(*arguments: str, stdin: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    def run() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "bridge", "conformance", *arguments],
            input=stdin, capture_output=True, text=True, check=False, timeout=60, env=os.environ | environment,
        )  # fmt: skip

    return await asyncio.to_thread(run)


@pytest.fixture
def sheet(tmp_path: Path) -> str:
    path = tmp_path / "sheet.json"
    path.write_text(json.dumps(SHEET))
    return str(path)


async def test_a_service_that_passes_ends_with_zero_one_line_for_each_test_and_a_summary(sheet: str) -> None:
    async with serving(Double().answer) as url:
        done = await conformance(url, "--service-key", KEY, "--sheet", sheet)
    assert (done.returncode, done.stderr) == (0, "")
    *lines, summary = done.stdout.splitlines()
    assert len(lines) > 150
    assert all(line.startswith("pass ") for line in lines)
    assert any("POST triggers/door_opened [token]" in line and "expected exactly one item" in line for line in lines)
    assert summary == f"passed: {len(lines)} as expected, 0 findings, 0 warnings, 0 skipped"


async def test_a_finding_ends_with_one_and_is_an_object_of_its_own_in_json(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(f"{KEY}\n")
    faulty = replied(is_poll, lambda _ask, reply: reply.but(data=reply.data[:1]) if reply.data else reply)
    double = Double()
    async with serving(lambda ask: faulty(ask, double.answer)) as url:
        done = await conformance(f"{url}/", "--service-key-file", str(key), "--json", "--only", "trigger.items")
    assert done.returncode == 1
    [found] = [json.loads(line) for line in done.stdout.splitlines()]
    assert set(found) == {"test", "subject", "verdict", "severity", "request", "expected", "got", "took_s"}
    assert (found["test"], found["verdict"], found["got"]) == ("trigger.items", "finding", "200 with 1 items")


async def test_warnings_count_only_where_one_is_strict() -> None:
    async with serving(Double().answer) as url:
        arguments = (url, "--only", "trigger.field")
        loose = await conformance(*arguments, IFTTT_SERVICE_KEY=KEY)
        strict = await conformance(*arguments, "--strict", "--service-key-file", "-", stdin=f"{KEY}\n")
    assert (loose.returncode, strict.returncode) == (0, 1)
    assert "warning  trigger.field_missing door_opened.note" in loose.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("http://127.0.0.1:9",), "no service key"),
        (("ftp://127.0.0.1", "--service-key", "k"), "is not an address"),
        (("http://127.0.0.1:x", "--service-key", "k"), "is not an address"),
        (("http://127.0.0.1", "--service-key", "k", "--sheet", "/nowhere"), "--sheet /nowhere: No such file"),
        (("http://127.0.0.1", "--service-key", "k", "--sheet", "pyproject.toml"), "it is not JSON"),
        (("http://127.0.0.1", "--service-key-file", "/nowhere"), "No such file"),
        (("http://127.0.0.1", "--service-key", "k", "--timeout", "soon"), "number of seconds"),
        (("http://127.0.0.1", "--service-key", "k", "--oauth"), "--oauth needs --client-id"),
        (("http://127.0.0.1", "--service-key", "k", "--oauth", "--client-id", "i", "--redirect-uri", "http://x"),
         "--oauth needs --client-secret-file"),
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_two_and_says_what_to_do(
    arguments: tuple[str, ...], reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("IFTTT_SERVICE_KEY", "IFTTT_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    try:
        status: object = main(["conformance", *arguments])
    except SystemExit as ended:  # the library's way to end
        status = ended.code
    assert status == 2
    assert reason in capsys.readouterr().err


async def test_a_service_that_is_not_there_ends_with_one_and_without_a_traceback() -> None:
    done = await conformance("http://127.0.0.1:9", "--service-key", "k")
    assert done.returncode == 1
    assert (
        "finding  status.key: GET status [service key] expected 200 with the service key -> no connection"
        in done.stdout
    )
    assert "  found: status.key\n" in done.stdout
    assert done.stderr == ""


async def test_on_a_terminal_a_bar_shows_how_far_it_is() -> None:
    ours, theirs = pty.openpty()
    async with serving(Double().answer) as url:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bridge", "conformance", url, "--service-key", KEY,
            stdout=subprocess.DEVNULL, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)
        shown = b""
        while True:
            try:
                chunk = await asyncio.to_thread(os.read, ours, 65536)
            except OSError:
                break
            shown += chunk
        assert await process.wait() == 0
    os.close(ours)
    assert b"[########" in shown
    assert shown.endswith(b"\r\x1b[K")
