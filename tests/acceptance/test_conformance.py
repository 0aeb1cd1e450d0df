"""IFTTT's endpoint tests, run by our own command against our own daemon."""

import asyncio
import json
import subprocess
import sys

from tests.parts.daemon import SERVICE_KEY, Daemon


async def test_the_daemon_passes_the_endpoint_tests(daemon: Daemon) -> None:
    await daemon.start()
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bridge", "conformance", daemon.url, "--service-key-file", "-", "--json"],
        input=SERVICE_KEY, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one for one in results if one["verdict"] == "finding"] == []
    assert (done.returncode, done.stderr) == (0, "")
    tried = {one["test"].split(".")[0] for one in results if one["verdict"] == "pass"}
    assert tried >= {"status", "setup", "user", "trigger", "identity", "options", "action", "credentials", "http"}
