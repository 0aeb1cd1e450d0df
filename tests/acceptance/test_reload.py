"""Reading the configuration again while the daemon runs: nothing lost, nothing twice, and a bad one changes nothing."""

import contextlib
import json
import os
import signal
import sqlite3
from pathlib import Path

import aiohttp
import pytest

from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, SERVICE_KEY, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.publisher import steady_publisher
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

RELOADS = {"5": 10, "3.1.1": 3}
PRESSES_PER_SECOND = 300
GARAGE = """
[[devices]]
id = "garage"
name = "Garage"
kind = "contact"
state_topic = "home/garage/state"
"""
LAST_LINE = 'command_topic = "home/kettle/set"\n'
TRIGGER = {"button": "bedside-button", "press": "double"}


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_presses_under_reloads_are_each_in_the_timeline_exactly_once_and_in_order(
    broker: Mosquitto, daemon: Daemon, protocol: str
) -> None:
    daemon.mqtt = f'protocol = "{protocol}"'
    await daemon.start()
    async with steady_publisher(broker.port, BUTTON_TOPIC, per_second=PRESSES_PER_SECOND) as publisher:
        for number in range(RELOADS[protocol]):
            daemon.edit('name = "Bedside button"', f'name = "Button {number}"')
            daemon.edit(LAST_LINE, LAST_LINE + (GARAGE if number % 2 == 0 else ""))
            await daemon.reload()
            before = daemon.count_events()
            await until(lambda before=before: daemon.count_events() > before + 20, what="presses coming in")  # type: ignore[misc]
    await until(lambda: daemon.count_events() >= len(publisher.sent), what="every press on disk")

    events = daemon.events()
    assert [event["kind"] for event in events] == [f"button.{word}" for word in publisher.sent]
    names = list(dict.fromkeys(event["ingredients"]["device_name"] for event in events))
    assert names == ["Bedside button", *(f"Button {number}" for number in range(RELOADS[protocol]))]
    assert daemon.log.count("mqtt.connected") == 1
    assert "message.ignored" not in daemon.log


async def test_devices_come_and_go_without_a_new_connection_and_retained_only_sets_their_state(
    broker: Mosquitto, daemon: Daemon
) -> None:
    await broker.publish("home/garage/state", "open", retain=True)
    await daemon.start()
    daemon.edit(LAST_LINE, LAST_LINE + GARAGE)
    daemon.rename_topic(BUTTON_TOPIC, "home/another-button/action")
    daemon.edit('id = "kettle"', 'id = "teapot"')
    await daemon.reload()
    await until(lambda: daemon.knows("garage"), what="the retained state")
    assert daemon.count_events() == 0
    await broker.publish(BUTTON_TOPIC, "single")
    await broker.publish("home/another-button/action", "double")
    await broker.publish("home/garage/state", "closed")
    await until(lambda: daemon.count_events() == 2, what="both events")
    assert [event["kind"] for event in daemon.events()] == ["button.double", "contact.closed"]
    assert daemon.log.count("mqtt.connected") == 1
    assert "message.ignored" not in daemon.log
    summary = next(line for line in daemon.log.splitlines() if "config.reloaded" in line)
    for fact in ('devices_added="garage, teapot"', "devices_removed=kettle", "devices_changed=bedside-button"):
        assert fact in summary or fact.replace('"garage, teapot"', '"teapot, garage"') in summary


async def test_a_rename_leaves_old_events_and_their_answers_as_they_were(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    await daemon.poll(token, "button_pressed", TRIGGER, trigger_identity="one")
    await broker.publish(BUTTON_TOPIC, "double")
    await until(lambda: realtime.told == ["one"], what="IFTTT being told")
    before = await daemon.poll(token, "button_pressed", TRIGGER, trigger_identity="one")
    daemon.edit('name = "Bedside button"', 'name = "Night button"')
    await daemon.reload()
    assert await daemon.poll(token, "button_pressed", TRIGGER, trigger_identity="one") == before
    assert await daemon.poll(token, "button_pressed", TRIGGER, trigger_identity="two") == before
    _, body = await daemon.post("triggers/button_pressed/fields/button/options", token, {})
    assert {"label": "Night button", "value": "bedside-button"} in body["data"]
    await broker.publish(BUTTON_TOPIC, "double")
    await until(lambda: len(realtime.told) == 3, what="both Applets being told")
    after = await daemon.poll(token, "button_pressed", TRIGGER, trigger_identity="one")
    assert after[1:] == before
    assert after[0]["device_name"] == "Night button"


async def test_a_device_that_is_gone_stays_an_answer_to_its_applets_and_takes_no_orders(
    broker: Mosquitto, daemon: Daemon
) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    await broker.publish(BUTTON_TOPIC, "double")
    await until(lambda: daemon.count_events() == 1, what="the press on disk")
    before = await daemon.poll(token, "button_pressed", TRIGGER, trigger_identity="one")
    for name in ("bedside-button", "hall-light"):
        daemon.edit(f'id = "{name}"', f'id = "other-{name}"')
    await daemon.reload()
    assert len(before) == 1
    for identity in ("one", "new"):
        assert await daemon.poll(token, "button_pressed", TRIGGER, trigger_identity=identity) == before
    status, _ = await daemon.post("actions/turn_on_light", token, {"actionFields": {"light": "hall-light"}})
    assert status == 400


async def test_a_bad_configuration_is_refused_whole_in_the_words_of_check_config(
    broker: Mosquitto, daemon: Daemon
) -> None:
    await daemon.start()
    daemon.edit('name = "Bedside button"', 'nam = "Night button"')
    daemon.edit(LAST_LINE, LAST_LINE + GARAGE.replace('"contact"', '"gate"'))
    await daemon.reload()
    with pytest.raises(AssertionError) as told:
        daemon.command("check-config")
    faults = [line for line in str(told.value).splitlines() if line.startswith(f"{daemon.folder}/bridge.toml:")]
    refused = [line for line in daemon.log.splitlines() if "event=config.refused" in line]
    assert len(faults) == len(refused) == 3, "a wrong key, a name that is missing, a wrong kind"
    for fault, line in zip(faults, refused, strict=True):
        assert f"fault={json.dumps(fault)}" in line
    await broker.publish(BUTTON_TOPIC, "double")
    await until(lambda: daemon.count_events() == 1, what="the press on disk")
    daemon.edit('name = "Bedside button"', 'name = "Night button"')
    daemon.edit(LAST_LINE, LAST_LINE)
    await daemon.reload()
    assert "config.reloaded devices_changed=bedside-button" in daemon.log
    assert daemon.events()[0]["ingredients"]["device_name"] == "Bedside button"


async def test_what_needs_a_restart_is_named_and_keeps_its_value(broker: Mosquitto, daemon: Daemon) -> None:
    await daemon.start()
    daemon.mqtt = 'client_id = "another"\nlate_press_limit = "10m"'
    daemon.edit('listen = "127.0.0.1:{private}"', 'listen = "127.0.0.1:1"')
    for _ in range(2):
        await daemon.reload()
    named = [line for line in daemon.log.splitlines() if "config.needs_restart" in line]
    assert len(named) == 2
    assert all('keys="private.listen, mqtt.client_id"' in line for line in named)
    assert "config.reloaded keys=mqtt.late_press_limit" in daemon.log
    assert "config.reloaded changed=nothing" in daemon.log
    await broker.publish(BUTTON_TOPIC, "double")
    await until(lambda: daemon.count_events() == 1, what="the press on disk")
    assert await daemon.is_ready()


async def test_a_new_service_key_counts_at_once_in_both_directions(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    """After IFTTT has refused a key the bridge waits for a quarter of an hour: not when it is given another one."""
    token = daemon.add_user("anna")
    realtime.status = 401
    await daemon.start()
    await daemon.poll(token, "button_pressed", TRIGGER, trigger_identity="one")
    await broker.publish(BUTTON_TOPIC, "double")
    await until(lambda: "IFTTT refuses the service key" in daemon.log, what="the key being refused")
    assert [await _status(daemon, key) for key in (SERVICE_KEY, "the-second-key")] == [200, 401]
    realtime.status = 200
    daemon.edit('["{key}"]', '["the-second-key"]')
    await daemon.reload()
    await until(lambda: realtime.told == ["one"], what="IFTTT being told")
    assert realtime.keys == ["the-second-key"]
    assert [await _status(daemon, key) for key in (SERVICE_KEY, "the-second-key")] == [401, 200]
    assert "the-second-key" not in daemon.log


async def test_the_log_level_and_its_form_follow(daemon: Daemon) -> None:
    await daemon.start()
    daemon.edit("[storage]", '[log]\nlevel = "warning"\nformat = "json"\n[storage]')
    await daemon.reload()
    lines = len(daemon.log.splitlines())
    daemon.edit('name = "Kettle"', 'name = "Cooker"\nnaem = "Kettle"')
    daemon.hang_up()
    await until(lambda: '"event": "config.kept"' in daemon.log, what="the refusal as JSON")
    assert not any("timestamp=" in line for line in daemon.log.splitlines()[lines:])


async def test_a_device_cannot_move_to_another_home(broker: Mosquitto, daemon: Daemon) -> None:
    await daemon.start()
    homes = (
        '[[homes]]\nid = "home"\nname = "Home"\n[[homes]]\nid = "barn"\nname = "Barn"\n[[devices]]\nid = "front-door"'
    )
    daemon.edit('[[devices]]\nid = "front-door"', f'{homes}\nhome = "barn"')
    daemon.edit('name = "Bedside button"', 'name = "Night button"')
    await daemon.reload()
    assert "front-door: this id belonged to another home before" in daemon.log
    await broker.publish(BUTTON_TOPIC, "double")
    await until(lambda: daemon.count_events() == 1, what="the press on disk")
    assert daemon.events()[0]["ingredients"]["device_name"] == "Bedside button"


async def test_a_database_that_cannot_be_written_keeps_the_configuration_that_was(
    broker: Mosquitto, daemon: Daemon
) -> None:
    await daemon.start()
    daemon.edit(DOOR_TOPIC, "home/back-door/state")
    with contextlib.closing(sqlite3.connect(daemon.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await daemon.reload()
        other.execute("ROLLBACK")
    assert "event=config.not_reloaded" in daemon.log
    assert "locked by another program" in daemon.log
    for payload in ("closed", "open"):
        await broker.publish(DOOR_TOPIC, payload)
    await until(lambda: daemon.count_events() == 1, what="the old topic still being heard")
    await daemon.reload()
    assert "config.reloaded devices_changed=front-door" in daemon.log


async def test_hanging_up_while_it_starts_while_it_reads_and_while_it_stops_is_harmless(daemon: Daemon) -> None:
    daemon.launch()
    await until(lambda: daemon.catches(signal.SIGHUP), what="the first moment of the program")
    daemon.hang_up()
    await until(lambda: daemon.log.count("config.reloaded") == 1, what="reading again after the start")
    for _ in range(20):
        daemon.hang_up()
    await until(lambda: daemon.log.count("config.reloaded") > 1, what="reading again")
    daemon.ask_to_stop()
    daemon.hang_up()
    await until(lambda: "bridge.stopping" in daemon.log, what="the stop")
    with contextlib.suppress(ProcessLookupError):
        daemon.hang_up()
    assert daemon.ended() == 0
    assert daemon.log.count("config.reloaded") <= 4, "who asks meanwhile is served together"
    assert "Traceback" not in daemon.log


async def test_who_asks_while_it_reads_is_served_by_one_more_reading_and_a_stop_does_not_wait_for_it(
    daemon: Daemon,
) -> None:
    await daemon.start()
    config = daemon.folder / "bridge.toml"
    text = config.read_text()
    config.unlink()
    os.mkfifo(config)  # it reads for as long as we like
    daemon.hang_up()
    writing = await _written_to(config)
    for _ in range(5):
        daemon.hang_up()
    with os.fdopen(writing, "w") as pipe:
        pipe.write(text)
    await until(lambda: "config.reloaded" in daemon.log, what="the first reading")
    writing = await _written_to(config)
    daemon.ask_to_stop()
    assert daemon.ended() == 0
    os.close(writing)
    assert daemon.log.count("config.reloaded") == 1
    assert "Traceback" not in daemon.log


async def test_hanging_up_in_a_terminal_reads_again_and_closing_the_terminal_ends_it(daemon: Daemon) -> None:
    terminal, its_end = os.openpty()
    daemon.launcher = ("setsid", "--ctty")
    daemon.stdin = its_end
    daemon.launch()
    os.close(its_end)
    await until(daemon.is_ready, what="the daemon being up")
    await daemon.reload()
    os.close(terminal)
    assert daemon.ended() == 0
    assert daemon.log.count("config.reloaded") == 1
    assert "bridge.stopped" in daemon.log


async def _written_to(fifo: Path) -> int:
    """Open a pipe for writing as soon as somebody reads from it."""
    opened: list[int] = []

    def there_is_a_reader() -> bool:
        with contextlib.suppress(OSError):
            opened.append(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
        return bool(opened)

    await until(there_is_a_reader, what="the configuration being read")
    return opened[0]


async def _status(daemon: Daemon, key: str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{daemon.url}/status", headers={"IFTTT-Service-Key": key}) as response,
    ):
        return response.status
