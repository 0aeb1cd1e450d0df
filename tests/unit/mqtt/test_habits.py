"""What time and gateways do to entities that describe themselves: in batches, with a clock, and over restarts."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import AvailabilityMode, Device, Entity, EntityKind, Habits, Shaping
from bridge.devices.last_known import EntityState, LastKnown
from bridge.events import NotOffered
from bridge.mqtt.interpreter import Interpreter, Listening
from bridge.mqtt.message import BacklogEnded, Connected, Due
from tests.fakes.conventions import FakeDialect
from tests.unit.mqtt.examples import Taken, message

NOON_MS = 1_770_000_000_000
HUB = "hub"


def of(kind: EntityKind, *topics: str, identity: str = "it", gateway: str = "", **more: Any) -> Entity:  # noqa: ANN401 -- as an Entity has it
    device = Device(f"{identity}-device", "home", identity, gateway=gateway)
    return Entity(identity, device, kind, FakeDialect(topics or (identity,)), **more)


def motion(after_s: float = 30, kind: EntityKind = EntityKind.MOTION, **more: Any) -> Entity:  # noqa: ANN401 -- the same
    return of(kind, habits=Habits(off_after_s=after_s), **more)


def expiring(kind: EntityKind = EntityKind.CONTACT) -> Entity:
    return of(kind, habits=Habits(expires_after_s=60))


def gateway(*behind: Entity) -> list[Entity]:
    hub = of(EntityKind.AVAILABILITY, "hub/state", identity=HUB, habits=Habits(leads=True))
    return [*(replace(each, device=replace(each.device, gateway=HUB)) for each in behind), hub]


class Home(Taken):
    """Entities whose timer comes when something is due, as in a daemon."""

    def __init__(self, *entities: Entity) -> None:
        super().__init__(catalogue=Catalogue(entities), now_ms=NOON_MS)

    def hear(self, what: str, *, on: str = "it", after_s: float = 0, retained: bool = False) -> None:
        """Let time pass, then take a message in: the inside of a JSON object."""
        self.wait(after_s)
        self.commit(message(on, f"{{{what}}}".encode(), qos=0, retained=retained))

    def wait(self, seconds: float) -> None:
        """Let time pass; the timer comes at each moment at which something is due."""
        end_ms = self.now_ms + round(seconds * 1000)
        while (due_ms := self.due_ms) is not None and due_ms <= end_ms:
            self.now_ms = max(self.now_ms, due_ms)
            self.commit(Due(live=True))
        self.now_ms = end_ms

    def restart(self) -> None:
        """Forget everything but what is on disk."""
        self.known = LastKnown({entity: self.known.of(entity) for entity in self.known})
        self.listening = Listening()

    @property
    def due_ms(self) -> int | None:
        """When something is due next."""
        return Interpreter(self.catalogue, self.known, self.deliveries, self.policy).next_due_ms(self.now_ms)

    @property
    def told(self) -> list[tuple[str, NotOffered | None]]:
        """What happened, and why it is not offered."""
        return [(entry.event.kind, entry.event.reason) for entry in self.entries]

    @property
    def it(self) -> EntityState:
        """What is known of the one entity."""
        return self.known.of("it")


ON, OFF = '"value":"on"', '"value":"off"'
OPEN, CLOSED = '"value":"open"', '"value":"closed"'
HOLD, RELEASE, SINGLE = '"press":"long"', '"press":"long_release"', '"press":"single"'
ONLINE, OFFLINE = '"online":true', '"online":false'


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


def button_behind() -> Home:
    return Home(*gateway(of(EntityKind.BUTTON, habits=Habits(behind=True))))


def test_a_press_right_after_its_gateway_came_online_is_one_that_was_before() -> None:
    home = button_behind()
    home.hear(ONLINE, on="hub/state")
    home.hear(SINGLE, after_s=3)
    home.hear(SINGLE, after_s=0.1)
    assert home.told == [("button.single", NotOffered.REPLAYED), ("button.single", None)]


def test_a_hold_that_was_before_is_none_that_goes_on() -> None:
    home = Home(*gateway(of(EntityKind.BUTTON, habits=Habits(behind=True, hold_repeats=True))))
    home.hear(ONLINE, on="hub/state")
    home.hear(HOLD, after_s=1)
    home.hear(HOLD, after_s=4)
    assert home.told == [("button.long", NotOffered.REPLAYED), ("button.long", None)]


def test_a_gateway_that_says_again_that_it_is_online_has_come_again() -> None:
    home = button_behind()
    home.hear(ONLINE, on="hub/state")
    home.hear(ONLINE, on="hub/state", after_s=60)
    home.hear(SINGLE, after_s=1)
    assert home.told == [("button.single", NotOffered.REPLAYED)]


def test_a_gateway_that_has_been_online_since_before_we_came_replays_nothing() -> None:
    home = button_behind()
    home.hear(ONLINE, on="hub/state", retained=True)
    home.hear(SINGLE)
    assert home.offered == ["button.single"]


@pytest.mark.parametrize(
    ("at_s", "after_s", "reason"),
    [
        (-5, 1, NotOffered.REPLAYED),
        (-5, 60, NotOffered.REPLAYED),
        (1, 2, None),
        (60, 60, None),
        (-1_769_999_999, 60, None),  # a device that does not know the time
        (-1_769_999_999, 1, NotOffered.REPLAYED),
    ],
)
def test_the_time_of_the_device_knows_better(at_s: float, after_s: float, reason: NotOffered | None) -> None:
    home = button_behind()
    home.hear(ONLINE, on="hub/state")
    home.hear(f'{SINGLE},"at":{NOON_MS + round(at_s * 1000)}', after_s=after_s)
    assert home.told == [("button.single", reason)]


def test_a_gateway_that_goes_takes_its_devices_along_with_one_event() -> None:
    topics = ("it/available", "hub/state")
    reach = of(EntityKind.AVAILABILITY, *topics, availability=AvailabilityMode.ALL, habits=Habits(behind=True))
    home = Home(*gateway(reach))
    for topic in ("hub/state", "it/available"):
        home.hear(ONLINE, on=topic)
    home.hear(OFFLINE, on="hub/state")
    home.hear(OFFLINE, on="hub/state")
    assert [entry.event.device for entry in home.entries] == ["hub-device"]
    home.hear(ONLINE, on="hub/state")
    assert home.offered == ["device.went_offline", "device.came_online"]
    home.hear(OFFLINE, on="it/available")
    assert home.offered[2:] == ["device.went_offline"], "on its own it still counts"


def test_a_device_that_never_spoke_for_itself_is_not_held_to_be_gone_when_its_gateway_is_back() -> None:
    topics = ("it/available", "hub/state")
    reach = of(EntityKind.AVAILABILITY, *topics, availability=AvailabilityMode.ALL, habits=Habits(behind=True))
    home = Home(*gateway(reach))
    for word in (ONLINE, OFFLINE, ONLINE):
        home.hear(word, on="hub/state")
    assert home.it.value is None
    home.hear(OFFLINE, on="hub/state")
    home.hear(OFFLINE, on="it/available")
    home.hear(ONLINE, on="hub/state")
    assert home.it.value == "offline", "its own word counts again"
    assert [entry.event.device for entry in home.entries] == ["hub-device"] * 4


def test_a_device_that_comes_back_while_its_gateway_is_away_makes_no_event() -> None:
    home = Home(*gateway(of(EntityKind.AVAILABILITY, "it", habits=Habits(behind=True))))
    home.hear(ONLINE, on="hub/state")
    for word in (ONLINE, OFFLINE):
        home.hear(word)
    home.hear(OFFLINE, on="hub/state")
    home.hear(ONLINE)
    home.hear(OFFLINE)
    assert home.it.value == "online"
    assert home.offered == ["device.went_offline", "device.went_offline"]


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
