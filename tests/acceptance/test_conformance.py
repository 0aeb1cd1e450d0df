"""IFTTT's endpoint tests, run by our own command against our own daemon."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

from tests.parts.daemon import SERVICE_KEY, Daemon


async def test_the_daemon_passes_the_endpoint_tests_as_its_sheet_has_them(daemon: Daemon, tmp_path: Path) -> None:
    await daemon.start()
    sheet = tmp_path / "sheet.json"
    sheet.write_text(daemon.command("sheet", "--json"))
    arguments = ["--service-key-file", "-", "--json", "--sheet", str(sheet)]
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bridge", "conformance", daemon.url, *arguments],
        input=SERVICE_KEY, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one for one in results if one["verdict"] == "finding"] == []
    assert (done.returncode, done.stderr) == (0, "")
    assert [one for one in results if one["verdict"] == "warning"] == []
    tried = {one["test"].split(".")[0] for one in results if one["verdict"] == "pass"}
    everything = {"status", "setup", "user", "trigger", "identity", "options", "validation", "action", "query"}
    assert tried >= everything | {"credentials", "http"}
