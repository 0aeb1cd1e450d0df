"""What Homie devices are described as."""

import random
from typing import Any

import pytest

from bridge.devices.dialects.homie.convention import Homie
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.hearing import Household, only_device, summary, told
from tests.unit.devices.dialects.homie.examples import described, home, single, version4, version5

SETTABLE: dict[str, Any] = {"settable": True}
MOMENT: dict[str, Any] = {"retained": False}


@pytest.mark.parametrize(
    ("datatype", "name", "node", "more", "kind"),
    [
        ("float", "temperature", "room", {"unit": "°C"}, "sensor"),
        ("integer", "setpoint", "room", SETTABLE, "sensor"),
        ("integer", "battery", "power", {"unit": "%"}, "battery"),
        ("float", "battery-voltage", "power", {"unit": "V"}, "sensor"),
        ("boolean", "power", "plug", SETTABLE, "switch?"),
        ("boolean", "power", "lamp", SETTABLE, "light?"),
        ("boolean", "light", "one", SETTABLE, "light?"),
        ("boolean", "contact", "front", {}, "contact?"),
        ("boolean", "state", "frontDoor", {}, "contact?"),
        ("boolean", "open", "window", {}, "contact?"),
        ("boolean", "motion", "hall", {}, "motion?"),
        ("boolean", "leak", "kitchen", {}, "leak?"),
        ("boolean", "state", "smoke-detector", {}, "smoke?"),
        ("boolean", "locked", "door", {}, "lock?"),
        ("boolean", "locked", "door", SETTABLE, "lock?"),
        ("boolean", "running", "engine", {}, "contact?"),
        ("boolean", "pushed", "bell", {}, "button?"),
        ("boolean", "pushed", "bell", MOMENT, "button?"),
        ("enum", "action", "remote", {"format": "single,double,long", **MOMENT}, "button?"),
        ("enum", "event", "remote", {"format": "single,double,long"}, "button?"),
        ("string", "event", "remote", MOMENT, "button?"),
        ("enum", "state", "one", {"format": "open,closed"}, "contact?"),
        ("enum", "state", "one", {"format": "open,closed,opening,closing"}, "cover?"),
        ("enum", "state", "one", {"format": "open,close,stop", **SETTABLE}, "cover?"),
        ("enum", "state", "one", {"format": "locked,unlocked,jammed"}, "lock?"),
        ("enum", "state", "one", {"format": "ON,OFF", **SETTABLE}, "switch?"),
        ("enum", "motion", "one", {"format": "on,off"}, "motion?"),
        ("enum", "state", "one", {"format": "on,off"}, "contact?"),
    ],
)
def test_a_property_is_guessed_from_what_it_is_called(
    datatype: str, name: str, node: str, more: dict[str, Any], kind: str
) -> None:
    entity = single(datatype, name, node, **more)
    assert f"{entity.kind}{'' if entity.certain else '?'}" == kind


def test_what_nothing_is_known_of_is_minor() -> None:
    assert single("boolean", "running", "engine").minor
    assert not single("boolean", "contact", "front").minor


@pytest.mark.parametrize(
    ("datatype", "more", "why"),
    [
        ("string", {}, "not supported: a property of the type string"),
        ("datetime", {}, "not supported: a property of the type datetime"),
        ("json", {}, "not supported: a property of the type json"),
        ("color", SETTABLE | {"format": "rgb"}, "not supported: a property of the type color"),
        ("enum", {"format": "eco,comfort"}, "not supported: a choice of words"),
        ("boolean", SETTABLE | MOMENT, "not supported: it takes orders and has no state"),
        ("float", MOMENT, "not supported: a moment of the type float"),
        ("", {}, "not supported: a property of the type (none)"),
    ],
)
def test_what_is_not_served_is_said_to_be(datatype: str, more: dict[str, Any], why: str) -> None:
    device = described({"node": {"name": "Room", "properties": {"value": {"datatype": datatype, **more}}}})
    assert summary(device) == {"availability": "availability"}
    assert [(left.what, left.why) for left in device.unserved] == [("Room value", why)]


def test_that_a_battery_is_low_is_not_how_full_it_is() -> None:
    device = described({"battery": {"properties": {"low": {"datatype": "boolean"}}}})
    assert summary(device) == {"availability": "availability"}
    assert len(device.unserved) == 1


def test_a_light_is_one_thing_out_of_several_properties() -> None:
    properties = {
        "power": {"datatype": "boolean", **SETTABLE},
        "brightness": {"datatype": "integer", **SETTABLE},
        "color": {"datatype": "color", "format": "rgb,hsv", **SETTABLE},
        "watts": {"datatype": "float", "unit": "W"},
    }
    device = described({"lamp": {"name": "Lamp", "properties": properties}})
    assert summary(device) == {"availability": "availability", "lamp.power": "light?", "lamp.watts": "sensor"}
    assert device.entities[1].name == "Lamp"


def test_a_cover_is_one_thing_out_of_several_properties() -> None:
    properties = {
        "position": {"datatype": "integer", "unit": "%", **SETTABLE},
        "state": {"datatype": "enum", "format": "open,closed,opening,closing"},
        "action": {"datatype": "enum", "format": "open,close,stop", **SETTABLE, **MOMENT},
    }
    device = described({"blind": {"properties": properties}})
    assert summary(device) == {"availability": "availability", "blind.position": "cover?"}
    assert device.unserved == ()


def test_a_property_belongs_to_one_thing_alone() -> None:
    properties = {"power": {"datatype": "boolean", **SETTABLE}, "level": {"datatype": "integer", **SETTABLE}}
    device = described({"blind": {"type": "light", "properties": properties}})
    assert summary(device) == {"availability": "availability", "blind.power": "light?"}


def test_both_versions_describe_the_same_things() -> None:
    four = version4({"door": {"$name": "Door", "contact": {"$datatype": "boolean", "$format": "closed,open"}}})
    five = {"door": {"name": "Door", "properties": {"contact": {"datatype": "boolean", "format": "closed,open"}}}}
    old, new = only_device(Homie(), four).entities[1], described(five).entities[1]
    assert (old.id, old.kind, old.name) == (new.id, new.kind, new.name) == ("door.contact", "contact", "Door contact")
    assert old.dialect.state_topics == ("homie/thing/door/contact",)
    assert new.dialect.state_topics == ("homie/5/thing/door/contact",)


@pytest.mark.parametrize(("retained", "kind"), [("true", "sensor"), ("false", "button")])
def test_a_moment_of_version_4_is_a_press(retained: str, kind: str) -> None:
    device = only_device(Homie(), version4({"remote": {"code": {"$datatype": "integer", "$retained": retained}}}))
    assert device.entities[1].kind == kind


def test_a_device_of_version_4_grows_as_it_describes_itself() -> None:
    messages = version4({"room": {"temperature": {"$datatype": "float"}}}, name="Room")
    household = Household(Homie())
    assert len(household.hear(messages[:1]).devices()) == 0
    (found,) = household.hear(messages[1:3]).devices().values()
    assert (found.name, len(found.entities)) == ("Room", 1)
    (found,) = household.hear(messages).devices().values()
    assert summary(found) == {"availability": "availability", "room.temperature": "sensor"}


def test_a_device_of_version_4_is_gone_with_its_attributes() -> None:
    messages = version4({"room": {"temperature": {"$datatype": "float"}}})
    household = home(*messages)
    assert household.hear((topic, b"") for topic, _ in messages).groups == {}


def test_old_ways_to_list_nodes_are_understood() -> None:
    messages = [
        ("homie/old/$nodes", b"engine:V8,lights[]"),
        ("homie/old/engine/$properties", b"speed"),
        ("homie/old/engine/speed/$datatype", b"float"),
        ("homie/old/$mac", b"AA:BB:CC:DD:EE:FF"),
    ]
    device = only_device(Homie(), messages)
    assert summary(device) == {"availability": "availability", "engine.speed": "sensor"}
    assert device.hardware == {"aabbccddeeff"}


@pytest.mark.parametrize("seed", range(20))
def test_any_order_of_descriptions_gives_the_same_devices(seed: int) -> None:
    nodes = {"a": {"$name": "A", "x": {"$datatype": "float"}, "y": {"$datatype": "boolean"}}}
    messages = [*version4(nodes, name="Four"), *version5({"b": {"properties": {"z": {"datatype": "float"}}}})]
    shuffled = random.Random(seed).sample(messages, len(messages))  # noqa: S311 -- an order, not a secret
    assert home(*shuffled).devices() == home(*messages).devices()


def test_a_child_goes_with_its_root() -> None:
    child = described({}, root="hub", parent="hub")
    assert child.via == "homie.5.hub"
    assert described({}).via == ""
    assert described({}, root="thing").via == ""


def test_another_version_or_extension_is_no_new_description() -> None:
    first = version5({"a": {"properties": {"x": {"datatype": "float"}}}}, version=1, extensions=[])
    later = version5({"a": {"properties": {"x": {"datatype": "float", "$new": 1}}}}, version=2, children=["b"])
    assert Homie().tell(*first[1]) == Homie().tell(*later[1])


def test_another_state_is_no_new_description() -> None:
    assert Homie().tell("homie/5/thing/$state", b"init") == Homie().tell("homie/5/thing/$state", b"lost")


def test_where_to_listen_further_is_said() -> None:
    household = home(("homie/5/thing/$state", b"init"), ("homie/other/$name", b"Other"))
    assert household.announcements()["homie/5/thing"].topics == ("homie/5/thing/$description",)
    assert "homie/other/+/+/$datatype" in household.announcements()["homie/other"].topics
    assert household.devices() == {}


def test_other_prefixes_and_domains_are_served() -> None:
    convention = Homie(("homie", "devices/homie"))
    assert convention.filters[-4:] == (
        *("devices/homie/+/$homie", "devices/homie/+/$name", "devices/homie/+/$nodes", "+/5/+/$state"),
    )
    household = Household(convention).hear(
        [("devices/homie/a/$nodes", b""), ("devices/homie/a/$nodes", b"x"), ("attic/5/b/$state", b"ready")]
    )
    household.hear([told("attic/5/b/$description", {"nodes": {}})])
    assert household.devices().keys() == {"devices.homie.a", "attic.5.b"}


@pytest.mark.parametrize(
    "topic",
    ["homie/a b/$name", "homie/a/b c/$name", "homie/5/a b/$state", "homie/5//$state", "homie/ü/$nodes"],
)
def test_what_is_no_id_is_refused(topic: str) -> None:
    with pytest.raises(UnreadableMessage):
        Homie().tell(topic, b"ready")


@pytest.mark.parametrize(
    "topic",
    [
        "homie/thing/engine/temperature",
        "homie/thing/engine/temperature/set",
        "homie/thing/$stats/uptime",
        "homie/thing/$state",
        "homie/5/thing/engine/temperature",
        "homie/5/thing/light/brightness/$target",
        "homie/5/thing/$alert/battery",
        "homie/$broadcast/alert",
        "other/thing/$name",
    ],
)
def test_values_and_other_messages_describe_nothing(topic: str) -> None:
    assert Homie().tell(topic, b"1") is None


def test_an_attribute_without_end_is_refused() -> None:
    with pytest.raises(UnreadableMessage):
        Homie().tell("homie/thing/$name", b"x" * 3000)


def test_more_properties_than_a_device_can_have_are_cut_off() -> None:
    properties = {f"p{number}": {"datatype": "float"} for number in range(60)}
    device = described({f"n{number}": {"properties": properties} for number in range(10)})
    assert len(device.entities) == 256
    assert device.unserved[-1].what == "everything further"
