"""The configuration as the daemon takes it: from several files, a secret handed over, and nothing swallowed."""

from pathlib import Path

import aiohttp

from tests.parts.daemon import Daemon

CLONE = """
[public]
url = "https://home.example.org"
[mqtt]
discovery = ["zigbee2mqtt"]
[[oauth.clients]]
client_id = "staging"
client_secret = "a-client-secret-for-tests"
redirect_uris = ["https://ifttt.com/channels/my_service_staging/authorize"]
[[devices]]
id = "front-door"
name = "Street door"
"""


async def status_for(daemon: Daemon, key: str) -> int:
    """Ask as the service with a key asks whether the bridge is up."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{daemon.url}/status", headers={"IFTTT-Service-Key": key}) as response,
    ):
        return response.status


async def test_a_staging_clone_is_added_by_a_file_and_a_credential_and_nothing_is_swallowed(
    daemon: Daemon, tmp_path: Path
) -> None:
    credentials, extra = tmp_path / "credentials", daemon.folder / "conf.d"
    credentials.mkdir()
    extra.mkdir()
    (credentials / "oauth.clients.staging.service_key").write_text("the-key-of-the-clone")
    (extra / "10-staging.toml").write_text(CLONE)
    daemon.launcher = ("env", f"CREDENTIALS_DIRECTORY={credentials}")
    await daemon.start()
    assert await status_for(daemon, "the-key-of-the-clone") == 200
    assert await status_for(daemon, "the-key-of-nobody") == 401
    assert "event=settings.note" not in daemon.log
    assert len(daemon.command("check-config").splitlines()) == 1
    assert "the-key-of-the-clone" not in daemon.log
