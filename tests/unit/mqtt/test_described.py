"""Descriptions in batches: committed with what else came, undone with a commit that fails, and heard in any order."""

from dataclasses import replace

from bridge.devices.catalogue import Catalogue
from bridge.devices.interpretation import LatePolicy
from bridge.devices.last_known import LastKnown
from bridge.devices.pairing import PairedEntity, Pairing, catalogued
from bridge.devices.quota import Limits
from bridge.devices.registry import Registry
from bridge.events import NotOffered
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.early import KEPT_MS, MAX_BYTES, MAX_MESSAGES, Early
from bridge.mqtt.interpreter import Draft, Ignored, Interpreter, Listening
from bridge.mqtt.message import Arrival, Message
from tests.fakes.conventions import FakeConvention, described
from tests.unit.devices.examples import door
from tests.unit.mqtt.examples import DOOR, message

CONFIG = "fake/hall/main/config"
CONTACT: dict[str, object] = {"id": "contact", "kind": "contact", "topic": "home/hall"}
KEY: dict[str, object] = {"id": "key", "kind": "button", "topic": "home/hall"}
OPEN, PRESS = b'{"value":"open"}', b'{"press":"single"}'


def interpreter(*, prefix: str = "fake") -> Interpreter:
    registry = Registry([FakeConvention(prefix=prefix)])
    return Interpreter(Catalogue([door()]), LastKnown({}), Deliveries([], window=20), LatePolicy(), registry=registry)


def drafted(reader: Interpreter, *arrivals: Arrival) -> Draft:
    return reader.draft(list(arrivals), Listening(), next_seq=1, now_ms=1000)


def catalogue_of(registry: Registry) -> Catalogue:
    pairings = {
        key: Pairing("d_1", "home", {each.id: PairedEntity(f"e_{each.id}") for each in device.entities})
        for key, device in registry.devices.items()
    }
    return Catalogue(catalogued(registry.devices, pairings))


def test_a_description_is_part_of_its_batch_and_the_registry_waits_for_the_commit() -> None:
    reader, payload = interpreter(), described(CONTACT)
    draft = drafted(reader, message(CONFIG, payload), message(DOOR, b"open", packet_id=2))
    assert draft.descriptions == {("fake", "hall", "main"): payload}
    assert draft.states["front-door"].value == "open"
    assert (draft.taken, draft.ignored) == (2, [])
    assert draft.registry is not None
    assert len(draft.registry.devices) == 1
    assert not reader.registry.devices, "the commit may fail"
    assert drafted(reader, message(CONFIG, payload)).descriptions == draft.descriptions


def test_a_description_in_two_fragments_within_a_batch_is_one_device() -> None:
    again = message("fake/hall/more/config", described(KEY), packet_id=2)
    draft = drafted(interpreter(), message(CONFIG, described(CONTACT)), again)
    assert draft.registry is not None
    assert draft.descriptions.keys() == {("fake", "hall", "main"), ("fake", "hall", "more")}
    (device,) = draft.registry.devices.values()
    assert [each.id for each in device.entities] == ["contact", "key"]


def test_a_batch_without_news_of_devices_has_no_registry_of_its_own() -> None:
    reader = interpreter()
    first = drafted(reader, message(CONFIG, described(CONTACT)))
    assert first.registry is not None
    reader = replace(reader, registry=first.registry)
    again = drafted(reader, message(CONFIG, described(CONTACT)), message(DOOR, b"open", packet_id=2))
    assert (again.registry, again.descriptions) == (None, {})


def test_what_is_wrong_with_a_description_is_told_and_stalls_nothing() -> None:
    draft = drafted(
        interpreter(),
        message(CONFIG, b"{"),
        message(CONFIG, b"break", packet_id=2),
        message(DOOR, b"open", packet_id=3),
    )
    assert draft.ignored == [Ignored(CONFIG, "not a description")]
    assert [(topic, type(error)) for topic, error in draft.broken] == [(CONFIG, ZeroDivisionError)]
    assert draft.states["front-door"].value == "open"


def test_a_refusal_that_was_told_in_the_same_batch_is_not_told_again() -> None:
    registry = Registry([FakeConvention()], limits=Limits(entities=1))
    draft = drafted(
        replace(interpreter(), registry=registry),
        *(message(f"fake/{name}/main/config", described(CONTACT), packet_id=n) for n, name in enumerate("abc", 1)),
    )
    assert draft.ignored == [Ignored("fake/b/main/config", "more than 1 entities are described")]


def test_what_a_description_names_is_listened_to_for_more_of_it_in_the_same_batch() -> None:
    more = "fake/hall/more/sensors"
    draft = drafted(
        interpreter(),
        message(CONFIG, described(CONTACT, topics=[more])),
        message(more, b"more of it", packet_id=2),
    )
    assert draft.descriptions["fake", "hall", "more/sensors"] == b"more of it"
    assert draft.ignored == []


def test_an_answer_to_a_question_tells_how_it_was_before() -> None:
    registry = Registry([FakeConvention()])
    registry.take(CONFIG, described(CONTACT, KEY, answers=["home/hall"]), now_ms=0)
    reader = replace(interpreter(), registry=registry, catalogue=catalogue_of(registry))
    draft = drafted(
        reader,
        message("home/hall", b'{"value":"closed"}'),
        message("home/hall", OPEN, packet_id=2),
        message("home/hall", PRESS, packet_id=3),
    )
    assert [(entry.event.kind, entry.event.reason) for entry in draft.entries] == [
        ("contact.opened", NotOffered.CHANGED_WHILE_AWAY)
    ]


def test_a_topic_may_describe_devices_and_be_spoken_on_by_one() -> None:
    registry = Registry([FakeConvention()])
    registry.take(CONFIG, described({**CONTACT, "topic": CONFIG}), now_ms=0)
    reader = replace(interpreter(), registry=registry, catalogue=catalogue_of(registry))
    draft = drafted(reader, message(CONFIG, OPEN))
    assert draft.descriptions
    assert draft.states["e_contact"].value == "open"


def test_the_first_press_behind_a_description_is_heard_by_the_device_that_it_made_and_by_no_other() -> None:
    registry = Registry([FakeConvention()])
    registry.take(CONFIG, described(CONTACT), now_ms=0)
    reader = replace(interpreter(), registry=registry, catalogue=catalogue_of(registry))
    draft = drafted(
        reader,
        message(CONFIG, described(CONTACT, KEY)),
        message("home/hall", PRESS, packet_id=2),
        message("home/hall", OPEN, packet_id=3),
    )
    early = Early()
    early.keep(draft.early, now_ms=1000)
    assert draft.registry is not None
    after = catalogue_of(draft.registry)
    again = early.for_new(reader.catalogue, after, now_ms=1500)
    assert {(each.readers, each.qos) for each in again} == {(frozenset({"e_key"}), 0)}
    found = drafted(replace(reader, registry=draft.registry, catalogue=after), *again)
    assert [entry.event.kind for entry in found.entries] == ["button.single"]
    assert not found.early, "what is read again is not kept again"
    assert "e_contact" not in found.states


def test_a_message_of_nobody_is_kept_for_a_short_time() -> None:
    draft = drafted(interpreter(), message("home/hall", OPEN))
    assert [each.topic for each in draft.early] == ["home/hall"]
    assert draft.ignored == [Ignored("home/hall", "no device speaks here")]
    assert drafted(interpreter(), message(DOOR, b"open")).early == [], "it was for somebody"
    early, there = Early(), Catalogue([replace(door(), id="new")])
    early.keep([message(DOOR, b"open")], now_ms=1000)
    assert len(early.for_new(Catalogue([]), there, now_ms=1000 + KEPT_MS)) == 1
    assert early.for_new(there, there, now_ms=1000) == []
    assert early.for_new(Catalogue([]), there, now_ms=1001 + KEPT_MS) == []


def test_what_is_kept_for_those_to_come_is_bounded() -> None:
    early, there = Early(), Catalogue([door()])

    def kept(messages: list[Message]) -> int:
        early.keep(messages, now_ms=0)
        return len(early.for_new(Catalogue([]), there, now_ms=0))

    assert kept([message(DOOR, b"x")] * (MAX_MESSAGES + 5)) == MAX_MESSAGES
    assert kept([message(DOOR, b"x" * (MAX_BYTES // 2))] * 3) == 2
    assert kept([message(DOOR, b"x" * (MAX_BYTES + 1))]) == 0
