"""What time does to entities that describe themselves: in batches, with a clock, and over restarts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.catalogue import Catalogue
from bridge.devices.crossings import Measured
from bridge.devices.entity import EntityKind, Habits, Shaping
from bridge.mqtt.message import BacklogEnded, Connected, Due
from tests.unit.mqtt.examples import message
from tests.unit.mqtt.living import (
    CLOSED,
    HOLD,
    NOON_MS,
    OFF,
    OFFLINE,
    ON,
    ONLINE,
    OPEN,
    RELEASE,
    SINGLE,
    Home,
    expiring,
    gateway,
    motion,
    of,
)


def test_what_never_says_off_is_off_by_itself() -> None:
    home = Home(motion())
    home.hear(ON)
    home.wait(29.9)
    assert home.offered == ["motion.detected"]
    home.wait(0.1)
    assert home.offered == ["motion.detected", "motion.cleared"]
    assert (home.it.value, home.it.since_ms) == ("off", NOON_MS + 30_000)
    assert home.due_ms is None


def test_another_on_begins_the_time_anew_and_is_no_second_event() -> None:
    home = Home(motion())
    for _ in range(3):
        home.hear(ON, after_s=20)
    assert home.offered == ["motion.detected"]
    home.wait(30)
    home.hear(ON)
    assert home.offered == ["motion.detected", "motion.cleared", "motion.detected"]


def test_what_begins_to_end_by_itself_is_a_reason_to_look_at_the_clock_and_what_goes_on_is_none() -> None:
    home = Home(motion())
    said = message("it", f"{{{ON}}}".encode(), qos=0)
    assert home.commit(said).stirred
    home.now_ms += 1000
    assert not home.commit(said).stirred


def test_a_message_that_comes_before_the_timer_finds_the_state_over() -> None:
    home = Home(motion())
    home.hear(ON)
    home.now_ms += 31_000
    home.hear(ON)
    assert home.offered == ["motion.detected", "motion.cleared", "motion.detected"]


def test_an_off_that_is_said_after_all_counts() -> None:
    home = Home(motion())
    home.hear(ON)
    home.hear(OFF, after_s=5)
    home.wait(60)
    assert home.offered == ["motion.detected", "motion.cleared"]


def test_a_door_that_never_says_closed_is_closed_by_itself() -> None:
    home = Home(motion(kind=EntityKind.CONTACT))
    home.hear(CLOSED)
    home.hear(OPEN)
    home.wait(30)
    assert home.offered == ["contact.opened", "contact.closed"]


def test_an_on_that_the_broker_only_kept_begins_nothing_that_was_over_and_fires_nothing() -> None:
    home = Home(motion())
    home.hear(ON, retained=True)
    assert (home.it.value, home.told) == ("on", [])
    home.wait(30)
    assert home.offered == []
    home.hear(ON, retained=True)
    assert home.it.value == "off", "its last word is long over"
    home.hear(ON)
    home.hear(ON, retained=True, after_s=20)
    home.wait(10)
    assert home.offered == ["motion.detected", "motion.cleared"], "a replay does not prolong it"


def test_a_clock_that_is_set_back_holds_no_state_up() -> None:
    home = Home(motion())
    home.hear(ON)
    home.now_ms -= 3_600_000
    home.wait(0)
    assert home.offered == ["motion.detected", "motion.cleared"]


def test_while_nobody_listens_nothing_ends() -> None:
    home = Home(motion())
    home.hear(ON)
    home.now_ms += 60_000
    home.commit(Connected(2, resumed=True, away_s=60), Due(live=False))
    assert home.offered == ["motion.detected"]
    home.commit(message("it", f"{{{ON}}}".encode()), BacklogEnded(2))
    assert home.offered == ["motion.detected"], "it was said again while we were away"
    home.wait(30)
    assert home.offered == ["motion.detected", "motion.cleared"]


def test_what_ends_before_it_has_lasted_long_enough_never_counted() -> None:
    home = Home(motion(1, shaping=Shaping(debounce_ms=5000, debounce_max_ms=50_000)))
    home.hear(OFF)
    home.hear(ON)
    home.wait(60)
    assert (home.told, home.it.value, home.due_ms) == ([], "off", None)


def test_what_ended_first_is_over_first_however_late_the_timer_comes() -> None:
    home = Home(motion(1, shaping=Shaping(debounce_ms=5000, debounce_max_ms=50_000)))
    home.hear(OFF)
    home.hear(ON)
    home.now_ms += 6000
    home.hear(OFF)
    assert (home.told, home.it.value) == ([], "off")


def test_an_entity_that_is_gone_is_over_and_comes_back_without_an_event() -> None:
    home = Home(motion())
    home.hear(ON)
    there, home.catalogue = home.catalogue, Catalogue([])
    home.wait(60)
    assert home.due_ms is None
    home.catalogue = there
    home.hear(ON)
    assert home.offered == ["motion.detected", "motion.detected"]


def test_a_habit_that_a_new_description_takes_away_ends() -> None:
    home = Home(motion())
    home.hear(ON)
    home.catalogue = Catalogue([of(EntityKind.MOTION)])
    home.wait(60)
    assert (home.offered, home.it.value, home.due_ms) == (["motion.detected"], "on", None)


def test_a_state_that_expires_is_unknown_and_the_same_one_again_is_no_edge() -> None:
    home = Home(expiring())
    home.hear(CLOSED)
    home.wait(60)
    assert (home.it.value, home.told) == (None, [])
    home.hear(CLOSED)
    assert (home.it.value, home.it.since_ms, home.told) == ("closed", NOON_MS + 60_000, [])
    home.wait(60)
    home.hear(OPEN)
    assert home.offered == ["contact.opened"]


def test_a_number_that_expires_is_kept_as_any_other() -> None:
    home = Home(expiring(EntityKind.SENSOR))
    draft = home.commit(message("it", b'{"value":"21.5"}'))
    assert draft.readings == [Measured("it", NOON_MS, 21.5)]


def test_an_alarm_that_was_on_before_it_expired_is_not_raised_again() -> None:
    home = Home(expiring(EntityKind.LEAK))
    home.hear(ON)
    home.wait(90)
    home.hear(ON)
    assert home.offered == ["alarm.raised.leak"]


def test_each_word_begins_the_time_anew_but_not_one_that_the_broker_only_kept() -> None:
    home = Home(expiring())
    home.hear(CLOSED)
    home.hear(CLOSED, after_s=50)
    home.hear(CLOSED, after_s=50, retained=True)
    assert home.it.value == "closed"
    home.wait(10)
    assert home.it.value is None
    home.hear(CLOSED, retained=True)
    assert home.it.value is None, "nobody knows how old it is"


def test_a_change_that_the_broker_kept_while_the_state_was_unknown_is_the_one_to_compare_with() -> None:
    home = Home(expiring())
    home.hear(CLOSED)
    home.wait(60)
    home.hear(OPEN, retained=True)
    home.hear(OPEN)
    assert (home.it.value, home.told) == ("open", [])


def test_a_first_state_that_was_kept_expires_too() -> None:
    home = Home(expiring())
    home.hear(CLOSED, retained=True)
    home.wait(60)
    assert home.it.value is None


def test_a_clock_that_is_set_back_lets_a_state_expire_in_its_time() -> None:
    home = Home(expiring())
    home.hear(CLOSED)
    home.now_ms -= 3_600_000
    home.wait(59)
    assert home.it.value == "closed"
    home.wait(61)
    assert home.it.value is None


def test_a_button_that_is_held_is_pressed_once() -> None:
    home = Home(of(EntityKind.BUTTON, habits=Habits(hold_repeats=True)))
    for pause_s in (0, 9, 9):
        home.hear(HOLD, after_s=pause_s)
    home.hear(RELEASE, after_s=1)
    home.hear(HOLD, after_s=1)
    assert home.offered == ["button.long", "button.long_release", "button.long"]


@pytest.mark.parametrize(("between", "pause_s", "presses"), [(SINGLE, 1, 2), (None, 10.1, 2), (None, 10, 1)])
def test_a_hold_ends_with_another_word_and_with_time(between: str | None, pause_s: float, presses: int) -> None:
    home = Home(of(EntityKind.BUTTON, habits=Habits(hold_repeats=True)))
    home.hear(HOLD)
    if between is not None:
        home.hear(between)
    home.hear(HOLD, after_s=pause_s)
    assert home.offered.count("button.long") == presses


def test_where_a_hold_is_not_repeated_each_one_counts() -> None:
    home = Home(of(EntityKind.BUTTON))
    home.hear(HOLD)
    home.hear(HOLD)
    assert home.offered == ["button.long", "button.long"]


ALL = (
    motion(),
    of(EntityKind.CONTACT, "door", identity="door", habits=Habits(expires_after_s=60)),
    of(EntityKind.SENSOR, "meter", identity="meter", habits=Habits(expires_after_s=45)),
    *gateway(
        of(EntityKind.BUTTON, "key", identity="key", habits=Habits(behind=True, hold_repeats=True)),
        of(EntityKind.AVAILABILITY, "reach", identity="reach", habits=Habits(behind=True)),
    ),
)
said = st.sampled_from(
    [("it", ON), ("it", OFF), ("door", OPEN), ("door", CLOSED), ("meter", '"value":"1"'), ("meter", '"value":"2"')]
    + [("key", HOLD), ("key", RELEASE), ("key", SINGLE), ("key", f'{SINGLE},"stamp":"7"')]
    + [(topic, word) for topic in ("hub/state", "reach") for word in (ONLINE, OFFLINE)]
)
steps = st.lists(st.tuples(said, st.sampled_from([0, 0.5, 4, 20, 70]), st.booleans()), max_size=25)


@given(steps=steps, restarts=st.sets(st.integers(0, 25)))
def test_a_restart_at_any_point_gives_the_same_events_and_states(
    steps: list[tuple[tuple[str, str], float, bool]], restarts: set[int]
) -> None:
    through, broken = Home(*ALL), Home(*ALL)
    for place, ((topic, word), pause_s, retained) in enumerate(steps):
        if place in restarts:
            broken.restart()
        for home in (through, broken):
            home.hear(word, on=topic, after_s=pause_s, retained=retained)
    for home in (through, broken):
        home.wait(100)
    assert [entry.event for entry in broken.entries] == [entry.event for entry in through.entries]
    assert {each: broken.known.of(each) for each in broken.known} == {
        each: through.known.of(each) for each in through.known
    }
    assert through.due_ms is None, "nothing waits for ever"


@given(steps=steps)
def test_a_state_said_twice_makes_no_second_event_and_kept_words_fire_nothing(
    steps: list[tuple[tuple[str, str], float, bool]],
) -> None:
    once, twice = Home(*ALL), Home(*ALL)
    for (topic, word), pause_s, retained in steps:
        for home in (once, twice):
            before = len(home.offered)
            home.wait(pause_s)
            waited = len(home.offered)
            home.hear(word, on=topic, retained=retained)
            assert not retained or len(home.offered) == waited >= before
        if topic != "key":
            twice.hear(word, on=topic, retained=retained)
    assert twice.told == once.told
