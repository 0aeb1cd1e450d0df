"""The lines that the set-up shows are a configuration that is accepted, and said to count when they do."""

from pathlib import Path
from typing import Final

from bridge.dashboard.setup_lines import RELOAD, RESTART, SetUpLines
from bridge.differences import waits_for_restart
from bridge.settings import load

LINES: Final = SetUpLines(waits_for_restart, lambda: "a-secret-that-was-made-up")


def test_all_lines_together_are_a_configuration(tmp_path: Path) -> None:
    tables = [LINES.broker(), LINES.device(), LINES.service_key(), LINES.client(), LINES.url()]
    file = tmp_path / "bridge.toml"
    file.write_text("\n".join(lines.text for lines in tables))
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "discovery.toml").write_text(LINES.discovery().text)
    for name in ("mqtt-password", "service-key", "client-secret"):
        (tmp_path / name).write_text(LINES.client_secret().text)
    settings = load(file, {})
    assert settings.mqtt.username == "bridge"
    assert "zigbee2mqtt" in settings.mqtt.discovery
    assert [client.client_id for client in settings.oauth.clients] == ["production"]
    assert [device.id for device in settings.devices] == ["front-door"]


def test_what_waits_for_a_restart_is_said_to() -> None:
    assert {LINES.broker().after, LINES.discovery().after} == {RESTART}
    assert {lines.after for lines in (LINES.url(), LINES.client(), LINES.service_key(), LINES.device())} == {RELOAD}
