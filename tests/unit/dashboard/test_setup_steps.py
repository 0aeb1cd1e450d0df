"""Which steps of the set-up are done follows from what is known, and the first that is not comes next."""

from dataclasses import replace
from typing import Final

import pytest

from bridge.dashboard.setup_steps import NEEDED, Applets, Configured, Facts, Found, found_by_source, steps_of

CONFIGURED: Final = Configured(
    broker="mqtt://localhost:1883",
    own_broker=False,
    discovery=("zigbee2mqtt",),
    devices=0,
    key_stands_in=False,
    url="https://home.example.org",
    clients=("production",),
)
READY: Final = Facts(
    CONFIGURED,
    "",
    (Found("zigbee2mqtt", 3, 2),),
    ("anna",),
    ("anna",),
    Applets(1, told=True),
    NEEDED,
)


def undone(facts: Facts) -> list[str]:
    """Return the steps that are not done."""
    return [step.name for step in steps_of(facts) if not step.done]


def test_all_is_done_once_an_event_of_an_applet_was_told() -> None:
    assert undone(READY) == []
    assert not any(step.now for step in steps_of(READY))


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        (replace(READY, broker_trouble="nothing listens there"), "broker"),
        (replace(READY, found=(Found("zigbee2mqtt", 3, 0),)), "devices"),
        (replace(READY, people=()), "people"),
        (replace(READY, ticks=NEEDED - {"actions"}), "platform"),
        (replace(READY, configured=replace(CONFIGURED, key_stands_in=True)), "platform"),
        (replace(READY, configured=replace(CONFIGURED, clients=())), "platform"),
        (replace(READY, configured=replace(CONFIGURED, url="")), "address"),
        (replace(READY, applets=Applets(1)), "applet"),
        (replace(READY, applets=Applets()), "applet"),
    ],
)
def test_each_step_is_undone_for_a_reason_of_its_own(facts: Facts, step: str) -> None:
    assert undone(facts) == [step]
    assert [each.name for each in steps_of(facts) if each.now] == [step]


def test_the_address_is_reached_when_it_was_tried_and_no_other_address_is() -> None:
    nobody = replace(READY, connected=())
    tried = replace(nobody, ticks=NEEDED | {f"reached:{CONFIGURED.url}"})
    assert undone(nobody) == ["address", "connect"]
    assert undone(tried) == ["connect"]
    assert undone(replace(tried, configured=replace(CONFIGURED, url="https://other.example.org"))) == [
        "address",
        "connect",
    ]


def test_a_device_of_the_configuration_is_one_too() -> None:
    assert undone(replace(READY, found=(), configured=replace(CONFIGURED, devices=1))) == []


def test_devices_are_counted_by_convention_whatever_network_they_are_of() -> None:
    announced = [("zigbee2mqtt", False), ("zigbee2mqtt:attic", True), ("homie", False)]
    assert found_by_source(announced) == (Found("homie", 1, 0), Found("zigbee2mqtt", 2, 1))
