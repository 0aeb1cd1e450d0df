"""What the daemon says of itself on /metrics: it moves with what happens, exactly, and says nothing of anybody."""

import asyncio
from itertools import pairwise

from bridge import __version__
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, LIGHT_COMMAND_TOPIC, LIGHT_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.scrape import Scrape, scrape
from tests.parts.waiting import until

DOOR = "d" * 40
LAGS = ("wire_to_disk", "disk_to_told", "told_to_polled")
MARK = 'ev"il'
WORD = "evil_word"
"""Stand for whatever somebody may say: found nowhere among the figures."""


async def test_each_opening_counts_once_on_its_whole_way(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    token = await _waiting_for_the_door(broker, daemon)
    before = await scrape(daemon.private_port)
    for number, word in enumerate(("open", "closed", "open", "open", "closed", "open"), start=1):
        await broker.publish(DOOR_TOPIC, word)
        if word == "open" and number in {1, 3, 6}:
            await until(lambda: len(realtime.told) == {1: 1, 3: 2, 6: 3}[number], what="being told")  # noqa: B023 -- waited for here
            await daemon.poll(token, "door_opened", {"door": "any"}, trigger_identity=DOOR)
    after = await scrape(daemon.private_port)

    def moved(sample: str, **labels: str) -> float:
        return after.value(sample, **labels) - before.value(sample, **labels)

    assert moved("ifttt_bridge_messages_total", outcome="taken") == 6
    assert moved("ifttt_bridge_events_total", kind="contact", reason="") == 5
    assert moved("ifttt_bridge_wire_to_disk_seconds_count") == 5
    assert moved("ifttt_bridge_disk_to_told_seconds_count") == 3
    assert moved("ifttt_bridge_told_to_polled_seconds_count") == 3
    assert moved("ifttt_bridge_identities_told_total") == 3
    assert moved("ifttt_bridge_realtime_replies_total", status="2xx") == 3
    assert moved("ifttt_bridge_polls_total", trigger="door_opened", status="2xx") == 3
    assert moved("ifttt_bridge_requests_total", endpoint="poll", status="2xx") == 3
    assert moved("ifttt_bridge_commit_messages_sum") == 6
    assert after.value("ifttt_bridge_identities_owed") == after.value("ifttt_bridge_identities_awaiting_poll") == 0
    for lag in LAGS:
        assert 0 < moved(f"ifttt_bridge_{lag}_seconds_sum") < 30
    _nothing_went_back(before, after)


async def test_a_slow_ifttt_shows_in_its_own_lag_alone(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    token = await _waiting_for_the_door(broker, daemon)
    realtime.status = 503
    await broker.publish(DOOR_TOPIC, "open")
    await until(lambda: realtime.requests >= 3, what="attempts")
    owing = await scrape(daemon.private_port)
    assert owing.value("ifttt_bridge_identities_owed") == 1
    assert owing.value("ifttt_bridge_realtime_replies_total", status="5xx") >= 2
    assert owing.value("ifttt_bridge_part_working", part="realtime") == owing.value("ifttt_bridge_ready") == 0
    assert owing.value("ifttt_bridge_disk_to_told_seconds_count") == 0

    realtime.status = 200
    await until(lambda: realtime.told == [DOOR], what="being told")
    told = await scrape(daemon.private_port)
    assert told.value("ifttt_bridge_disk_to_told_seconds_bucket", le="0.5") == 0  # the first pause alone is longer
    assert told.value("ifttt_bridge_disk_to_told_seconds_count") == 1
    assert told.value("ifttt_bridge_wire_to_disk_seconds_bucket", le="30") == 1
    assert told.value("ifttt_bridge_identities_awaiting_poll") == 1
    await daemon.poll(token, "door_opened", {"door": "any"}, trigger_identity=DOOR)
    asked = await scrape(daemon.private_port)
    assert asked.value("ifttt_bridge_told_to_polled_seconds_count") == 1
    _nothing_went_back(owing, told, asked)


async def test_what_is_owed_from_before_a_restart_counts_with_all_its_age(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    await _waiting_for_the_door(broker, daemon)
    realtime.status = 503
    await broker.publish(DOOR_TOPIC, "open")
    await until(lambda: daemon.count_events() == 1 and realtime.requests >= 3, what="attempts")  # 0.5 s and more
    daemon.kill()
    realtime.status = 200
    await daemon.start()
    await until(lambda: DOOR in realtime.told, what="being told after the restart")
    told = await scrape(daemon.private_port)
    assert told.value("ifttt_bridge_disk_to_told_seconds_count") == 1
    assert 0.5 < told.value("ifttt_bridge_disk_to_told_seconds_sum") < 60


async def test_late_presses_and_changes_while_away_count_with_their_reason(broker: Mosquitto, daemon: Daemon) -> None:
    daemon.mqtt = 'late_press_limit = "1ms"'
    await broker.publish(DOOR_TOPIC, "closed", retain=True)
    await daemon.start()
    await until(lambda: daemon.knows("front-door"), what="the first state being known")
    assert daemon.stop() == 0
    await broker.publish(BUTTON_TOPIC, WORD)
    await broker.publish(DOOR_TOPIC, "open", qos=0, retain=True)
    await daemon.start()
    await until(lambda: daemon.count_events() == 2, what="both on disk")
    seen = await scrape(daemon.private_port)
    assert seen.value("ifttt_bridge_events_total", kind="button", reason="late") == 1
    assert seen.value("ifttt_bridge_events_total", kind="contact", reason="changed while away") == 1
    assert seen.value("ifttt_bridge_events_total", kind="contact", reason="") == 0
    assert WORD not in seen.text


async def test_refused_requests_count_by_code_and_a_strangers_words_are_no_label(
    broker: Mosquitto, daemon: Daemon
) -> None:
    token = await _waiting_for_the_door(broker, daemon)
    before = await scrape(daemon.private_port)
    await daemon.post("triggers/door_opened", "wrong-token", {})
    await daemon.post(f"triggers/{MARK}", token, {"triggerFields": {}})
    await daemon.post("triggers/door_opened", token, {"triggerFields": {"door": MARK}, "trigger_identity": 7})
    reader, writer = await asyncio.open_connection("127.0.0.1", daemon.public_port)
    writer.write(f"GET /{MARK} HTTP/9.9\r\n{MARK}\r\n\r\n".encode())
    assert b" 400 " in await reader.readline()
    writer.close()
    after = await scrape(daemon.private_port)
    refused = {
        code: after.value("ifttt_bridge_requests_refused_total", code=code)
        - before.value("ifttt_bridge_requests_refused_total", code=code)
        for code in ("400", "401", "404", "429", "other")
    }
    assert refused == {"400": 2, "401": 1, "404": 1, "429": 0, "other": 0}
    assert after.value("ifttt_bridge_polls_total", trigger="other", status="4xx") == 1
    for secret in (MARK, token, "wrong-token", "anna", DOOR, "front-door", DOOR_TOPIC, "Front door"):
        assert secret not in after.text
    _nothing_went_back(before, after)


async def test_a_topic_of_any_name_and_what_nobody_understands_is_only_counted(
    broker: Mosquitto, daemon: Daemon
) -> None:
    daemon.rename_topic(DOOR_TOPIC, "home/ev'il\u00e9 {{x}}/state")  # braces stand twice in the template
    await daemon.start()
    await broker.publish("home/ev'il\u00e9 {x}/state", f"{MARK} neither open nor closed")
    await until(lambda: "message.ignored" in daemon.log, what="the message being ignored")
    seen = await scrape(daemon.private_port)
    assert seen.value("ifttt_bridge_messages_total", outcome="ignored") == 1
    assert seen.value("ifttt_bridge_messages_total", outcome="taken") == 0
    assert "\u00e9" not in seen.text
    assert "ev'il" not in seen.text


async def test_a_command_that_the_device_obeys_counts_as_confirmed(broker: Mosquitto, daemon: Daemon) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    await broker.publish(LIGHT_TOPIC, '{"state":"OFF"}')
    with broker.listener(LIGHT_COMMAND_TOPIC) as commands:
        await daemon.post("actions/turn_on_light", token, {"actionFields": {"light": "hall-light"}})
        await until(lambda: bool(commands.received()), what="the command")
        await broker.publish(LIGHT_TOPIC, '{"state":"ON"}')
    await _until(daemon, "ifttt_bridge_commands_total", 1, outcome="confirmed")


async def test_the_daemon_says_what_it_is_and_what_it_takes(broker: Mosquitto, daemon: Daemon) -> None:
    await daemon.start()
    first = await scrape(daemon.private_port)
    assert [value for (name, labels), value in first.values.items() if ("version", __version__) in labels] == [1]
    assert first.value("ifttt_bridge_ready") == first.value("ifttt_bridge_broker_live") == 1
    assert first.value("ifttt_bridge_broker_connections_total") == 1
    assert 20e6 < first.value("process_resident_memory_bytes") < 200e6
    assert 5 < first.value("process_open_fds") < first.value("process_max_fds")
    assert first.value("ifttt_bridge_database_bytes", file="database") == daemon.database.stat().st_size
    assert first.value("ifttt_bridge_database_free_bytes") > 0
    assert 0 < first.value("process_cpu_seconds_total") < 60

    broker.kill()
    await _until(daemon, "ifttt_bridge_broker_connected", 0)
    await broker.start()
    await _until(daemon, "ifttt_bridge_broker_live", 1)
    again = await scrape(daemon.private_port)
    assert again.value("ifttt_bridge_broker_connections_total") == 2
    assert again.value("ifttt_bridge_uptime_seconds") > first.value("ifttt_bridge_uptime_seconds")
    assert again.value("process_start_time_seconds") == first.value("process_start_time_seconds")
    _nothing_went_back(first, again)


async def _waiting_for_the_door(broker: Mosquitto, daemon: Daemon) -> str:
    token = daemon.add_user("anna")
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed")
    await until(lambda: daemon.knows("front-door"), what="the first state being known")
    await daemon.poll(token, "door_opened", {"door": "any"}, trigger_identity=DOOR)
    return token


async def _until(daemon: Daemon, sample: str, value: float, **labels: str) -> None:
    async def is_there() -> bool:
        return (await scrape(daemon.private_port)).value(sample, **labels) == value

    await until(is_there, what=f"{sample} being {value}")


def _nothing_went_back(*readings: Scrape) -> None:
    for earlier, later in pairwise(readings):
        fell = {key for key, value in earlier.counting.items() if later.values.get(key, -1.0) < value}
        assert not fell
