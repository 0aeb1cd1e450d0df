"""What Shellies of the first generation are described as."""

import itertools

import pytest

from bridge.commands import Publication
from bridge.devices.dialects.shelly_gen1.convention import ShellyGen1
from bridge.devices.dialects.shelly_gen1.models import MODELS
from bridge.devices.entity import EntityKind
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.hearing import Household, Message, entity_of, only_device, summary, told
from tests.unit.devices.dialects.shelly_gen1.examples import OLD, announced, home, of


@pytest.mark.parametrize(
    ("identity", "model", "kinds"),
    [
        ("shelly1-B929CC", "", {"relay_0": "switch", "input_0": "contact?", "input_0.press": "button"}),
        ("hall", "SHSW-1", {"relay_0": "switch", "input_0": "contact?", "input_0.press": "button"}),
        (
            "shellyplug-s-7A55C2",
            "",
            {"relay_0": "switch", "relay_0.power": "sensor", "relay_0.energy": "sensor", "temperature": "sensor"},
        ),
        ("shellygas-1", "", {"gas": "gas", "concentration": "sensor"}),
        (
            "shellymotionsensor-1",
            "",
            {"motion": "motion", "vibration": "vibration", "lux": "sensor", "battery": "battery"},
        ),
        ("ShellyBulbDuo-1", "", {"light_0": "light", "light_0.power": "sensor", "light_0.energy": "sensor"}),
        ("shellybulb-1", "", {"color_0": "light"}),
        ("shellytrv-1", "", {"temperature": "sensor", "battery": "battery"}),
    ],
)
def test_a_model_has_what_it_has(identity: str, model: str, kinds: dict[str, str]) -> None:
    device = only_device(ShellyGen1(), [announced(identity, model)])
    assert summary(device) == {"availability": "availability"} | kinds


@pytest.mark.parametrize(
    ("identity", "kinds"),
    [
        ("shellyht-1", {"temperature": "sensor", "humidity": "sensor", "battery": "battery"}),
        ("shellysmoke-1", {"smoke": "smoke", "temperature": "sensor", "battery": "battery"}),
        (
            "shellydw-1",
            {"state": "contact", "lux": "sensor", "tilt": "sensor", "vibration": "vibration", "battery": "battery"},
        ),
    ],
)
def test_a_sleeper_has_no_availability(identity: str, kinds: dict[str, str]) -> None:
    assert summary(only_device(ShellyGen1(), [announced(identity)])) == kinds


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_described_without_doubles(name: str) -> None:
    for mode in MODELS[name].modes or ("",):
        device = only_device(ShellyGen1(), [announced(f"{name}-AABBCC", mode=mode)])
        assert device.entities
        assert device.unserved == ()
        topics = [topic for entity in device.entities for topic in entity.dialect.state_topics]
        assert all(topic.startswith(f"shellies/{name}-AABBCC/") for topic in topics)
        kinds = [entity.kind for entity in device.entities]
        assert kinds.count(EntityKind.BATTERY) <= 1
        assert len(set(topics)) == len(topics) or "motion" in name or "trv" in name


def test_being_online_is_enough_where_the_id_names_the_model() -> None:
    assert summary(only_device(ShellyGen1(), [("shellies/shellyht-F3A1B2/online", b"true")])).keys() == {
        *("temperature", "humidity", "battery")
    }


def test_one_that_is_only_known_to_be_there_is_asked_to_announce_itself() -> None:
    (said,) = of("hall").announcements().values()
    assert (said.devices, said.questions) == ((), (Publication("shellies/hall/command", b"announce"),))


def test_an_unknown_model_is_shown_and_said_to_be_unknown() -> None:
    device = only_device(ShellyGen1(), [announced("shellynew-1", "SHNEW-1")])
    assert summary(device) == {"availability": "availability"}
    assert [(left.what, left.why) for left in device.unserved] == [("SHNEW-1", "not a known model")]


@pytest.mark.parametrize(
    ("messages", "entities"),
    [
        ([], set()),
        ([("shellies/shellyswitch25-1/relay/0", b"off")], {"relay_0", "relay_1", "relay_0.power", "relay_1.power"}),
        ([("shellies/shellyswitch25-1/roller/0", b"stop")], {"roller_0", "roller_0.power"}),
        ([announced("shellyswitch25-1", mode="roller")], {"roller_0", "roller_0.power"}),
    ],
)
def test_a_device_of_two_modes_is_what_it_shows_itself_to_be(messages: list[Message], entities: set[str]) -> None:
    device = only_device(ShellyGen1(), [announced("shellyswitch25-1"), *messages])
    found = {entity for entity in summary(device) if entity.startswith(("relay", "roller"))}
    assert {entity for entity in found if not entity.endswith("energy")} == entities
    assert bool(device.unserved) != bool(entities)


def test_a_device_of_two_modes_is_listened_to_until_it_shows_which() -> None:
    (said,) = of("shellyrgbw2-1").announcements().values()
    assert said.topics == ("shellies/shellyrgbw2-1/color/0/status", "shellies/shellyrgbw2-1/white/0/status")
    assert "color_0" in summary(only_device(ShellyGen1(), [announced("shellyrgbw2-1", mode="color")]))
    assert "white_3" in summary(only_device(ShellyGen1(), [announced("shellyrgbw2-1", mode="white")]))


def test_sensors_that_were_wired_to_it_are_there_once_they_were_heard() -> None:
    device = next(iter(of("shelly1-1", "ext_temperature/0", "ext_humidity/0", "ext_switch/0").devices().values()))
    kinds = summary(device)
    assert kinds["ext_temperature_0"] == "sensor"
    assert kinds["ext_humidity_0"] == "sensor"
    assert kinds["ext_switch_0"] == "contact?"


def test_an_old_firmware_tells_of_long_presses_alone() -> None:
    device = only_device(ShellyGen1(), [announced("shellyswitch25-1", fw_ver=OLD, mode="relay")])
    assert entity_of(device, "input_0.press").dialect.state_topics == ("shellies/shellyswitch25-1/longpush/0",)


def test_a_new_address_or_firmware_is_no_new_description() -> None:
    again = announced("shelly1-1", ip="10.9.9.9", fw_ver="20240101-000000/v1.15.0", new_fw=True)
    assert ShellyGen1().tell(*announced("shelly1-1")) == ShellyGen1().tell(*again)


def test_any_order_of_messages_gives_the_same_device() -> None:
    topic = "shellies/shellyswitch25-1"
    own = (f"{topic}/announce", announced("shellyswitch25-1")[1])
    messages = [announced("shellyswitch25-1"), own, (f"{topic}/online", b"true"), (f"{topic}/relay/0", b"on")]
    homes = [Household(ShellyGen1()).hear(order).devices() for order in itertools.permutations(messages)]
    assert all(found == homes[0] for found in homes)


def test_all_are_asked_to_announce_themselves_and_one_that_has_is_asked_nothing_more() -> None:
    assert ShellyGen1().questions == (Publication("shellies/command", b"announce"),)
    (said,) = home(announced("shelly1-1")).announcements().values()
    assert said.questions == ()


@pytest.mark.parametrize("identity", ["", "a/b", "+", "#", "command", "announce", "x" * 65, "ä", None, 1])
def test_what_is_no_id_is_refused(identity: object) -> None:
    with pytest.raises(UnreadableMessage):
        ShellyGen1().tell(*told("shellies/announce", {"id": identity}))


def test_a_message_of_a_device_is_no_description() -> None:
    assert ShellyGen1().tell("shellies/shelly1-1/relay/0/power", b"1") is None
    assert ShellyGen1().tell("elsewhere/announce", b"{}") is None
    assert ShellyGen1().tell("shellies/announce", b"") is None
