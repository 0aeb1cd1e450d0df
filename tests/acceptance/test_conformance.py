"""IFTTT's endpoint and authentication tests, run by our own command against our own daemon."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.parts.connecting import PASSWORD, PRODUCTION, add_person, register
from tests.parts.daemon import SERVICE_KEY, Daemon


async def test_the_daemon_passes_every_test_as_its_sheet_has_it(daemon: Daemon, tmp_path: Path) -> None:
    register(daemon, PRODUCTION)
    add_person(daemon, "anna")
    await daemon.start()
    sheet = tmp_path / "sheet.json"
    sheet.write_text(daemon.command("sheet", "--json"))
    arguments = [
        *("--service-key-file", "-", "--json", "--strict", "--sheet", str(sheet)),
        *("--oauth", "--client-id", PRODUCTION.id, "--redirect-uri", PRODUCTION.redirect_uri),
        *("--oauth-form", "username=anna", "--oauth-form", f"password={PASSWORD}", "--oauth-form", "decision=allow"),
        *("--oauth-refuse", "decision=refuse"),
    ]
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bridge", "conformance", daemon.url, *arguments],
        env=os.environ | {"IFTTT_CLIENT_SECRET": PRODUCTION.secret},
        input=SERVICE_KEY, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one for one in results if one["verdict"] == "finding"] == []
    assert (done.returncode, done.stderr) == (0, "")
    assert [one for one in results if one["verdict"] == "warning"] == []
    tried = {one["test"].split(".")[0] for one in results if one["verdict"] == "pass"}
    everything = {"status", "setup", "user", "trigger", "identity", "options", "validation", "action", "query"}
    assert tried >= everything | {"credentials", "http", "oauth"}
