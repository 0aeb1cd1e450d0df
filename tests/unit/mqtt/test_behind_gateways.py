"""What a gateway that comes and goes does to those who speak through it, and to their presses."""

import pytest

from bridge.devices.entity import AvailabilityMode, EntityKind, Habits
from bridge.events import NotOffered
from tests.unit.mqtt.living import (
    HOLD,
    NOON_MS,
    OFFLINE,
    ONLINE,
    SINGLE,
    Home,
    gateway,
    of,
)


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
