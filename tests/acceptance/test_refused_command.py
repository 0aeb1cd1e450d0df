"""A broker whose access list does not let the bridge command a device: IFTTT is told, not left to believe."""

from pathlib import Path

from tests.parts.daemon import LIGHT_COMMAND_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto

RULES = f"topic readwrite #\ntopic deny {LIGHT_COMMAND_TOPIC}\n"


async def test_a_command_that_the_broker_refuses_is_an_error_at_ifttt(tmp_path: Path) -> None:
    (tmp_path / "broker").mkdir()
    (tmp_path / "daemon").mkdir()
    (tmp_path / "rules").write_text(RULES)
    broker = Mosquitto(tmp_path / "broker", extra=f"acl_file {tmp_path}/rules")
    await broker.start()
    daemon = Daemon(tmp_path / "daemon", broker.port)
    try:
        token = daemon.add_user("anna")
        await daemon.start()
        status, body = await daemon.post("actions/turn_on_light", token, {"actionFields": {"light": "hall-light"}})
        assert (status, list(body)) == (503, ["errors"])
        assert "mqtt.limit limit=command" in daemon.log
    finally:
        daemon.close()
        broker.close()
