"""Taking messages in, step by step: written, then known, then told around, then acknowledged; and what is counted."""

import asyncio
from dataclasses import replace
from itertools import pairwise

from structlog.testing import capture_logs

from bridge.devices.catalogue import Catalogue
from bridge.devices.dialects.plain_number import PlainNumber
from bridge.devices.entity import Device, Entity, EntityKind, Shaping
from bridge.devices.interpretation import LatePolicy
from bridge.devices.last_known import LastKnown
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.inbound import MAX_BATCH, TOPICS_REMEMBERED, Inbound, Neighbours
from bridge.mqtt.intake import Intake
from bridge.mqtt.interpreter import Interpreter
from bridge.mqtt.message import BacklogEnded, Connected, Marker
from bridge.simulator.virtual_time import run_virtually
from tests.fakes.conventions import described
from tests.parts.waiting import until
from tests.unit.devices.examples import button, door
from tests.unit.mqtt.examples import BELL, DOOR, again, message
from tests.unit.mqtt.taking import MOVES, Faulty, Taking, taking


async def test_what_a_message_caused_is_written_then_known_then_told_around_and_then_acknowledged() -> None:
    async with taking() as there:
        await there.hear(message(DOOR, b"closed", packet_id=1))
        there.steps.clear()
        await there.hear(message(DOOR, b"open", packet_id=2), Marker(1, 1, 3), message(packet_id=4))
        assert there.steps == [
            "moves taken",
            "written",
            "told of ['contact.opened', 'button.single'], known {'front-door': 'open', 'bell': None}",
            "acknowledged [2, 3, 4]",
        ]


async def test_the_batch_holds_all_that_it_caused() -> None:
    async with taking() as there:
        await there.hear(message(DOOR, b"closed", packet_id=1))
        await there.hear(message(DOOR, b"open", packet_id=2))
        first, second = there.batches
        assert (first.entries, first.told, first.states["front-door"].value) == ((), (), "closed")
        assert [entry.seq for entry in second.entries] == [5]
        assert second.entries[0].recorded_at_ms == 1000
        assert second.told == MOVES
        assert [(each.number, each.packet_id) for each in second.deliveries] == [(1, 2)]
        assert there.inbound.newest_seq == 5


async def test_a_state_alone_is_told_around_and_a_message_that_changes_nothing_is_not() -> None:
    async with taking() as there:
        await there.hear(message(DOOR, b"closed", packet_id=1, qos=0))
        assert "told of [], known {'front-door': 'closed'}" in there.steps
        there.steps.clear()
        await there.hear(message(DOOR, b"closed", packet_id=2, qos=0))
        assert there.steps == ["acknowledged [2]"]
        assert len(there.batches) == 1, "nothing was to be written"


async def test_a_failed_commit_is_neither_known_nor_told_nor_acknowledged_and_its_edge_is_not_lost() -> None:
    async with taking() as there:
        await there.hear(message(DOOR, b"closed", packet_id=1))
        there.steps.clear()
        there.failures = 2
        await there.hear(message(DOOR, b"open", packet_id=2))
        assert there.steps == [
            *["moves taken"] * 3,
            "written",
            "told of ['contact.opened'], known {'front-door': 'open'}",
            "acknowledged [2]",
        ]
        assert [entry.seq for batch in there.batches for entry in batch.entries] == [5]


async def test_what_was_taken_is_a_repeat_when_it_comes_again_and_what_failed_is_not() -> None:
    async with taking() as there:
        there.failures = 1
        await there.hear(message(packet_id=1))
        await there.hear(again(message(packet_id=1)), message(packet_id=2))
        assert [len(batch.entries) for batch in there.batches] == [1, 1]
        assert there.inbound.counts.repeats == 1
        await there.hear(Connected(2, resumed=False, away_s=0), again(message(packet_id=1)))
        assert there.batches[-1].forget_deliveries
        assert len(there.batches[-1].entries) == 1


async def test_everything_is_counted() -> None:
    async with taking() as there:
        await there.hear(
            Connected(1, resumed=False, away_s=0),
            message(packet_id=1),
            message(DOOR, b"ajar", packet_id=2),
            message("home/nobody", packet_id=3),
            message("home/faulty", packet_id=4),
            again(message(packet_id=1)),
            Marker(1, 1, 5),
        )
        counts = there.inbound.counts
        assert (counts.connections, counts.messages, counts.taken, counts.events) == (1, 5, 1, 1)
        assert (counts.repeats, counts.ignored, counts.broken, counts.failed_commits) == (1, 2, 1, 0)
        await there.hear(Connected(2, resumed=True, away_s=0), Connected(3, resumed=True, away_s=0))
        assert (counts.connections, counts.messages) == (3, 5)
        assert (counts.taken, counts.events, counts.repeats, counts.ignored, counts.broken) == (1, 1, 1, 2, 1)
        assert there.steps[-1] == "acknowledged [1, 2, 3, 4, 1, 5]"
        assert there.inbound.heard.all()[DOOR] == (1000, "not one of the configured words")
        assert there.inbound.heard.all()["home/faulty"][1] != ""


async def test_the_end_of_a_backlog_is_told_and_no_other_turn_of_the_connection() -> None:
    async with taking() as there:
        await there.hear(Connected(1, resumed=True, away_s=0), message(packet_id=1))
        assert "listening" not in there.steps
        there.steps.clear()
        await there.hear(BacklogEnded(1))
        assert there.steps == ["stirred", "listening"]
        assert there.inbound.counts.connections == 1


async def test_a_press_in_a_backlog_is_late_until_its_end_in_another_batch() -> None:
    async with taking() as there:
        await there.hear(Connected(1, resumed=True, away_s=1000))
        await there.hear(message(packet_id=1))
        await there.hear(BacklogEnded(1))
        await there.hear(message(packet_id=2))
        assert [entry.event.reason for batch in there.batches for entry in batch.entries] == ["late", None]


async def test_trouble_of_the_disk_is_counted_and_said_once_with_how_many_wait_and_once_when_it_is_over() -> None:
    with capture_logs() as logs:
        async with taking(failures=2) as there:
            assert there.inbound.storage_trouble == ""
            there.intake.put(message(packet_id=1))
            await until(lambda: there.inbound.storage_trouble != "")
            assert there.inbound.storage_trouble == "disk full"
            await there.hear(message(packet_id=2))
            assert there.inbound.storage_trouble == ""
            assert there.inbound.counts.failed_commits == 2
            there.failures = 1
            await there.hear(message(packet_id=3), message(packet_id=4))
    said = [(line["event"], line.get("waiting"), line.get("attempts"), line.get("reason")) for line in logs]
    assert said == [
        ("storage.unavailable", 1, None, "disk full"),
        ("storage.available", None, 3, None),
        ("storage.unavailable", 2, None, "disk full"),
        ("storage.available", None, 2, None),
    ]


def test_a_disk_that_stays_full_is_tried_again_less_and_less_often_and_anew_when_it_was_there() -> None:
    async def play() -> list[float]:
        async with taking(failures=12) as there:
            await there.hear(message(packet_id=1))
            there.failures = 1
            await there.hear(message(packet_id=2))
            return there.at_s

    at_s = run_virtually(play())
    pauses = [later - earlier for earlier, later in pairwise(at_s)]
    ceilings = [min(5.0, 0.1 * 2**attempt) for attempt in range(12)]
    assert all(ceiling / 2 <= pause <= ceiling for pause, ceiling in zip(pauses, ceilings, strict=False))
    assert pauses[12] == 0.0
    assert 0.05 <= pauses[13] <= 0.1


async def test_each_commit_is_measured_with_its_messages_and_its_time_and_nothing_else_is() -> None:
    async with taking() as there:
        await there.hear(message(packet_id=1), message(packet_id=2), message(DOOR, b"open", packet_id=3))
        await there.hear(message("home/nobody", packet_id=4, qos=0))
        ((events, messages, took_s),) = there.measured
        assert (events, messages) == (2, 3)
        assert 0 <= took_s < 60


async def test_a_batch_is_bounded_and_the_rest_comes_in_the_next() -> None:
    async with taking() as there:
        await there.hear(*(message(packet_id=number + 1) for number in range(MAX_BATCH + 1)))
        assert [len(batch.entries) for batch in there.batches] == [MAX_BATCH, 1]
        assert there.inbound.newest_seq == 5 + MAX_BATCH


async def test_who_waits_for_all_to_be_taken_in_waits_for_the_batch_under_way_too() -> None:
    async with taking(failures=1) as there:
        await asyncio.wait_for(there.inbound.drained(), 5)
        there.intake.put(message(packet_id=1))
        await until(lambda: there.inbound.storage_trouble != "")
        await there.inbound.drained()
        assert len(there.batches) == 1
        assert there.inbound.waiting == 0
        await asyncio.wait_for(there.inbound.drained(), 5)


async def test_nothing_is_at_rest_while_anything_waits_or_is_written() -> None:
    async with taking(failures=1) as there:
        await there.inbound.drained()
        assert there.inbound.at_rest
        there.intake.put(message(packet_id=1))
        assert not there.inbound.at_rest, "it waits"
        await until(lambda: there.inbound.storage_trouble != "")
        assert there.inbound.waiting == 0
        assert not there.inbound.at_rest, "it is taken, and not on disk"
        await there.inbound.drained()
        assert there.inbound.at_rest


def test_what_waits_and_whether_it_holds_up_the_broker_can_be_asked() -> None:
    there = Taking()
    there.intake = Intake(2)
    inbound = Inbound(
        there.intake,
        Interpreter(Catalogue([]), LastKnown({}), Deliveries([], window=20), LatePolicy()),
        there,
        neighbours=Neighbours(there._acknowledge),
        next_seq=1,
        clock_ms=lambda: 0,
    )
    assert (inbound.waiting, inbound.held_up, inbound.newest_seq) == (0, False, 0)
    there.intake.put(message())
    assert (inbound.waiting, inbound.held_up) == (1, False)
    there.intake.put(message())
    assert (inbound.waiting, inbound.held_up) == (2, True)


async def test_a_topic_that_means_nothing_is_spoken_of_once_for_each_reason_and_again_after_a_change() -> None:
    with capture_logs() as logs:
        async with taking() as there:
            for packet_id in (1, 2):
                await there.hear(message("home/nobody", packet_id=packet_id), message(DOOR, b"ajar", packet_id=9))
            assert [(line["event"], line["topic"], line["log_level"]) for line in logs] == [
                ("message.ignored", "home/nobody", "warning"),
                ("message.ignored", DOOR, "warning"),
            ]
            assert [line["reason"] for line in logs] == ["no device speaks here", "not one of the configured words"]
            await there.hear(message("home/front-door/available", b"ajar", packet_id=4), message(DOOR, b"\xff"))
            assert [line["topic"] for line in logs[2:]] == ["home/front-door/available", DOOR]
            assert logs[3]["reason"] != logs[1]["reason"]
            del logs[2:]
            await there.inbound.reconfigure(Catalogue([button()]), LatePolicy(), also=lambda: None)
            await there.hear(message("home/nobody", packet_id=3))
            assert len(logs) == 3


async def test_what_was_spoken_of_longest_ago_is_forgotten_first() -> None:
    many = [f"home/{number}" for number in range(TOPICS_REMEMBERED - 1)]
    with capture_logs() as logs:
        async with taking() as there:
            said = ("home/a", "home/b", *many[1:], "home/a", "home/c", "home/a", "home/b")
            await there.hear(*(message(topic, qos=0) for topic in said))
    assert [line["topic"] for line in logs] == ["home/a", "home/b", *many[1:], "home/c", "home/b"]


async def test_a_fault_of_ours_is_said_once_with_its_place_and_nothing_of_what_the_message_says() -> None:
    with capture_logs() as logs:
        async with taking() as there:
            await there.hear(message("home/faulty", b"a secret", packet_id=1))
            await there.hear(message("home/faulty", b"a secret", packet_id=2))
            await there.hear(message("home/worse", b"a secret", packet_id=3))
            await there.hear(message("home/worse", b"other", packet_id=4))
    assert [line["topic"] for line in logs] == ["home/faulty", "home/worse", "home/worse"]
    assert logs[0]["where"] == logs[1]["where"] != logs[2]["where"]
    line = logs[0]
    assert (line["event"], line["topic"], line["error"], line["log_level"]) == (
        "message.broken",
        "home/faulty",
        "KeyError",
        "error",
    )
    file, _, number = line["where"].rpartition(":")
    assert file.endswith("taking.py")
    assert int(number) == Faulty.read.__code__.co_firstlineno + 4
    assert "secret" not in str(line)
    assert there.inbound.heard.all()["home/faulty"] == (1000, "a fault of the bridge; its log says where")


async def test_what_time_makes_of_a_state_is_in_its_batch_and_known_afterwards() -> None:
    async with taking() as there:
        there.watches.add("home", "front-door", "contact.left_open.2")
        await there.hear(message(DOOR, b"closed", packet_id=1))
        assert there.inbound.next_due_ms(1000) is None
        there.steps.clear()
        await there.hear(message(DOOR, b"open", packet_id=2))
        ((key, deadline),) = there.batches[-1].deadlines.items()
        assert key == ("front-door", 2)
        assert deadline is not None
        assert there.inbound.next_due_ms(1000) == deadline.due_ms == 121_000
        assert there.steps[-2:] == ["acknowledged [2]", "stirred"]


async def test_what_waits_of_a_device_that_is_gone_is_looked_at_at_once() -> None:
    async with taking() as there:
        shaped = replace(door(), shaping=Shaping(debounce_ms=60_000, debounce_max_ms=60_000))
        await there.inbound.reconfigure(Catalogue([shaped]), LatePolicy(), also=lambda: None)
        await there.hear(message(DOOR, b"closed", packet_id=1), message(DOOR, b"open", packet_id=2))
        assert there.inbound.next_due_ms(2000) == 61_000
        await there.inbound.reconfigure(Catalogue([]), LatePolicy(), also=lambda: None)
        assert there.inbound.next_due_ms(2000) == 2000


async def test_a_number_is_in_its_batch() -> None:
    async with taking() as there:
        dialect = PlainNumber("home/hall/temperature", None, (-50, 50))
        sensor = Entity("hall", Device("hall", "home", "Hall"), EntityKind.SENSOR, dialect)
        await there.inbound.reconfigure(Catalogue([sensor]), LatePolicy(), also=lambda: None)
        await there.hear(message("home/hall/temperature", b"21.5", packet_id=1))
        ((entity, at_ms, value),) = ((each.entity, each.at_ms, each.value) for each in there.batches[-1].readings)
        assert (entity, at_ms, value) == ("hall", 1000, 21.5)


async def test_a_description_is_in_its_batch_known_afterwards_and_said() -> None:
    async with taking() as there:
        payload = described({"id": "contact", "kind": "contact", "topic": "home/hall"})
        there.failures = 1
        await there.hear(message("fake/hall/main/config", payload, packet_id=1))
        assert there.batches[-1].descriptions == {("fake", "hall", "main"): payload}
        assert [key for key, _ in there.inbound.registry.devices] == ["fake"]
        assert there.steps[-2:] == ["acknowledged [1]", "described"]
        there.steps.clear()
        await there.hear(message(packet_id=2))
        assert "described" not in there.steps


def test_a_flood_that_means_nothing_keeps_nobody_waiting_and_takes_no_time() -> None:
    async def play() -> None:
        async with taking() as there:
            turns = 0
            for number in range(10 * MAX_BATCH):
                there.intake.put(message("home/nobody", packet_id=number + 1))
            began_s = asyncio.get_running_loop().time()
            while there.intake:
                turns += 1
                await asyncio.sleep(0)
            assert turns >= 10
            assert asyncio.get_running_loop().time() == began_s

    with capture_logs():
        run_virtually(play())


async def test_it_is_known_when_each_topic_was_heard_and_whether_it_was_understood() -> None:
    async with taking() as there:
        await there.hear(message(packet_id=1), message(DOOR, b"ajar", packet_id=2))
        there.now_ms = 2000
        await there.hear(message(packet_id=3))
        assert there.inbound.heard.all() == {BELL: (2000, ""), DOOR: (1000, "not one of the configured words")}


async def test_what_came_just_before_its_reader_is_read_by_it_unless_it_was_retained() -> None:
    async with taking() as there:
        late = button("gong")
        topic = late.dialect.state_topics[0]
        await there.hear(message(topic, b"single", packet_id=1), message(topic, b"double", packet_id=2, retained=True))
        await there.inbound.reconfigure(Catalogue([late]), LatePolicy(), also=lambda: None, reread=True)
        await there.hear()
        assert [entry.event.kind for batch in there.batches for entry in batch.entries] == ["button.single"]
        assert [step for step in there.steps if step.startswith("ack")] == ["acknowledged [1, 2]", "acknowledged [0]"]
        await there.inbound.reconfigure(Catalogue([button()]), LatePolicy(), also=lambda: None)
        await there.inbound.reconfigure(Catalogue([late]), LatePolicy(), also=lambda: None)
        await there.hear()
        assert len([entry for batch in there.batches for entry in batch.entries]) == 1, "only where it is asked for"


async def test_another_policy_counts_with_another_catalogue() -> None:
    async with taking() as there:
        await there.inbound.reconfigure(Catalogue([button()]), LatePolicy(late_press_limit_s=5), also=lambda: None)
        await there.hear(Connected(1, resumed=True, away_s=10), message(packet_id=1))
        assert there.batches[-1].entries[0].event.reason == "late"


async def test_who_asked_for_a_turn_goes_on_when_it_is_done_and_somebody_looks_at_the_clock_anew() -> None:
    async with taking() as there:
        there.steps.clear()
        await there.inbound.reconfigure(Catalogue([button()]), LatePolicy(), also=lambda: there.steps.append("also"))
        assert there.steps == ["also", "stirred"]
