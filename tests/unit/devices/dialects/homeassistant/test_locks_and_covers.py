"""Locks and covers: what they say, what they are told."""

import pytest

from bridge.commands import Wish
from bridge.devices.entity import EntityKind
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.homeassistant.kept import only, read, refusal, write

COVER_WORDS = ["open", "closed", "opening", "closing", "stopped"]


def test_a_lock_says_whether_it_is_locked_and_nothing_on_its_way() -> None:
    entity = only("lock", stat_t="t", cmd_t="c")
    said = {word: read(entity, word) for word in ("LOCKED", "UNLOCKED", "JAMMED")}
    assert said == {"LOCKED": "locked", "UNLOCKED": "unlocked", "JAMMED": "jammed"}
    for word in ("LOCKING", "UNLOCKING", "OPEN", "OPENING", "NONE", "None", ""):
        assert read(entity, word) is None
    with pytest.raises(UnreadableMessage):
        read(entity, "locked")
    assert (write(entity, Wish.LOCK), write(entity, Wish.UNLOCK)) == ([("c", "LOCK")], [("c", "UNLOCK")])
    assert write(entity, Wish.OPEN) == []


def test_what_a_lock_of_zigbee2mqtt_is_told_is_what_it_says_afterwards() -> None:
    entity = only(
        "lock", stat_t="t", cmd_t="c", stat_locked="LOCK", stat_unlocked="UNLOCK", val_tpl="{{ value_json.state }}"
    )
    for wish, state in ((Wish.LOCK, "locked"), (Wish.UNLOCK, "unlocked")):
        [(_, payload)] = write(entity, wish)
        assert read(entity, {"state": payload}) == state


def test_a_cover_says_its_words() -> None:
    entity = only("cover", stat_t="t", cmd_t="c")
    assert entity.kind is EntityKind.COVER
    assert [read(entity, word) for word in COVER_WORDS] == COVER_WORDS
    assert (read(entity, "None"), read(entity, "")) == (None, None)
    with pytest.raises(UnreadableMessage):
        read(entity, "ajar")


def test_a_cover_may_have_other_words() -> None:
    entity = only(
        "cover", stat_t="t", cmd_t="c", stat_open="up", stat_clsd="down", pl_open="UP", pl_cls="DOWN", pl_stop=0
    )
    assert (read(entity, "up"), read(entity, "down")) == ("open", "closed")
    assert [write(entity, wish) for wish in (Wish.OPEN, Wish.CLOSE, Wish.STOP)] == [
        [("c", "UP")],
        [("c", "DOWN")],
        [("c", "0")],
    ]


def test_a_cover_without_an_order_to_stop_cannot_be_stopped() -> None:
    assert write(only("cover", stat_t="t", cmd_t="c", pl_stop=None), Wish.STOP) == []


def test_a_position_beside_a_state_says_only_where_it_is() -> None:
    entity = only("cover", stat_t="s", cmd_t="c", pos_t="p")
    assert (read(entity, "0", "p"), read(entity, "100", "p"), read(entity, "open", "s")) == ("at 0", "at 100", "open")
    assert entity.dialect.state_topics == ("s", "p")


def test_a_position_alone_says_whether_it_is_open_too() -> None:
    entity = only("cover", cmd_t="c", pos_t="t")
    assert [read(entity, number) for number in ("0", "0.4", "40", "100")] == [
        "closed at 0",
        "open at 1",
        "open at 40",
        "open at 100",
    ]
    assert (read(entity, "-1"), read(entity, "101"), read(entity, "nan")) == (None, None, None)


@pytest.mark.parametrize(("opened", "closed"), [(0, 100), (255, 0), (1, 10), (180, 80), (1.0, 0.0)])
def test_a_position_is_in_the_numbers_of_the_device_both_ways(opened: float, closed: float) -> None:
    entity = only("cover", pos_t="t", set_pos_t="set", pos_open=opened, pos_clsd=closed)
    for percent in (0, 100):
        [(topic, payload)] = write(entity, Wish.SET_POSITION, position=percent)
        assert (topic, read(entity, payload)) == ("set", f"{'open' if percent else 'closed'} at {percent}")
    assert read(entity, str((opened + closed) / 2)) == "open at 50"


def test_a_position_may_be_told_by_a_template() -> None:
    entity = only(
        "cover",
        pos_t="t",
        set_pos_t="set",
        set_pos_tpl='{ "position": {{ position }}, "raw": {{ value }} }',
        pos_open=10,
    )
    assert write(entity, Wish.SET_POSITION, position=40) == [("set", '{ "position": 40, "raw": 4 }')]


def test_a_position_may_be_said_in_an_object_with_the_slats() -> None:
    entity = only("cover", pos_t="t", pos_tpl='{"position": {{ value_json.p }}, "tilt_position": 5}')
    assert read(entity, {"p": 30}) == "open at 30"


def test_a_cover_that_is_told_only_positions_opens_and_closes_by_them() -> None:
    entity = only("cover", pos_t="t", set_pos_t="set")
    assert [write(entity, wish) for wish in (Wish.OPEN, Wish.CLOSE, Wish.STOP)] == [
        [("set", "100")],
        [("set", "0")],
        [],
    ]


def test_a_cover_that_is_told_no_positions_finds_the_ends() -> None:
    entity = only("cover", stat_t="t", cmd_t="c")
    moved = {percent: write(entity, Wish.SET_POSITION, position=percent) for percent in (0, 40, 100)}
    assert moved == {0: [("c", "CLOSE")], 40: [], 100: [("c", "OPEN")]}


def test_a_curtain_of_zigbee2mqtt_says_both_in_one_message() -> None:
    entity = only(
        "cover",
        stat_t="t",
        cmd_t="t/set",
        pos_t="t",
        pos_tpl='{{ value_json["position"] }}',
        set_pos_t="t/set",
        set_pos_tpl='{ "position": {{ position }} }',
        val_tpl=(
            '{% if "motor_state" in value_json and value_json["motor_state"] %} {{ value_json["motor_state"] }} '
            "{% else %} stopped {% endif %}"
        ),
    )
    assert read(entity, {"position": 40, "motor_state": "opening"}) == "opening at 40"
    assert read(entity, {"position": 0, "state": "CLOSE"}) == "stopped at 0"
    assert read(entity, {"position": None, "battery": 5}) == "stopped"
    assert write(entity, Wish.SET_POSITION, position=55) == [("t/set", '{ "position": 55 }')]


def test_of_a_shared_topic_the_half_that_can_be_read_is() -> None:
    entity = only("cover", stat_t="t", pos_t="t", cmd_t="c")
    assert (read(entity, "40"), read(entity, "open")) == ("at 40", "open")
    with pytest.raises(UnreadableMessage):
        read(entity, "ajar")


def test_a_cover_without_any_topic_or_span_is_not_served() -> None:
    assert refusal("cover") == "not supported: it has no topic"
    assert refusal("cover", pos_t="t", pos_open=5, pos_clsd=5).startswith("not supported: its position_open")
