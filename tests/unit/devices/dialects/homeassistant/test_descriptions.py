"""What a description says: short keys, `~`, whole devices, what is taken away, and what moves."""

import json

import pytest

from bridge.commands import Wish
from bridge.devices.described import Told
from bridge.devices.dialects.homeassistant import HomeAssistant
from bridge.devices.dialects.homeassistant.abbreviations import DEVICE, ENTITY, ORIGIN
from bridge.devices.topics import matches
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.homeassistant.kept import Kept, announced, in_words, only, only_device, short, write

SWITCH = "homeassistant/switch/thing/one/config"
WHOLE = "homeassistant/device/thing/config"


def a_switch(**settings: object) -> bytes:
    return json.dumps({"stat_t": "t", "cmd_t": "t/set", "dev": {"ids": ["d"], "name": "Thing"}} | settings).encode()


def a_whole(components: object, **settings: object) -> bytes:
    device = {"ids": ["d"], "name": "Thing"}
    return json.dumps({"dev": device, "o": {"name": "maker"}, "cmps": components} | settings).encode()


def entities(kept: Kept, device: str = "d") -> list[str]:
    found = kept.devices().get(device)
    return [] if found is None else [in_words(entity) for entity in found.entities]


def test_all_abbreviations_are_known() -> None:
    assert (len(ENTITY), len(DEVICE), len(ORIGIN)) == (269, 11, 3)
    assert (ENTITY["stat_t"], DEVICE["sa"], ORIGIN["url"]) == ("state_topic", "suggested_area", "support_url")


@pytest.mark.parametrize("key", sorted(ENTITY.keys() - {"dev"}))
def test_each_short_key_is_read_as_its_long_one(key: str) -> None:
    settings = {"state_topic": "t", "unit_of_measurement": "W", "dev": {"ids": "d"}}
    settings.pop(ENTITY[key], None)
    assert announced("sensor", settings | {key: "x"}) == announced("sensor", settings | {ENTITY[key]: "x"})


def test_a_device_says_who_made_it_where_it_is_and_by_which_addresses_it_is_known() -> None:
    device = only_device(
        "switch",
        stat_t="t",
        cmd_t="t/set",
        dev={
            "ids": ["plug_AABBCCDDEEFF", "second"],
            "cns": [["mac", "11:22:33:44:55:66"], ["zigbee", "0x00158d0001a2b3c4"], ["ip", "10.0.0.1"]],
            "name": " Kettle\nplug ",
            "mdl": "P1",
            "sa": "Kitchen",
            "via_device": "gateway",
        },
    )
    assert (device.id, device.name, device.model, device.room, device.via) == (
        "plug_AABBCCDDEEFF",
        "Kettle plug",
        "P1",
        "Kitchen",
        "gateway",
    )
    assert device.hardware == {"aabbccddeeff", "112233445566", "00158d0001a2b3c4"}


@pytest.mark.parametrize(
    ("settings", "identity"),
    [
        ({"dev": {"ids": ["a", "b"], "cns": [["mac", "m"]]}, "uniq_id": "u"}, "a"),
        ({"dev": {"ids": "a"}, "uniq_id": "u"}, "a"),
        ({"dev": {"ids": [5]}}, "5"),
        ({"dev": {"ids": [], "cns": [["ip", "i"], ["mac", "m"]]}, "uniq_id": "u"}, "m"),
        ({"dev": {"name": "n"}, "uniq_id": "u"}, "u"),
        ({"uniq_id": "u"}, "u"),
        ({}, "switch/thing/one"),
        ({"uniq_id": "with\nline"}, "switch/thing/one"),
    ],
)
def test_a_device_is_known_by_its_id_else_its_address_else_the_id_of_the_thing_else_its_place(
    settings: dict[str, object], identity: str
) -> None:
    [device] = announced("switch", {"stat_t": "t", "cmd_t": "t/set"} | settings).devices
    assert device.id == identity


def test_a_thing_is_known_by_its_id_else_by_its_place() -> None:
    assert only("switch", stat_t="t", cmd_t="t/set", uniq_id="u").id == "u"
    assert only("switch", stat_t="t", cmd_t="t/set").id == "switch/thing/one"


def test_two_devices_may_have_things_of_the_same_id() -> None:
    kept = Kept()
    for node, mac in (("porch", "a0b1c2d3e4f5"), ("attic", "a0b1c2d3e4f6")):
        settings = {"dev_cla": "door", "stat_t": f"{node}/door", "uniq_id": "ESPbinary_sensorfront_door"}
        payload = json.dumps(settings | {"dev": {"ids": mac, "name": node}}).encode()
        kept.tell(f"homeassistant/binary_sensor/{node}/front_door/config", payload)
    assert {
        (device.id, entity.id, entity.dialect.state_topics)
        for device in kept.devices().values()
        for entity in device.entities
    } == {
        ("a0b1c2d3e4f5", "ESPbinary_sensorfront_door", ("porch/door",)),
        ("a0b1c2d3e4f6", "ESPbinary_sensorfront_door", ("attic/door",)),
    }


@pytest.mark.parametrize(
    ("settings", "topics"),
    [
        ({"~": "home/plug", "stat_t": "~/state", "cmd_t": "set/~"}, ("home/plug/state", "set/home/plug")),
        ({"~": "home/plug", "stat_t": "~", "cmd_t": "a/~/b"}, ("home/plug", "a/~/b")),
        ({"~": 5, "stat_t": "~/state", "cmd_t": "c"}, ("~/state", "c")),
    ],
)
def test_a_tilde_at_either_end_of_a_topic_is_the_base(settings: dict[str, object], topics: tuple[str, str]) -> None:
    entity = only("switch", **settings, pl_on="~", pl_off="off~")
    [(command_topic, payload)] = write(entity, Wish.TURN_ON)
    assert (*entity.dialect.state_topics, command_topic, payload) == (*topics, "~")


def test_a_tilde_is_the_base_in_topics_of_availability_too() -> None:
    device = only_device("switch", **{"~": "b", "stat_t": "~/s", "cmd_t": "c", "avty": {"t": "~/lwt"}})
    [availability] = [entity for entity in device.entities if entity.id == "availability"]
    assert availability.dialect.state_topics == ("b/lwt",)


def test_a_part_of_a_device_has_what_the_device_says_for_all_unless_it_says_so_itself() -> None:
    kept = Kept()
    components = {
        "one": {"p": "switch", "uniq_id": "one"},
        "two": {"p": "switch", "uniq_id": "two", "stat_t": "own", "avty_t": "own/lwt", "pl_not_avail": "gone"},
    }
    shared = {"~": "all", "stat_t": "~/s", "cmd_t": "~/c", "avty_t": "~/lwt", "pl_avail": "here", "qos": 2}
    kept.tell(WHOLE, a_whole(components, **shared))
    by_id = {entity.id: entity for entity in kept.devices()["d"].entities}
    assert by_id["one"].dialect.state_topics == ("all/s",)
    assert by_id["two"].dialect.state_topics == ("own",)
    availability = by_id["availability"].dialect
    assert availability.state_topics == ("all/lwt",)
    assert short(availability.read("all/lwt", b"here")) == "0 online"
    assert short(availability.read("all/lwt", b"offline")) == "0 offline"


def test_the_base_of_a_device_is_that_of_its_parts_unless_they_have_their_own() -> None:
    kept = Kept()
    components = {
        "one": {"p": "switch", "uniq_id": "one", "stat_t": "~/one"},
        "two": {"p": "switch", "uniq_id": "two", "stat_t": "~/two", "~": "own"},
    }
    kept.tell(WHOLE, a_whole(components, **{"~": "all", "cmd_t": "~/c"}))
    one, two = kept.devices()["d"].entities
    assert (one.dialect.state_topics, two.dialect.state_topics) == (("all/one",), ("own/two",))
    assert write(two, Wish.TURN_ON) == [("all/c", "ON")]


def test_a_part_with_a_list_of_availability_does_not_get_the_single_topic_of_the_device() -> None:
    kept = Kept()
    components = {"one": {"p": "switch", "uniq_id": "one", "avty": [{"t": "own/lwt"}]}}
    kept.tell(WHOLE, a_whole(components, stat_t="s", cmd_t="c", avty_t="all/lwt"))
    device = kept.devices()["d"]
    assert not device.unserved
    assert device.entities[-1].dialect.state_topics == ("own/lwt",)


def test_a_part_that_is_reduced_to_its_platform_is_gone() -> None:
    kept = Kept()
    both = {"one": {"p": "switch", "uniq_id": "one"}, "two": {"p": "switch", "uniq_id": "two"}}
    kept.tell(WHOLE, a_whole(both, stat_t="s", cmd_t="c"))
    assert entities(kept) == ["switch one", "switch two"]
    kept.tell(WHOLE, a_whole(both | {"one": {"p": "switch"}}, stat_t="s", cmd_t="c"))
    assert entities(kept) == ["switch two"]


@pytest.mark.parametrize("settings", [{"o": {}}, {"o": None}, {"dev": {"name": "n"}}, {"dev": "d"}])
def test_a_device_without_origin_or_identity_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(UnreadableMessage):
        HomeAssistant().tell(WHOLE, a_whole({}, **settings))


@pytest.mark.parametrize("payload", [b"", b"{}"])
def test_an_empty_message_takes_the_description_away_whichever_device_it_was_of(payload: bytes) -> None:
    assert HomeAssistant().tell(SWITCH, payload) == Told("", {SWITCH: b""}, sole=True)
    kept = Kept()
    kept.tell(SWITCH, a_switch())
    assert entities(kept) == ["switch switch/thing/one"]
    kept.tell(SWITCH, payload)
    assert entities(kept) == []


def test_a_description_that_comes_to_be_of_another_device_is_gone_from_the_first() -> None:
    kept = Kept()
    kept.tell(SWITCH, a_switch())
    kept.tell(SWITCH, a_switch(dev={"ids": "other"}))
    assert (entities(kept), entities(kept, "other")) == ([], ["switch switch/thing/one"])


def test_a_message_that_cannot_be_read_leaves_the_description_as_it_was() -> None:
    kept = Kept()
    kept.tell(SWITCH, a_switch())
    for payload in (b"not json", b"[]", b"\xff", b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", b'"x"', b" " * 200_000):
        kept.tell(SWITCH, payload)
    assert entities(kept) == ["switch switch/thing/one"]


@pytest.mark.parametrize("uniq_id", [{}, {"uniq_id": "u"}])
def test_what_moves_to_the_description_of_a_whole_device_is_the_same_thing_all_the_while(
    uniq_id: dict[str, str],
) -> None:
    kept = Kept()
    kept.tell(SWITCH, a_switch(**uniq_id))
    [before] = entities(kept)
    moved = a_whole({"one": {"p": "switch", "stat_t": "new", "cmd_t": "c"} | uniq_id})
    for topic, payload in ((SWITCH, b'{"migrate_discovery":true}'), (WHOLE, moved), (SWITCH, b"")):
        kept.tell(topic, payload)
        assert entities(kept) == [before]
    assert kept.devices()["d"].entities[0].dialect.state_topics == ("new",)


def test_what_moves_back_from_a_whole_device_is_the_same_thing_all_the_while() -> None:
    kept = Kept()
    kept.tell(WHOLE, a_whole({"one": {"p": "switch", "stat_t": "old", "cmd_t": "c"}}))
    for topic, payload in ((WHOLE, b'{"migr_discvry":true}'), (SWITCH, a_switch()), (WHOLE, b"")):
        kept.tell(topic, payload)
        assert entities(kept) == ["switch switch/thing/one"]
    assert kept.devices()["d"].entities[0].dialect.state_topics == ("t",)


def test_of_two_descriptions_of_a_thing_the_one_of_the_whole_device_counts() -> None:
    kept = Kept()
    kept.tell(WHOLE, a_whole({"one": {"p": "binary_sensor", "stat_t": "whole", "uniq_id": "u"}}))
    kept.tell("homeassistant/binary_sensor/a/config", a_switch(stat_t="single", uniq_id="u"))
    [entity] = kept.devices()["d"].entities
    assert entity.dialect.state_topics == ("whole",)


@pytest.mark.parametrize(
    "topic",
    [
        "homeassistant/status",
        "homeassistant/switch/one/state",
        "homeassistant/timer/one/config",
        "homeassistant/switch/config",
        "homeassistant/switch/a/b/c/config",
        "homeassistant/switch/one/config/x",
        "other/switch/one/config",
        "xhomeassistant/switch/one/config",
        "homeassistant",
    ],
)
def test_other_topics_describe_nothing(topic: str) -> None:
    assert HomeAssistant().tell(topic, a_switch()) is None


def test_letters_that_home_assistant_refuses_are_refused() -> None:
    for topic in ("homeassistant/switch/rörkrökare/config", "homeassistant/switch/a b/c/config"):
        with pytest.raises(UnreadableMessage):
            HomeAssistant().tell(topic, a_switch())


def test_the_prefix_may_be_another_and_have_several_levels() -> None:
    convention = HomeAssistant("home/ha")
    told = convention.tell("home/ha/switch/one/config", a_switch())
    assert told is not None
    assert convention.read(told.group, told.parts).devices[0].name == "Thing"
    assert convention.tell(SWITCH, a_switch()) is None
    assert "home/ha/switch/+/config" in convention.filters


def test_the_filters_take_descriptions_of_both_lengths_and_nothing_below_them() -> None:
    filters = HomeAssistant().filters
    assert len(set(filters)) == len(filters) == 44
    for topic in (SWITCH, WHOLE, "homeassistant/event/one/config", "homeassistant/device/a/b/config"):
        assert [filter_ for filter_ in filters if matches(filter_, topic)]
    for topic in ("homeassistant/switch/one/state", "homeassistant/status", "homeassistant/camera/one/config"):
        assert not [filter_ for filter_ in filters if matches(filter_, topic)]


def test_nobody_is_asked_anything() -> None:
    assert HomeAssistant().questions == ()
    assert HomeAssistant().source == HomeAssistant("x").source == "homeassistant"
