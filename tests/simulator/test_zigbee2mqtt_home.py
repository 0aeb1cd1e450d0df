"""The simulated home behind a Zigbee2MQTT, against a real broker."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bridge.simulator.home import SimulatedHome
from bridge.simulator.zigbee2mqtt_devices import listed_devices
from bridge.simulator.zigbee2mqtt_speech import Zigbee2MqttSpeech
from tests.simulator.broker import DEADLINE_S, Heard, Mosquitto, Watcher

RECORDED = Path(__file__).parents[1] / "recordings" / "zigbee2mqtt-native.jsonl"
STATE = "zigbee2mqtt/bridge/state"
DEVICES = "zigbee2mqtt/bridge/devices"
DOOR = "zigbee2mqtt/Front door"
BUTTON = "zigbee2mqtt/Bedside button"
LIGHT = "zigbee2mqtt/Hall light"
LONELY_HOME = """
import asyncio, sys
from bridge.simulator.home import SimulatedHome
from bridge.simulator.zigbee2mqtt_speech import Zigbee2MqttSpeech

async def live():
    async with SimulatedHome(sys.argv[1], int(sys.argv[2]), speech=Zigbee2MqttSpeech()):
        await asyncio.Event().wait()

asyncio.run(live())
"""


def home_on(broker: Mosquitto) -> SimulatedHome:
    return SimulatedHome(broker.host, broker.port, speech=Zigbee2MqttSpeech())


def said(heard: list[Heard], topic: str) -> list[Any]:
    """Return what was said on one topic, in order."""
    return [json.loads(one.payload) for one in heard if one.topic == topic]


def exposed(listed: list[dict[str, Any]], model: str) -> dict[str, Any]:
    """Return what the device of a model exposes, by name."""
    (found,) = (each["definition"] for each in listed if each.get("definition", {}).get("model") == model)
    return {each["name"]: each for each in found["exposes"]}


def recorded_devices() -> list[dict[str, Any]]:
    """Return the list of a real Zigbee2MQTT."""
    messages = map(json.loads, RECORDED.read_text().splitlines())
    listed: list[dict[str, Any]] = json.loads(next(each["payload"] for each in messages if each["topic"] == DEVICES))
    return listed


@pytest.mark.parametrize("model", ["MCCGQ11LM", "WXKG11LM"])
def test_a_device_exposes_what_a_real_one_of_its_model_exposes(model: str) -> None:
    listed: list[dict[str, Any]] = json.loads(json.dumps(listed_devices("a", "b", "c")))

    assert exposed(listed, model) == exposed(recorded_devices(), model)


def test_a_light_is_described_in_the_words_of_a_real_one() -> None:
    listed: list[dict[str, Any]] = json.loads(json.dumps(listed_devices("a", "b", "c")))
    real = next(each for each in recorded_devices() if each.get("definition", {}).get("model") == "7146060PH")

    ours, theirs = ({each["name"]: each for each in features(device)} for device in (listed[-1], real))
    assert ours == {name: theirs[name] for name in ("state", "brightness")}


def features(device: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parts of a light."""
    (light,) = (each for each in device["definition"]["exposes"] if each["type"] == "light")
    parts: list[dict[str, Any]] = light["features"]
    return parts


async def test_a_home_leaves_at_the_broker_who_it_is_and_no_state(broker: Mosquitto) -> None:
    async with home_on(broker) as home:
        await home.open_door()
        await home.press("double")
        async with Watcher(broker) as late:
            heard = await late.all_until_now()

    kept = {one.topic: json.loads(one.payload) for one in heard if one.retained}
    assert [each["friendly_name"] for each in kept.pop(DEVICES)] == [
        "Coordinator",
        "Front door",
        "Bedside button",
        "Hall light",
    ]
    assert kept == {STATE: {"state": "online"}} | {
        f"{name}/availability": {"state": "online"} for name in (DOOR, BUTTON, LIGHT)
    }


async def test_a_door_says_that_its_contact_is_closed_first_and_then_every_move(
    broker: Mosquitto, watcher: Watcher
) -> None:
    async with home_on(broker) as home:
        await home.open_door()
        await home.close_door()

    assert [each["contact"] for each in said(await watcher.all_until_now(), DOOR)] == [True, False, True]


async def test_a_press_is_an_action_that_no_report_says_again(broker: Mosquitto, watcher: Watcher) -> None:
    async with home_on(broker) as home:
        await home.press("double")
        await home.report()
        with pytest.raises(ValueError, match="quadruple, hold, release, not 'long'"):
            await home.press("long")

    assert [each.get("action") for each in said(await watcher.all_until_now(), BUTTON)] == [None, "double", None]


async def test_a_light_takes_orders_below_its_name(broker: Mosquitto, watcher: Watcher) -> None:
    async with home_on(broker) as home:
        await watcher.publish(f"{LIGHT}/set", '{"state":"ON","brightness":100,"transition":2}')
        await home.wait_for_light(on=True, timeout_s=DEADLINE_S)
        await watcher.publish(f"{LIGHT}/set", '{"state":"OFF"}')
        await home.wait_for_light(on=False, timeout_s=DEADLINE_S)
        await watcher.wait_for(LIGHT, 3)

    states = [(each["state"], each["brightness"]) for each in said(await watcher.all_until_now(), LIGHT)]
    assert states == [("OFF", 254), ("ON", 100), ("OFF", 100)]


async def test_a_report_says_how_everything_is_as_it_was_said_before(broker: Mosquitto, watcher: Watcher) -> None:
    async with home_on(broker) as home:
        await home.open_door()
        await home.report()

    heard = await watcher.all_until_now()
    assert said(heard, DOOR)[-1] == said(heard, DOOR)[-2]
    assert said(heard, LIGHT)[-1] == said(heard, LIGHT)[-2]
    assert len(said(heard, DEVICES)) == 1


async def test_a_home_that_leaves_says_so(broker: Mosquitto, watcher: Watcher) -> None:
    async with home_on(broker):
        pass

    assert said(await watcher.all_until_now(), STATE) == [{"state": "online"}, {"state": "offline"}]


async def test_the_broker_says_that_a_home_is_gone_which_cannot_say_so(broker: Mosquitto, watcher: Watcher) -> None:
    home = await asyncio.create_subprocess_exec(sys.executable, "-c", LONELY_HOME, broker.host, str(broker.port))
    try:
        await watcher.wait_for(STATE, 1)
    finally:
        home.kill()
        await home.wait()

    assert json.loads((await watcher.wait_for(STATE, 2))[-1].payload) == {"state": "offline"}


async def test_a_home_announces_itself_again_to_a_broker_that_lost_everything(broker: Mosquitto) -> None:
    async with home_on(broker):
        broker.stop()
        broker.start()
        async with asyncio.timeout(DEADLINE_S), Watcher(broker) as watcher:
            await watcher.wait_for(LIGHT, 1)
            heard = await watcher.all_until_now()
    assert said(heard, STATE)[0] == {"state": "online"}
    assert len(said(heard, DEVICES)) == 1
    assert said(heard, DOOR)[0]["contact"] is True
