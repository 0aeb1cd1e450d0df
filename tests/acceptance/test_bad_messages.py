"""Messages that say nothing: counted, said once a topic, acknowledged, and harmless."""

from pathlib import Path

from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, LIGHT_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until

WINDOW = 20
MEBIBYTE = 1024 * 1024


async def test_more_bad_messages_than_a_window_hold_nothing_up_and_are_said_once_a_topic(
    broker: Mosquitto, daemon: Daemon, tmp_path: Path
) -> None:
    daemon.mqtt = f"receive_maximum = {WINDOW}"
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed")
    await broker.publish_many(DOOR_TOPIC, ["ajar"] * 3 * WINDOW)
    await broker.publish_many(LIGHT_TOPIC, ['{"state":'] * 3 * WINDOW)
    for name, content in (("binary", b"\xff\xfe\x00"), ("large", b" " * (MEBIBYTE + 1))):
        (tmp_path / name).write_bytes(content)
        await broker.publish_file(BUTTON_TOPIC, tmp_path / name)
    await broker.publish(DOOR_TOPIC, "open")

    await until(lambda: daemon.count_events() == 1, what="the good message on disk")
    assert daemon.events()[0]["kind"] == "contact.opened"
    ignored = [line for line in daemon.log.splitlines() if "message.ignored" in line]
    reasons = {(line.split("topic=")[1].split()[0], line.split("reason=")[1].strip('"')) for line in ignored}
    assert reasons == {
        (DOOR_TOPIC, "not one of the configured words"),
        (LIGHT_TOPIC, "not JSON"),
        (BUTTON_TOPIC, "not UTF-8"),
        (BUTTON_TOPIC, "larger than 1 MiB"),
    }
    assert len(ignored) == len(reasons)
    assert "ajar" not in daemon.log


async def test_a_picture_of_many_megabytes_never_reaches_the_bridge(
    broker: Mosquitto, daemon: Daemon, tmp_path: Path
) -> None:
    await daemon.start()
    (tmp_path / "picture").write_bytes(b"\xff\xd8" + bytes(8 * MEBIBYTE))
    await broker.publish_file(BUTTON_TOPIC, tmp_path / "picture")
    await broker.publish(BUTTON_TOPIC, "double")
    await until(lambda: daemon.count_events() == 1, what="the press on disk")
    assert "message.ignored" not in daemon.log
