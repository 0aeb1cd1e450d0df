"""One number for each subscription, so that what comes by several counts once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.catalogue import Catalogue
from bridge.devices.dialects.custom import CustomMessages
from bridge.devices.entity import Entity, EntityKind
from bridge.mqtt.interpreter import Ignored
from bridge.mqtt.routes import EXACT, requests, route
from tests.unit.devices.examples import door, entity
from tests.unit.mqtt.examples import DOOR, Taken, message

LARGEST = 268_435_455


def custom(slug: str, topic: str) -> Entity:
    return entity(EntityKind.CUSTOM, CustomMessages(topic), identity=f"custom.{slug}", name=slug, room="")


ALL = custom("all", "home/#")
ONE_LEVEL = custom("one-level", "home/+")
SAME = custom("same", DOOR)
COPIES = ((EXACT,), (route("home/#"),), (route("home/+"),))


@given(st.text(st.sampled_from("ab/+#"), max_size=12))
def test_numbers_are_those_that_mqtt_allows_and_exact_topics_share_one(filter_: str) -> None:
    assert 1 <= route(filter_) <= LARGEST
    assert (route(filter_) == EXACT) == ("+" not in filter_ and "#" not in filter_)


def test_a_number_stays_over_restarts() -> None:
    assert route("home/mailbox/+") == 47_708_643


def test_each_request_is_for_one_number_and_not_too_long() -> None:
    topics = [*(str(number) for number in range(5)), "a/+", "b/#"]
    found = [(number, list(some)) for number, some in requests(topics, most=2)]
    assert found == [
        (EXACT, ["0", "1"]),
        (EXACT, ["2", "3"]),
        (EXACT, ["4"]),
        (route("a/+"), ["a/+"]),
        (route("b/#"), ["b/#"]),
    ]


def kinds(*routes: tuple[int, ...]) -> list[str]:
    taken = Taken(Catalogue([door(), ALL, ONE_LEVEL, SAME]))
    taken.commit(message(DOOR, b"closed", qos=0, routes=(EXACT,)))
    before = len(taken.kinds)
    taken.commit(*(message(DOOR, b"open", packet_id=9 + n, routes=each) for n, each in enumerate(routes)))
    return sorted(taken.kinds[before:])


EACH_ONCE = ["contact.opened", "custom.all", "custom.one-level", "custom.same"]


@pytest.mark.parametrize(
    "copies",
    [
        COPIES,  # one for each subscription, as Mosquitto does with MQTT 5
        COPIES[::-1],
        (tuple(number for copy in COPIES for number in copy),),  # one with all numbers, as others do
        ((),),  # one without, as with MQTT 3.1.1
    ],
)
def test_a_message_that_several_subscriptions_take_is_one_event_for_each_who_wanted_it(
    copies: tuple[tuple[int, ...], ...],
) -> None:
    assert kinds(*copies) == EACH_ONCE


def test_what_comes_by_a_subscription_of_before_is_for_nobody() -> None:
    draft = Taken(Catalogue([door(), ONE_LEVEL])).draft(message(DOOR, b"open", routes=(route("home/#"),)))
    assert draft.ignored == [Ignored(DOOR, "no device speaks here")]
    assert not draft.states
