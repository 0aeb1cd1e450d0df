"""How the parts of a device are put together: names, reachability, doubles, bounds, and no order among them."""

import json
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.commands import Command, Wish
from bridge.devices.described import Announcement, DescribedDevice
from bridge.devices.dialects.descriptions import MAX_ENTITIES
from bridge.devices.dialects.homeassistant import HomeAssistant
from bridge.devices.entity import AvailabilityMode, EntityKind
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.homeassistant.kept import Kept, announced, in_words, only, only_device, short


def describe(kept: Kept, place: str, **settings: object) -> None:
    described = {"stat_t": "t", "cmd_t": "c", "dev": {"ids": "d"}} | settings
    kept.tell(f"homeassistant/{place}/config", json.dumps(described).encode())


def availability(device: DescribedDevice) -> tuple[AvailabilityMode, tuple[str, ...]]:
    [entity] = [entity for entity in device.entities if entity.kind is EntityKind.AVAILABILITY]
    assert entity.id == "availability"
    return entity.availability, entity.dialect.state_topics


def test_names_are_taken_from_whichever_part_has_them() -> None:
    kept = Kept()
    describe(kept, "switch/a", dev={"ids": "d"})
    describe(kept, "switch/b", dev={"ids": "d", "name": "Plug", "mdl_id": "P1"})
    describe(kept, "switch/c", dev={"ids": "d", "sa": "Hall", "cns": [["mac", "aabbccddeeff"]]})
    device = kept.devices()["d"]
    assert (device.name, device.model, device.room) == ("Plug", "P1", "Hall")
    assert device.hardware == {"aabbccddeeff"}
    assert len(device.entities) == 3


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"name": "Left"}, "Left"),
        ({"name": None, "dev_cla": "outlet"}, ""),
        ({"dev_cla": "battery_charging"}, "Battery charging"),
        ({}, ""),
        ({"name": "a\tb  c\x00"}, "a b c"),
        ({"name": 5}, ""),
        ({"name": "x" * 500}, "x" * 128),
    ],
)
def test_a_thing_is_called_by_its_name_else_by_its_class_else_as_its_device(
    settings: dict[str, object], name: str
) -> None:
    assert only("switch", stat_t="t", cmd_t="c", **settings).name == name


def test_a_thing_without_a_device_is_its_own_device() -> None:
    [device] = announced("switch", {"name": "Irrigation", "stat_t": "t", "cmd_t": "c", "uniq_id": "u"}).devices
    assert (device.id, device.name, [in_words(entity) for entity in device.entities]) == (
        "u",
        "Irrigation",
        ["switch u"],
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"avty_t": "a"}, (AvailabilityMode.LATEST, ("a",))),
        ({"avty_t": "a", "avty_mode": "all"}, (AvailabilityMode.LATEST, ("a",))),
        ({"avty": {"topic": "a"}}, (AvailabilityMode.LATEST, ("a",))),
        ({"avty": [{"t": "a"}, {"t": "b"}], "avty_mode": "all"}, (AvailabilityMode.ALL, ("a", "b"))),
        ({"avty": [{"t": "a"}, {"t": "b"}], "avty_mode": "any"}, (AvailabilityMode.ANY, ("a", "b"))),
        ({"avty": [{"t": "a"}, {"t": "b"}]}, (AvailabilityMode.LATEST, ("a", "b"))),
        ({"avty": [{"t": "a"}], "avty_mode": "odd"}, (AvailabilityMode.LATEST, ("a",))),
        ({"avty": [{"t": "a"}, {"t": "a", "val_tpl": "x"}]}, (AvailabilityMode.LATEST, ("a",))),
    ],
)
def test_a_device_can_be_reached_as_its_parts_say(settings: dict[str, object], expected: object) -> None:
    assert availability(only_device("switch", stat_t="t", cmd_t="c", **settings)) == expected


def test_each_topic_of_reachability_is_a_part_with_words_of_its_own() -> None:
    entries = [{"t": "a", "pl_avail": "up", "pl_not_avail": "down"}, {"t": "b", "val_tpl": "{{ value_json.state }}"}]
    device = only_device("switch", stat_t="t", cmd_t="c", avty=entries, avty_mode="all")
    dialect = device.entities[-1].dialect
    said = [
        short(dialect.read(topic, payload))
        for topic, payload in (
            ("a", b"up"),
            ("a", b"down"),
            ("b", b'{"state":"online"}'),
            ("b", b'{"state":"offline"}'),
            ("b", b'{"state":null}'),
            ("b", b"[1]"),
            ("a", b""),
            ("c", b"up"),
        )
    ]
    assert said == ["0 online", "0 offline", "1 online", "1 offline", None, None, None, None]
    for topic, payload in (("a", b"online"), ("b", b"online"), ("b", b'{"state":"on"}')):
        with pytest.raises(UnreadableMessage):
            dialect.read(topic, payload)


def test_of_two_entries_with_one_topic_the_first_counts() -> None:
    entries = [{"t": "a"}, {"t": "a", "pl_avail": "up"}, 5]
    dialect = only_device("switch", stat_t="t", cmd_t="c", avty=entries, **{"~": "b"}).entities[-1].dialect
    assert short(dialect.read("a", b"online")) == "0 online"


@pytest.mark.parametrize(
    ("component", "settings"),
    [
        ("sensor", {"unit_of_meas": "W"}),
        ("event", {}),
        ("event", {"val_tpl": "{% for a in value_json.action|default('') %}event_type{% endfor %}"}),
        ("device_automation", {"t": "t", "type": "button_short_press", "stype": "s"}),
        ("binary_sensor", {"avty_t": "a"}),
    ],
)
def test_what_only_speaks_takes_no_orders(component: str, settings: dict[str, object]) -> None:
    device = only_device(component, stat_t="t", cmd_t="c", **settings)
    assert device.entities
    for entity in device.entities:
        assert not any(entity.dialect.write(Command("home", entity.id, wish, position=50)) for wish in Wish)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"avty": [{"t": "a"}], "avty_t": "b"}, "not supported: it has both availability and availability_topic"),
        ({"avty_t": "a/#"}, "refused: its availability_topic is no topic that a description may name"),
        ({"avty": [{"t": f"a{n}"} for n in range(17)]}, "not supported: it has more than 16 availability topics"),
        (
            {"avty_t": "a", "avty_tpl": "{% for a in b %}{% endfor %}"},
            "not supported: its availability_template uses {%",
        ),
    ],
)
def test_a_reachability_that_is_wrong_is_left_out_and_said_so(settings: dict[str, object], why: str) -> None:
    device = only_device("switch", stat_t="t", cmd_t="c", **settings)
    assert [entity.kind for entity in device.entities] == [EntityKind.SWITCH]
    assert [unserved.what for unserved in device.unserved] == ["availability"]
    assert device.unserved[0].why.startswith(why)


def test_where_parts_say_different_things_of_reachability_most_count() -> None:
    kept = Kept()
    for place, topic in (("switch/a", "x"), ("switch/b", "y"), ("switch/c", "y")):
        describe(kept, place, avty_t=topic)
    describe(kept, "switch/d")
    assert availability(kept.devices()["d"]) == (AvailabilityMode.LATEST, ("y",))


def test_a_thing_that_is_described_twice_is_served_once_and_that_is_said() -> None:
    kept = Kept()
    describe(kept, "switch/b", uniq_id="u", stat_t="second", name="Twin")
    describe(kept, "switch/a", uniq_id="u", stat_t="first")
    device = kept.devices()["d"]
    assert [entity.dialect.state_topics for entity in device.entities] == [("first",)]
    assert [(one.what, one.why) for one in device.unserved] == [
        ("switch Twin", "described twice; the other description counts")
    ]


def test_two_things_of_different_components_may_have_one_id() -> None:
    kept = Kept()
    describe(kept, "switch/b", uniq_id="u")
    describe(kept, "binary_sensor/a", uniq_id="u", dev_cla="door")
    assert [entity.id for entity in kept.devices()["d"].entities] == ["u", "switch/b"]


@pytest.mark.parametrize("uniq_id", ["battery", "availability", "button.one", "x" * 256, "a\nb", 5.5, None, True])
def test_an_id_that_means_something_here_or_is_none_is_not_taken(uniq_id: object) -> None:
    assert only("switch", stat_t="t", cmd_t="c", uniq_id=uniq_id).id == "switch/thing/one"


def test_a_device_has_at_most_so_many_parts() -> None:
    kept = Kept()
    for number in range(MAX_ENTITIES + 3):
        describe(kept, f"switch/n/{number}")
    device = kept.devices()["d"]
    assert len(device.entities) == MAX_ENTITIES
    assert {unserved.why for unserved in device.unserved} == {"refused: the device has more than 256 parts"}


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (
            "homeassistant/device/d/config",
            {"dev": {"ids": "d"}, "o": {"name": "m"}, "cmps": {str(n): {} for n in range(257)}},
        ),
        ("homeassistant/switch/d/config", {"dev": {"ids": "x" * 256}}),
        ("homeassistant/switch/d/config", {"name": "x" * 64 * 1024}),
    ],
)
def test_a_description_that_is_too_large_is_refused(topic: str, payload: object) -> None:
    with pytest.raises(UnreadableMessage):
        HomeAssistant().tell(topic, json.dumps(payload).encode())


def test_nothing_kept_is_no_device() -> None:
    assert HomeAssistant().read("d", {}) == Announcement()
    assert HomeAssistant().read("d", {"homeassistant/switch/a/config": b""}) == Announcement()


@pytest.mark.parametrize(
    "parts",
    [
        {"other/topic": b"{}"},
        {"homeassistant/switch/a/config": b"broken"},
        {"homeassistant/switch/a/config": b"[]"},
        {"homeassistant/device/a/config": b'{"dev":{}}'},
        {"homeassistant/switch/a b/config": b"{}"},
    ],
)
def test_damaged_parts_cannot_be_read(parts: dict[str, bytes]) -> None:
    with pytest.raises(UnreadableMessage):
        HomeAssistant().read("d", parts)


MESSAGES: list[tuple[str, dict[str, object]]] = [
    ("switch/a", {"uniq_id": "u", "dev": {"ids": "d", "name": "First"}, "avty_t": "x"}),
    ("switch/b", {"uniq_id": "u", "dev": {"ids": "d", "name": "Second"}, "avty_t": "y"}),
    ("binary_sensor/a", {"uniq_id": "u", "dev_cla": "battery"}),
    ("sensor/z", {"dev_cla": "battery", "dev": {"ids": "d", "mdl": "M"}}),
    (
        "device/d",
        {
            "o": {"name": "m"},
            "dev": {"ids": "d"},
            "cmps": {"k": {"p": "switch", "uniq_id": "u"}, "l": {"p": "climate"}},
        },
    ),
]


def test_any_order_of_descriptions_gives_the_same_device() -> None:
    found = set()
    for order in permutations(MESSAGES):
        kept = Kept()
        for place, settings in order:
            describe(kept, place, **settings)
        found.add(repr(kept.devices()))
    assert len(found) == 1


@given(st.lists(st.tuples(st.sampled_from(MESSAGES), st.booleans()), max_size=12))
def test_what_is_kept_depends_on_the_last_word_of_each_topic_alone(
    told: list[tuple[tuple[str, dict[str, object]], bool]],
) -> None:
    kept, last = Kept(), Kept()
    newest: dict[str, dict[str, object] | None] = {}
    for (place, settings), gone in told:
        newest[place] = None if gone else settings
        if gone:
            kept.tell(f"homeassistant/{place}/config", b"")
        else:
            describe(kept, place, **settings)
    for place, wanted in newest.items():
        if wanted is not None:
            describe(last, place, **wanted)
    assert kept.devices() == last.devices()


def test_the_same_description_twice_gives_equal_parts_and_equal_devices() -> None:
    first, second = HomeAssistant(), HomeAssistant()
    payload = json.dumps(
        {"stat_t": "t", "cmd_t": "c", "val_tpl": "{{ value_json.x | int }}", "dev": {"ids": "d"}}
    ).encode()
    topic = "homeassistant/switch/a/config"
    assert first.tell(topic, payload) == second.tell(topic, payload) == first.tell(topic, payload)
    read = first.read("d", {topic: payload})
    assert read == second.read("d", {topic: payload}) == first.read("d", {topic: payload})
    assert hash(read.devices[0].entities[0].dialect) == hash(
        second.read("d", {topic: payload}).devices[0].entities[0].dialect
    )
