"""What a file of messages comes to, told to a bridge in memory."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bridge.cli.replay import as_json, as_text, replay
from bridge.cli.replay_bridge import Outcome, ReplayedBridge
from bridge.cli.replay_lines import Line, read_lines
from bridge.commands import Publication
from bridge.errors import BridgeError
from tests.fakes.conventions import FakeConvention, described

Written = dict[str, object]

NOON_MS = 1_770_000_000_000
DOOR = "fake/door/main/config"
CONTACT: Written = {"id": "contact", "kind": "contact", "topic": "home/door"}
BELL: Written = {"id": "key", "kind": "button", "topic": "home/bell", "hold_repeats": True}
LEVEL: Written = {"id": "level", "kind": "sensor", "topic": "home/level", "unit": "%", "name": "Level"}
REACH: Written = {"id": "availability", "kind": "availability", "topic": "home/online"}
MOTION: Written = {"id": "motion", "kind": "motion", "topic": "home/motion", "off_after_s": 30}


def line(topic: str, payload: bytes | str, **more: object) -> Written:
    return {"topic": topic, "payload": payload if isinstance(payload, str) else payload.decode(), **more}


def describing(*entities: dict[str, object], device: str = "door", **more: object) -> Written:
    return line(f"fake/{device}/main/config", described(*entities, **more), retain=True)


def parsed(lines: Iterable[Written | bytes]) -> list[Line]:
    written = [each if isinstance(each, bytes) else msgspec.json.encode(each) for each in lines]
    return list(read_lines(written, name="trial.jsonl"))


def played(*lines: Written, convention: FakeConvention | None = None) -> list[Outcome]:
    """Replay lines as those of one case."""
    one_case = [{"case": "it", **each} for each in lines]
    return list(replay(parsed(one_case), [convention or FakeConvention()], now_ms=NOON_MS))


def shown(*lines: Written) -> list[dict[str, Any]]:
    """Return what is printed for a program."""
    return [msgspec.json.decode(as_json(outcome)) for outcome in played(*lines)]


def test_a_line_tells_in_the_form_of_the_contract_what_it_came_to() -> None:
    described_so, opened = shown(
        describing(CONTACT, LEVEL, REACH, name="Door", questions=["fake/door/get"]),
        line("home/door", '{"value":"open"}'),
    )
    assert described_so["publishes"] == [{"topic": "fake/door/get", "payload": "?"}]
    assert [each["name"] for each in described_so["entities"]] == ["Door", "Door: Level", "Door"]
    assert opened == {
        "line": 2,
        "events": [],
        "entities": [
            {
                "id": "fake/door/contact",
                "device": "fake/door",
                "name": "Door",
                "kind": "contact",
                "state": "open",
                "unit": None,
                "online": None,
            }
        ],
        "publishes": [],
        "ignored": None,
    }


def test_lines_of_a_case_meet_one_bridge_and_others_one_of_their_own() -> None:
    open_, close = '{"value":"open"}', '{"value":"closed"}'
    outcomes = replay(
        parsed(
            [
                {**describing(CONTACT), "case": "a"},
                line("home/door", close, case="a"),
                line("home/door", open_),
                line("home/door", open_, case="b"),
                line("home/door", open_, case="a"),
            ]
        ),
        [FakeConvention()],
        now_ms=NOON_MS,
    )
    assert [(each.events, each.ignored) for each in outcomes] == [
        ((), None),
        ((), None),
        ((), "no device speaks here"),
        ((), "no device speaks here"),
        (("contact.opened",), None),
    ]


@pytest.mark.parametrize(
    ("lines", "ignored"),
    [
        ([line("home/nobody", "1")], "no device speaks here"),
        ([line(DOOR, "{")], "not a description"),
        ([line(DOOR, "break")], "a fault of the bridge"),
        ([describing(CONTACT), line("home/door", "open")], "not JSON"),
        ([describing(CONTACT), line("home/door", "{}")], "says nothing"),
        ([describing({"id": "x", "kind": "switch", "topic": "#"})], "refused: one of its topics cannot be used"),
        (
            [describing({"id": "x", "kind": "switch", "topic": "ifttt-bridge/x/status"})],
            "refused: one of its topics is the bridge's own",
        ),
        (
            [describing(BELL), line("home/bell", '{"press":"x"}', retain=True)],
            "retained: pressed before anybody listened",
        ),
        ([describing(BELL), *2 * [line("home/bell", '{"press":"x","stamp":"7"}')]], "said before"),
        ([describing(BELL), line("home/bell", '{"press":"x"}', wait=300, flags={"session": "restart"})], "late"),
        (
            [
                describing(BELL),
                line("home/bell", '{"press":"x"}'),
                line("home/bell", '{"press":"x"}', flags={"dup": True, "session": "restart"}),
            ],
            "delivered before",
        ),
        ([describing(CONTACT), describing(CONTACT)], None),
        ([describing(CONTACT), *2 * [line("home/door", '{"value":"open"}')]], None),
    ],
)
def test_a_line_that_comes_to_nothing_says_why(lines: list[Written], ignored: str | None) -> None:
    last = played(*lines)[-1]
    assert (last.events, last.ignored) == ((), ignored)


def test_time_passes_before_a_line_and_what_falls_due_is_told_with_it() -> None:
    outcomes = played(
        describing(MOTION),
        line("home/motion", '{"value":"on"}'),
        line("home/motion", "{}", wait=29),
        line("home/nobody", "", wait=2),
    )
    assert [each.events for each in outcomes] == [(), ("motion.detected",), (), ("motion.cleared",)]
    assert [entity.state for entity in outcomes[-1].entities] == ["off"]


def test_a_description_shows_what_it_changes() -> None:
    outcomes = played(
        describing(CONTACT, BELL),
        describing(CONTACT, BELL, LEVEL),
        describing(CONTACT, BELL, LEVEL, name="Door"),
        describing(CONTACT),
    )
    shown_ids = [[entity.id.rpartition("/")[2] for entity in outcome.entities] for outcome in outcomes]
    assert shown_ids == [["contact", "key"], ["level"], ["contact", "key", "level"], ["contact"]]


def test_a_restart_keeps_what_the_database_keeps() -> None:
    outcomes = played(
        describing(CONTACT, BELL),
        line("home/door", '{"value":"closed"}'),
        line("home/bell", '{"press":"x","stamp":"7"}'),
        line("home/door", '{"value":"closed"}', retain=True, flags={"session": "restart"}),
        line("home/bell", '{"press":"x","stamp":"7"}', flags={"session": "new"}),
        line("home/door", '{"value":"open"}', retain=True, flags={"session": "restart"}),
        line("home/door", '{"value":"closed"}'),
    )
    assert [each.events for each in outcomes] == [(), (), ("button.x",), (), (), (), ("contact.closed",)]
    assert [each.ignored for each in outcomes[3:]] == [None, "said before", None, None]


def test_after_each_connection_devices_are_asked_again() -> None:
    convention = FakeConvention(questions=(Publication("fake/announce", b"!"),))
    outcomes = played(
        describing(CONTACT, questions=["fake/door/get"]),
        line("home/door", '{"value":"open"}'),
        line("home/door", '{"value":"open"}', flags={"session": "new"}),
        convention=convention,
    )
    asked = [[each.topic for each in outcome.publishes] for outcome in outcomes]
    assert asked == [["fake/door/get"], [], ["fake/announce", "fake/door/get"]]


def test_word_of_its_reach_shows_the_whole_device() -> None:
    outcome = played(describing(CONTACT, REACH), line("home/online", '{"online":false}', retain=True))[-1]
    assert {(entity.id, entity.online) for entity in outcome.entities} == {
        ("fake/door/contact", False),
        ("fake/door/availability", False),
    }


def test_a_gateway_that_goes_shows_its_devices_with_one_event() -> None:
    outcomes = played(
        describing(REACH, device="hub"),
        describing(CONTACT, via="hub"),
        line("home/online", '{"online":true}'),
        line("home/online", '{"online":false}'),
    )
    assert outcomes[-1].events == ("device.went_offline",)
    assert {(entity.id, entity.online) for entity in outcomes[-1].entities} == {
        ("fake/door/contact", False),
        ("fake/hub/availability", False),
    }


def test_a_person_reads_what_happened_and_how_things_are() -> None:
    outcomes = played(
        describing(CONTACT, LEVEL, name="Door", questions=["fake/door/get"]),
        line("home/level", '{"value":"5"}'),
        line("home/nobody", ""),
    )
    assert [as_text(each).splitlines() for each in outcomes] == [
        [
            "    1  -",
            "       contact       Door",
            "       sensor        Door: Level",
            "       asks fake/door/get  ?",
        ],
        ["    2  -", "       sensor        Door: Level                      5 %"],
        ["    3  ignored: no device speaks here"],
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"{", "trial.jsonl, line 2: "),
        (b"[]", "trial.jsonl, line 2: Expected `object`"),
        (b'{"payload":""}', "missing required field `topic`"),
        (b'{"topic":"a"}', "give either payload (a text) or payload_b64"),
        (b'{"topic":"a","payload":"","payload_b64":""}', "give either payload"),
        (b'{"topic":"a","payload_b64":"?"}', "payload_b64 is not Base64"),
        (b'{"topic":"a","payload":1}', "$.payload"),
        (b'{"topic":"a","payload":"","wait":-1}', "$.wait"),
        (b'{"topic":"a","payload":"","flags":{"session":"old"}}', "$.flags.session"),
        (b"\xff", "line 2"),
    ],
)
def test_a_line_that_is_wrong_is_named(text: bytes, problem: str) -> None:
    with pytest.raises(BridgeError) as wrong:
        parsed([b"\n", text])
    assert problem in str(wrong.value)
    assert "line 2" in str(wrong.value)


def test_a_recording_by_mosquitto_sub_is_one_story() -> None:
    describing_it = {**describing(CONTACT), "retain": 1}
    said = [line("home/door", f'{{"value":"{value}"}}', retain=0) for value in ("closed", "open")]
    besides: Written = {"tst": "2026-11-26T12:00:00.1Z", "qos": 1, "payloadlen": 7}
    recorded = [besides | each for each in (describing_it, *said)]
    apart = [each.events for each in replay(parsed(recorded), [FakeConvention()], now_ms=NOON_MS)]
    together = [each.events for each in replay(parsed(recorded), [FakeConvention()], now_ms=NOON_MS, together=True)]
    assert (apart, together) == ([(), (), ()], [(), (), ("contact.opened",)])


def test_other_keys_are_notes_and_empty_lines_are_nothing() -> None:
    found = parsed([b"", b'{"topic":"a","payload_b64":"/w==","note":"x","source":"y","step":3,"qos":0}', b"  \n"])
    assert found == [Line(2, "a", b"\xff", retained=False, qos=0)]


first_words = st.permutations(
    [
        describing(CONTACT, MOTION),
        line("home/door", '{"value":"open"}', retain=True),
        line("home/motion", '{"value":"on"}', retain=True),
        line("fake/door/more/config", described(BELL, LEVEL), retain=True),
        line("home/level", '{"value":"7"}', retain=True),
    ]
)


@given(lines=first_words)
def test_descriptions_and_first_states_in_any_order_give_the_same_end(lines: list[Written]) -> None:
    bridge = ReplayedBridge([FakeConvention()], now_ms=NOON_MS)
    outcomes = [bridge.take(each) for each in parsed(lines)]
    assert {event for outcome in outcomes for event in outcome.events} == set()
    states = {entity.id: entity.state for outcome in outcomes for entity in outcome.entities}
    assert states == {
        "fake/door/contact": "open",
        "fake/door/motion": "on",
        "fake/door/key": None,
        "fake/door/level": "7",
    }


def test_the_first_press_that_comes_before_its_description_counts_if_that_follows_at_once() -> None:
    press = line("home/bell", '{"press":"x"}')
    assert [each.events for each in played(press, describing(BELL))] == [(), ("button.x",)]
    assert [each.events for each in played(press, describing(BELL) | {"wait": 11})] == [(), ()]


class Restarts(RuleBasedStateMachine):
    """Two bridges that hear the same; one of them is restarted now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.through = ReplayedBridge([FakeConvention()], now_ms=NOON_MS)
        self.broken = ReplayedBridge([FakeConvention()], now_ms=NOON_MS)
        self.happened: tuple[list[str], list[str]] = ([], [])
        self.last: tuple[Outcome, Outcome] | None = None

    @rule(
        what=st.sampled_from(
            [
                describing(CONTACT, BELL),
                describing(CONTACT),
                describing(LEVEL, BELL),
                line(DOOR, ""),
                line(DOOR, "{"),
                line("fake/door/more/config", described(LEVEL)),
                line("fake/door/more/config", ""),
            ]
            + [line("home/door", f'{{"value":"{word}"}}') for word in ("open", "closed")]
            + [line("home/door", '{"value":"open"}', retain=True), line("home/level", '{"value":"7"}')]
            + [line("home/bell", f'{{"press":"{word}"}}') for word in ("x", "long")]
        ),
        restarted=st.booleans(),
        wait_s=st.sampled_from([0.1, 12.0]),
    )
    def hear(self, *, what: Written, restarted: bool, wait_s: float) -> None:
        """Let both hear a message."""
        described = str(what["topic"]).startswith("fake/")
        written = {**what, "wait": 12.0 if described else wait_s}  # what waits for its reader is in memory alone
        flags = {"flags": {"session": "restart"}} if restarted else {}
        (straight,), (again,) = parsed([written]), parsed([written | flags])
        self.last = self.through.take(straight), self.broken.take(again)
        self.happened[0].extend(self.last[0].events)
        self.happened[1].extend(self.last[1].events)

    @invariant()
    def nobody_sees_a_difference(self) -> None:
        """The same has happened, and everything is as it is for the other."""
        assert self.happened[0] == self.happened[1]
        if self.last is not None:
            assert self.last[0].entities == self.last[1].entities


TestRestarts = Restarts.TestCase
TestRestarts.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
