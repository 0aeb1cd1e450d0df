"""Which devices have described themselves: in any order, over restarts, within limits, and without trusting anybody."""

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.commands import Publication
from bridge.devices.allowance import Allowance
from bridge.devices.described import KeptPart
from bridge.devices.dialects.zigbee2mqtt import Zigbee2Mqtt
from bridge.devices.quota import Limits
from bridge.devices.registry import Change, Registry
from tests.fakes.conventions import FakeConvention, described

DOOR = "fake/door/main/config"
CONTACT: dict[str, object] = {"id": "contact", "kind": "contact", "topic": "home/door"}
MAC = "aa:bb:cc:dd:ee:ff"


def fake(source: str = "fake") -> FakeConvention:
    return FakeConvention(source, source)


def take(registry: Registry, topic: str, payload: bytes, *, now_ms: int = 0) -> Change:
    return registry.take(topic, payload, now_ms=now_ms) or Change()


def ids(registry: Registry) -> dict[tuple[str, str], list[str]]:
    return {key: [entity.id for entity in device.entities] for key, device in registry.devices.items()}


def contact(identity: str, topic: str = "home/x", **more: Any) -> dict[str, object]:  # noqa: ANN401 -- as JSON has it
    return {"id": identity, "kind": "contact", "topic": topic, **more}


def test_a_described_device_is_there_and_what_is_to_be_kept_of_it_is_told() -> None:
    registry, payload = Registry([fake()]), described(CONTACT, name="Front door")
    assert take(registry, DOOR, payload) == Change({("fake", "door", "main"): payload})
    (device,) = registry.devices.values()
    assert (device.name, ids(registry)) == ("Front door", {("fake", "door"): ["contact"]})
    assert registry.parts == (KeptPart("fake", "door", "main", payload),)


def test_a_description_that_comes_again_unchanged_changes_nothing() -> None:
    registry = Registry([fake()])
    take(registry, DOOR, described(CONTACT))
    before = registry.devices
    assert registry.take(DOOR, described(CONTACT), now_ms=0) is None
    assert registry.devices is before


def test_fragments_of_several_groups_are_one_device() -> None:
    registry = Registry([fake()])
    take(registry, DOOR, described(CONTACT, name="Front door"))
    take(registry, "fake/door/more/config", described(contact("second"), room="Hall"))
    (device,) = registry.devices.values()
    assert ([each.id for each in device.entities], device.name, device.room) == (
        ["contact", "second"],
        "Front door",
        "Hall",
    )


def test_an_empty_description_takes_the_fragment_away() -> None:
    registry = Registry([fake()])
    take(registry, DOOR, described(CONTACT))
    take(registry, "fake/door/more/config", described(contact("second")))
    assert take(registry, DOOR, b"").parts == {("fake", "door", "main"): None}
    assert ids(registry) == {("fake", "door"): ["second"]}
    take(registry, "fake/door/more/config", b"")
    assert (dict(registry.devices), registry.parts) == ({}, ())


def test_a_part_that_is_in_one_group_alone_leaves_the_one_where_it_was() -> None:
    registry = Registry([fake()])
    take(registry, "fake/door/sole1/config", described(contact("a")))
    take(registry, "fake/door/main/config", described(CONTACT))
    change = take(registry, "fake/lamp/sole1/config", described(contact("a")))
    assert set(change.parts) == {("fake", "lamp", "sole1"), ("fake", "door", "sole1")}
    assert change.parts["fake", "door", "sole1"] is None
    assert ids(registry) == {("fake", "door"): ["contact"], ("fake", "lamp"): ["a"]}
    copied = registry.copy()
    assert take(copied, "fake/x/sole1/config", b"").parts == {("fake", "lamp", "sole1"): None}
    assert ids(copied) == {("fake", "door"): ["contact"]}
    assert registry.take("fake/x/sole2/config", b"", now_ms=0) is None
    restarted = Registry([fake()], registry.parts)
    assert take(restarted, "fake/x/sole1/config", b"").parts == {("fake", "lamp", "sole1"): None}


def test_what_is_taken_on_a_copy_is_seen_by_nobody_else() -> None:
    registry = Registry([fake()], limits=Limits(changes=Allowance(1, 0)))
    take(registry, DOOR, described(CONTACT, topics=["fake/door/a"]))
    draft = registry.copy()
    take(draft, DOOR, described(contact("other"), topics=["fake/door/b"]))
    take(draft, "fake/lamp/main/config", described(contact("lamp")))
    assert ids(registry) == {("fake", "door"): ["contact"]}
    assert registry.filters == ("fake/+/+/config", "fake/door/a")
    assert draft.filters == ("fake/+/+/config", "fake/door/b")
    assert take(registry.copy(), DOOR, described(contact("other"))).parts, "the copy that was dropped spent nothing"
    assert not take(draft, DOOR, described(CONTACT)).parts, "its own change was its last"


def test_a_native_description_wins_and_the_other_comes_back_when_it_goes() -> None:
    registry = Registry([fake("homeassistant"), fake("zigbee2mqtt")])
    take(registry, "homeassistant/h1/main/config", described(contact("ha"), hardware=[MAC]))
    assert ids(registry) == {("homeassistant", "h1"): ["ha"]}
    take(registry, "zigbee2mqtt/z1/main/config", described(contact("native"), hardware=[MAC.upper()]))
    assert ids(registry) == {("zigbee2mqtt", "z1"): ["native"]}
    assert registry.shadowed == {("homeassistant", "h1"): ("zigbee2mqtt", "z1")}
    take(registry, "zigbee2mqtt/z1/main/config", b"")
    assert ids(registry) == {("homeassistant", "h1"): ["ha"]}


GATEWAY: dict[str, object] = {"id": "availability", "kind": "availability", "topic": "z/bridge"}
GROUP: dict[str, object] = {"id": "light", "kind": "light", "topic": "z/sofa"}
REACH: dict[str, object] = {"id": "availability", "kind": "availability", "topic": "z/sofa/availability"}


def behind_a_gateway(*group: dict[str, object], address: str = MAC, at: str = "z/sofa") -> Registry:
    """Return what a gateway and Home Assistant say of the gateway and of one group, which has no address."""
    registry = Registry([fake("homeassistant"), fake("zigbee2mqtt")])
    for source, identity, told in (("homeassistant", "b", address), ("zigbee2mqtt", "z", MAC)):
        take(registry, f"{source}/{identity}/main/config", described(GATEWAY, hardware=[told]))
    take(registry, "homeassistant/g1/main/config", described({**GROUP, "topic": at}, REACH, via="b"))
    take(registry, "zigbee2mqtt/g2/main/config", described(*group, REACH, via="z"))
    return registry


def test_what_has_no_address_is_known_by_its_gateway_and_its_topic() -> None:
    registry = behind_a_gateway(GROUP)
    assert registry.shadowed[("homeassistant", "g1")] == ("zigbee2mqtt", "g2")
    assert registry.devices.keys() == {("zigbee2mqtt", "z"), ("zigbee2mqtt", "g2")}


@pytest.mark.parametrize(
    "registry",
    [
        behind_a_gateway(),
        behind_a_gateway({**GROUP, "topic": "z/bed"}),
        behind_a_gateway(GROUP, address="aa:bb:cc:dd:ee:00"),
        behind_a_gateway(GROUP, at="z/sofa/availability"),
    ],
    ids=["only its reach is native", "it speaks elsewhere", "another gateway", "only where it is reached"],
)
def test_what_has_no_address_counts_unless_its_gateway_describes_the_same(registry: Registry) -> None:
    assert ("homeassistant", "g1") in registry.devices


def test_a_native_description_of_nothing_hides_nothing() -> None:
    registry = Registry([fake("homeassistant"), fake("shelly")])
    take(registry, "homeassistant/h1/main/config", described(contact("ha"), hardware=[MAC]))
    take(registry, "shelly/z1/main/config", described(hardware=[MAC]))
    assert ("homeassistant", "h1") in registry.devices


def test_a_broken_convention_takes_no_other_along() -> None:
    broken, sound = FakeConvention("broken"), FakeConvention("sound", breaks_at=b"never")
    registry = Registry([broken, sound])
    change = take(registry, DOOR, described(CONTACT))
    assert set(change.parts) == {("broken", "door", "main"), ("sound", "door", "main")}
    change = take(registry, DOOR, b"break")
    assert [(fault.source, type(fault.error)) for fault in change.faults] == [("broken", ZeroDivisionError)]
    assert [(refusal.source, refusal.reason) for refusal in change.refused] == [("sound", "not a description")]
    assert set(registry.devices) == {("broken", "door"), ("sound", "door")}


def test_a_kept_part_that_cannot_be_read_takes_no_other_along_and_is_mended_by_the_next_description() -> None:
    damaged = KeptPart("fake", "door", "main", b"\xff")
    registry = Registry([fake()], [damaged, KeptPart("fake", "lamp", "main", described(contact("lamp")))])
    assert ids(registry) == {("fake", "lamp"): ["lamp"]}
    assert [refusal.reason for refusal in registry.refused] == ["not a description"]
    take(registry, DOOR, described(CONTACT))
    assert set(registry.devices) == {("fake", "door"), ("fake", "lamp")}


def test_parts_of_a_convention_that_is_not_spoken_now_are_left_alone() -> None:
    assert not Registry([fake()], [KeptPart("other", "door", "main", b"?")]).devices


def test_descriptions_say_where_more_is_told_and_what_to_ask() -> None:
    general = Publication("shellies/command", b"announce")
    registry = Registry([FakeConvention(questions=(general,))])
    assert not registry.concerns("fake/door/extra/name")
    take(registry, DOOR, described(CONTACT, topics=["fake/door/extra/+"], questions=["fake/door/get"]))
    assert registry.filters == ("fake/+/+/config", "fake/door/extra/+")
    assert registry.questions == (general, Publication("fake/door/get", b"?"))
    assert registry.concerns("fake/door/extra/name")
    assert not registry.concerns("fake/door/else")
    assert take(registry, "fake/door/extra/name", b"Door").parts == {("fake", "door", "extra/name"): b"Door"}
    take(registry, DOOR, described(CONTACT))
    assert (list(registry.filters), list(registry.questions)) == (["fake/+/+/config"], [general])


@pytest.mark.parametrize(
    ("topics", "why"),
    [
        ({"topic": "#"}, "cannot be used"),
        ({"topic": "a/+/b"}, "cannot be used"),
        ({"topic": "$SYS/broker"}, "cannot be used"),
        ({"topic": "x" * 1025}, "cannot be used"),
        ({"topic": "home/x", "command": "a/#"}, "cannot be used"),
        ({"topic": "home/x", "command": "$x"}, "cannot be used"),
        ({"topic": "ifttt-bridge/me/status"}, "the bridge's own"),
        ({"topic": "home/x", "command": "ifttt-bridge/me/marker"}, "the bridge's own"),
        ({"topic": "home/x", "command": "fake/other/main/config"}, "would describe devices"),
    ],
)
def test_an_entity_that_would_lead_the_bridge_astray_is_refused_alone(topics: dict[str, object], why: str) -> None:
    registry = Registry([fake()], own_topics=["ifttt-bridge/"])
    bad = {"id": "bad", "kind": "switch", **topics}
    take(registry, DOOR, described(CONTACT, bad))
    (device,) = registry.devices.values()
    assert [each.id for each in device.entities] == ["contact"]
    (unserved,) = device.unserved
    assert (unserved.what, why in unserved.why) == ("bad", True)


@pytest.mark.parametrize("topic", ["#", "+/x", "$SYS/#", "ifttt-bridge/me/status", "a/b#", "a/#/b", ""])
def test_no_description_makes_the_bridge_listen_everywhere_or_ask_itself(topic: str) -> None:
    registry = Registry([fake()], own_topics=["ifttt-bridge/"])
    take(registry, DOOR, described(CONTACT, topics=[topic], questions=[topic, "fake/x/y/config"]))
    assert (registry.filters, registry.questions) == (("fake/+/+/config",), ())


def test_names_are_one_line_that_people_can_be_shown() -> None:
    registry = Registry([fake()])
    take(registry, DOOR, described(CONTACT, name=" Front\n\x07 door " + "r" * 500, room="\t"))
    (device,) = registry.devices.values()
    assert (device.name[:13], len(device.name), device.room) == ("Front door rr", 100, "")


def refusals(registry: Registry, *taken: tuple[str, bytes], now_ms: int = 0) -> list[tuple[str, bool]]:
    return [
        (refusal.reason, refusal.again)
        for topic, payload in taken
        for refusal in take(registry, topic, payload, now_ms=now_ms).refused
    ]


def lamp(number: int, count: int = 1) -> tuple[str, bytes]:
    return f"fake/l{number}/main/config", described(*(contact(f"e{each}") for each in range(count)))


def test_more_entities_than_a_home_has_are_refused_and_told_once() -> None:
    registry = Registry([fake()], limits=Limits(entities=3))
    assert refusals(registry, *(lamp(number) for number in range(5))) == [
        ("more than 3 entities are described", False),
        ("more than 3 entities are described", True),
    ]
    assert (len(registry.devices), len(registry.parts), registry.refusals) == (3, 3, 2)
    take(registry, "fake/l0/main/config", b"")
    assert refusals(registry, lamp(4)) == []


def test_at_the_limit_entities_may_still_be_replaced_by_others() -> None:
    registry = Registry([fake()], limits=Limits(entities=3))
    assert refusals(registry, lamp(1, 3)) == []
    others = described(*(contact(f"other{number}") for number in range(3)))
    assert refusals(registry, ("fake/l1/main/config", others)) == []
    assert ids(registry) == {("fake", "l1"): ["other0", "other1", "other2"]}


def test_a_flood_of_new_entities_waits_and_what_is_known_stays_served() -> None:
    registry = Registry([fake()], limits=Limits(new=Allowance(burst=10, a_minute=60)))
    assert refusals(registry, lamp(0, 8), lamp(1, 8)) == [], "what comes in one piece is not torn apart"
    assert [reason for reason, _ in refusals(registry, lamp(2))] == ["too many new entities within a minute"]
    assert refusals(registry, lamp(1, 7)) == [], "nothing of it is new"
    assert refusals(registry, lamp(3), now_ms=60_000) == []


def test_a_description_that_flaps_is_held_back() -> None:
    registry = Registry([fake()], limits=Limits(changes=Allowance(burst=3, a_minute=1)))
    flaps = itertools.cycle([described(CONTACT), described(contact("other"))])
    told = refusals(registry, *((DOOR, next(flaps)) for _ in range(10)))
    assert told == [("its description changes too often", again) for again in (False, True, True)]
    assert refusals(registry, (DOOR, next(flaps)), now_ms=60_000) == []
    assert refusals(registry, lamp(1)) == [], "others are not held back for it"


@pytest.mark.parametrize(
    ("limits", "taken", "reason"),
    [
        (Limits(message_bytes=50), [(DOOR, b"x" * 51)], "larger than a message of descriptions may be"),
        (Limits(part_bytes=50), [(DOOR, described(name="x" * 51))], "larger than a description may be"),
        (
            Limits(parts=2),
            [(f"fake/door/{number}/config", described(contact(str(number)))) for number in range(3)],
            "more than 2 parts in one description",
        ),
        (Limits(groups=2), [lamp(number) for number in range(3)], "more than 2 descriptions of one source"),
        (
            Limits(all_bytes=100),
            [lamp(1), (DOOR, described(name="x" * 100))],
            "all descriptions together take too much room",
        ),
    ],
)
def test_each_limit_is_told_by_its_name(limits: Limits, taken: list[tuple[str, bytes]], reason: str) -> None:
    registry = Registry([fake()], limits=limits)
    assert refusals(registry, *taken) == [(reason, False)]


def test_one_message_may_describe_all_devices_of_a_large_gateway() -> None:
    listed = [
        {
            "ieee_address": f"0x{number:016x}",
            "friendly_name": f"door {number}",
            "interview_completed": True,
            "definition": {
                "exposes": [
                    {"type": "binary", "property": "contact", "value_on": False, "value_off": True, "access": 1}
                ]
            },
            "endpoints": {"1": {"bindings": ["x" * 4000]}},
        }
        for number in range(300)
    ]
    payload = msgspec.json.encode(listed)
    assert 1024 * 1024 < len(payload) < 4 * 1024 * 1024
    registry = Registry([Zigbee2Mqtt()])
    assert refusals(registry, ("zigbee2mqtt/bridge/devices", payload)) == []
    assert len(registry.devices) == 300 + 1, "those, and Zigbee2MQTT itself"


def test_one_device_has_no_more_entities_than_it_may() -> None:
    registry = Registry([fake()])
    take(registry, *lamp(1, 300))
    (device,) = registry.devices.values()
    assert len(device.entities) == 256
    assert {each.why for each in device.unserved} == {"more than 256 in one device"}


devices = st.sampled_from(["door", "lamp", "remote"])
fragments = st.builds(
    lambda identity, name, hardware: described(contact(identity), name=name, hardware=hardware),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["", "One", "Two"]),
    st.sampled_from([[], [MAC], ["00:11:22:33:44:55"]]),
)


def messages(*names: str) -> st.SearchStrategy[list[tuple[str, bytes]]]:
    """Return descriptions in fragments of some names, broken ones among them."""
    sources = st.sampled_from(["homeassistant", "zigbee2mqtt"])
    topics = st.builds("{}/{}/{}/config".format, sources, devices, st.sampled_from(names))
    return st.lists(
        st.tuples(topics, st.just(b"") | fragments | st.sampled_from([b"break", b"\xff"])),
        max_size=20,
    )


def spoken(kept: tuple[KeptPart, ...] = ()) -> Registry:
    return Registry([fake("homeassistant"), fake("zigbee2mqtt")], kept)


@given(taken=messages("main", "more"), data=st.data())
def test_descriptions_give_the_same_devices_in_any_order(taken: list[tuple[str, bytes]], data: st.DataObject) -> None:
    last = {topic: payload for topic, payload in taken if payload not in (b"break", b"\xff")}
    straight, shuffled = spoken(), spoken()
    for topic, payload in taken:
        take(straight, topic, payload)
    for topic in data.draw(st.permutations(sorted(last))):
        take(shuffled, topic, last[topic])
    assert dict(straight.devices) == dict(shuffled.devices)
    assert straight.parts == shuffled.parts


@given(taken=messages("main", "more", "sole1", "sole2"), cut=st.integers(0, 20))
def test_a_restart_at_any_point_and_a_commit_that_fails_change_nothing(
    taken: list[tuple[str, bytes]], cut: int
) -> None:
    through, restarted = spoken(), spoken()
    kept: dict[tuple[str, str, str], bytes] = {}
    for place, (topic, payload) in enumerate(taken):
        take(restarted.copy(), topic, payload)
        for key, content in take(restarted, topic, payload).parts.items():
            kept.pop(key, None)
            if content is not None:
                kept[key] = content
        take(through, topic, payload)
        if place == cut:
            restarted = spoken(tuple(KeptPart(*key, content) for key, content in kept.items()))
    assert dict(restarted.devices) == dict(through.devices)
    assert restarted.parts == through.parts
    assert restarted.shadowed == through.shadowed


@given(topic=st.text(max_size=12) | st.just(DOOR), payload=st.binary(max_size=40))
def test_nothing_that_anybody_says_breaks_it(topic: str, payload: bytes) -> None:
    registry = Registry([fake()])
    change = registry.take(topic, payload, now_ms=0)
    assert change is None or not change.faults
