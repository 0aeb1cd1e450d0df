"""The simulated home against a real broker."""

import asyncio
import json
import threading
from pathlib import Path

import pytest

from bridge.simulator.home import SimulatedHome
from bridge.simulator.plain_speech import Button, Door, Light, PlainSpeech
from bridge.simulator.steps import DoorMoved, HomeStep, LightObeyed, Pressed
from tests.parts.ports import free_port
from tests.simulator.broker import DEADLINE_S, Heard, Mosquitto, Watcher

DOOR = "home/front-door/state"
BUTTON = "home/bedside-button/action"
LIGHT = "home/hall-light/state"
ORDER = "home/hall-light/set"


def words(heard: list[Heard], topic: str) -> list[str]:
    """Return what was said on one topic, in order."""
    return [one.payload for one in heard if one.topic == topic]


async def test_a_door_says_closed_first_and_then_every_move(broker: Mosquitto, watcher: Watcher) -> None:
    async with SimulatedHome(broker.host, broker.port) as home:
        await home.open_door()
        assert home.door_is_open
        await home.close_door()
        assert not home.door_is_open

    heard = await watcher.all_until_now()
    assert words(heard, DOOR) == ["closed", "open", "closed"]
    assert {one.qos for one in heard} == {1}


async def test_a_door_leaves_its_state_at_the_broker(broker: Mosquitto) -> None:
    async with SimulatedHome(broker.host, broker.port) as home:
        await home.open_door()

    async with Watcher(broker) as late:
        assert Heard(DOOR, "open", retained=True, qos=1) in await late.all_until_now()


async def test_a_door_that_does_not_retain_leaves_nothing(broker: Mosquitto, watcher: Watcher) -> None:
    async with SimulatedHome(broker.host, broker.port, speech=PlainSpeech(of_door=Door(retained=False))) as home:
        await home.open_door()

    assert words(await watcher.all_until_now(), DOOR) == ["open"]
    async with Watcher(broker) as late:
        assert words(await late.all_until_now(), DOOR) == []


async def test_a_button_says_each_press_and_leaves_nothing(broker: Mosquitto, watcher: Watcher) -> None:
    async with SimulatedHome(broker.host, broker.port) as home:
        for word in ("single", "double", "triple", "long"):
            await home.press(word)

    heard = await watcher.all_until_now()
    assert words(heard, BUTTON) == ["single", "double", "triple", "long"]
    assert {one.qos for one in heard} == {1}
    async with Watcher(broker) as late:
        assert words(await late.all_until_now(), BUTTON) == []


async def test_a_button_refuses_a_word_it_does_not_know(broker: Mosquitto) -> None:
    async with SimulatedHome(broker.host, broker.port) as home:
        with pytest.raises(ValueError, match="knows single, double, triple, long, not 'twice'"):
            await home.press("twice")


async def test_a_light_obeys_and_leaves_its_state_at_the_broker(broker: Mosquitto, watcher: Watcher) -> None:
    async with SimulatedHome(broker.host, broker.port) as home:
        await watcher.publish(ORDER, '{"state":"ON","brightness":128}')
        await home.wait_for_light(on=True, timeout_s=DEADLINE_S)
        assert home.light.brightness == 128
        await watcher.wait_for(LIGHT, 2)

    async with Watcher(broker) as late:
        (state,) = [one for one in await late.all_until_now() if one.topic == LIGHT]
    assert json.loads(state.payload) == {"state": "ON", "brightness": 128}
    assert state.retained


async def test_a_light_reports_its_state_first_and_after_each_order_it_understands(
    broker: Mosquitto, watcher: Watcher
) -> None:
    async with SimulatedHome(broker.host, broker.port):
        for order in ("ON", "nonsense", "ON", "TOGGLE", '{"brightness": 7}'):
            await watcher.publish(ORDER, order)
        reports = await watcher.wait_for(LIGHT, 5)

    assert [json.loads(report.payload)["state"] for report in reports] == ["OFF", "ON", "ON", "OFF", "ON"]
    assert {report.qos for report in reports} == {1}


async def test_waiting_in_vain_for_a_light_says_so(broker: Mosquitto) -> None:
    async with SimulatedHome(broker.host, broker.port) as home:
        await home.wait_for_light(on=False, timeout_s=0)
        with pytest.raises(TimeoutError, match="in vain for the light to be on"):
            await home.wait_for_light(on=True, timeout_s=0.01)


async def test_topics_and_words_can_be_chosen(broker: Mosquitto, watcher: Watcher) -> None:
    speech = PlainSpeech(Door("a/door", word_open="1", word_closed="0"), Button("a/button"), Light("a/light", "a/set"))
    async with SimulatedHome(broker.host, broker.port, speech=speech) as home:
        await home.open_door()
        await home.press("single")
        await watcher.publish("a/set", "ON")
        await watcher.wait_for("a/light", 2)

    heard = await watcher.all_until_now()
    assert {one.topic for one in heard} == {"a/door", "a/button", "a/light", "a/set"}
    assert words(heard, "a/door") == ["0", "1"]


async def test_publishing_returns_only_when_the_broker_acknowledges(broker: Mosquitto) -> None:
    async with SimulatedHome(broker.host, broker.port) as home, asyncio.TaskGroup() as group:
        broker.freeze()
        opening = group.create_task(home.open_door())
        done, _ = await asyncio.wait([opening], timeout=0.3)
        broker.thaw()
        assert not done


async def test_a_home_comes_back_with_its_broker(broker: Mosquitto) -> None:
    async with SimulatedHome(broker.host, broker.port) as home, asyncio.TaskGroup() as group:
        broker.stop()
        opening = group.create_task(home.open_door())
        await asyncio.wait([opening], timeout=0.1)
        assert not opening.done()
        broker.start()
        async with asyncio.timeout(DEADLINE_S), Watcher(broker) as watcher:
            await opening
            await watcher.wait_for(LIGHT, 1)
            await watcher.publish(ORDER, "ON")
            await home.wait_for_light(on=True, timeout_s=DEADLINE_S)
            assert words(await watcher.all_until_now(), DOOR)[-1] == "open"


async def test_whoever_waits_for_a_lost_broker_is_told_when_the_home_closes(broker: Mosquitto) -> None:
    home = SimulatedHome(broker.host, broker.port)
    async with asyncio.TaskGroup() as group:
        async with home:
            broker.stop()
            pressing = group.create_task(failure_of(home))
            await asyncio.wait([pressing], timeout=0.1)
        assert "before it acknowledged" in await pressing


async def failure_of(home: SimulatedHome) -> str:
    """Press the button and return what went wrong."""
    with pytest.raises(ConnectionError) as caught:
        await home.press("single")
    return str(caught.value)


async def test_a_missing_broker_is_told_with_its_address() -> None:
    port = free_port()

    with pytest.raises(ConnectionError, match=f"No broker answers at 127.0.0.1:{port} within 0.2 s"):
        async with SimulatedHome("127.0.0.1", port, connect_timeout_s=0.2):
            pass


async def test_a_home_that_cannot_report_says_so_and_leaves_no_thread(broker: Mosquitto) -> None:
    speech = PlainSpeech(of_light=Light(state_topic="forbidden/#"))

    with pytest.raises(ValueError, match="topic"):
        async with SimulatedHome(broker.host, broker.port, speech=speech):
            pass

    assert not [thread for thread in threading.enumerate() if "paho" in thread.name]


async def test_a_broker_with_passwords_takes_the_right_one_and_refuses_others(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    process = await asyncio.create_subprocess_exec("mosquitto_passwd", "-b", "-c", str(passwords), "home", "right")
    assert await process.wait() == 0
    strict = Mosquitto(tmp_path, access=f"allow_anonymous false\npassword_file {passwords}")
    strict.start()
    try:
        async with SimulatedHome(strict.host, strict.port, username="home", password="right") as home:
            await home.open_door()
        with pytest.raises(ConnectionError, match="refuses the connection"):
            async with SimulatedHome(strict.host, strict.port, username="home", password="wrong"):
                pass
        with pytest.raises(ConnectionError, match="refuses the connection"):
            async with SimulatedHome(strict.host, strict.port):
                pass
    finally:
        strict.stop()


async def test_every_step_is_told_in_order(broker: Mosquitto, watcher: Watcher) -> None:
    steps: list[HomeStep] = []
    async with SimulatedHome(broker.host, broker.port, on_step=steps.append) as home:
        await home.open_door()
        await home.press("double")
        await watcher.publish(ORDER, '{"state":"ON","brightness":5}')
        await home.wait_for_light(on=True, timeout_s=DEADLINE_S)

    moved, pressed, obeyed = steps
    assert isinstance(moved, DoorMoved)
    assert moved.is_open
    assert isinstance(pressed, Pressed)
    assert pressed.word == "double"
    assert isinstance(obeyed, LightObeyed)
    assert (obeyed.is_on, obeyed.brightness) == (True, 5)
    assert moved.at <= pressed.at <= obeyed.at


async def test_a_closed_home_leaves_no_thread(broker: Mosquitto) -> None:
    async with SimulatedHome(broker.host, broker.port):
        pass

    assert not [thread for thread in threading.enumerate() if "paho" in thread.name]
