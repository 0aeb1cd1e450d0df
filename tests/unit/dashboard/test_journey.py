"""The journey of an event and the state of an Applet, in words."""

import dataclasses
from typing import Final

import pytest
from msgspec.structs import replace

from bridge.dashboard.applets import card_of, pages_of
from bridge.dashboard.journey import journey_of
from bridge.dashboard.lines import Named, days_of, devices_of, names_of, parts_of
from bridge.dashboard.local_time import at_ms, local_time
from bridge.dashboard.verdicts import Cure, Meant, meant_of
from bridge.desk.journey_rows import AppletJourney, AppletRow, ArrivedRow, JourneyRow, TimelinePage, VerdictRow
from bridge.desk.rows import EventRow
from bridge.devices.entity import Device
from bridge.ifttt.applets import State
from bridge.ifttt.journeys import Why
from bridge.ifttt.service import TRIGGERS
from tests.unit.devices.examples import door

AT: Final = "2026-03-02T12:00:00Z"
CLOCK: Final = local_time("Europe/Berlin", at_ms(AT) + 90_000)
EVENT: Final = EventRow(
    id="e1",
    seq=7,
    home="elm",
    entity="door",
    device="door",
    kind="contact.opened",
    recorded_at=AT,
    offered=True,
    reason=None,
    ingredients={"device_name": "Front door", "room": "Hall"},
)
HIDDEN: Final = replace(EVENT, offered=False, reason="hidden")
CONCERNED: Final = VerdictRow(
    identity="i/1",
    user="ann",
    client="production",
    waits_for="when Front door opens",
    state="waits",
    why=None,
    words="",
    told="2026-03-02T12:00:01Z",
    told_after_ms=12,
    told_by=False,
    outcome="200",
    asked="2026-03-02T12:00:03Z",
    asked_after_ms=2400,
    asked_by=False,
    last_poll="2026-03-02T12:00:03Z",
    last_poll_age_s=87,
)
ARRIVED: Final = ArrivedRow(
    topic="home/door",
    qos=1,
    retained=False,
    duplicate=False,
    backlog=False,
    away_s=None,
    delay_ms=2,
    notes=("QoS 1", "understood after 2 ms"),
)
ROW: Final = JourneyRow(
    event=EVENT,
    arrived=ARRIVED,
    name="Front door",
    before="closed",
    after="open",
    device_time=None,
    reason="",
    applets=(CONCERNED,),
    left_out=0,
)
APPLET: Final = AppletRow(
    identity="i/1",
    user="ann",
    home="elm",
    client="production",
    trigger="door_opened",
    fields={"door": "door"},
    words="when Front door opens",
    state="waits",
    since="2026-03-01T08:00:00Z",
    ended=None,
    last_poll="2026-03-02T12:00:03Z",
    last_poll_age_s=87,
    last_told="2026-03-02T12:00:01Z",
    events=3,
    more_events=False,
    errors=0,
    trouble="",
)
DOOR: Final = door("door", name="Front door", home="elm")
KEYS: Final = [
    dataclasses.replace(door(f"wall.{key}", home="elm"), name=key, device=Device("wall", "elm", "Wall"))
    for key in ("left", "right")
]


def not_meant(why: Why, words: str) -> VerdictRow:
    """Return a verdict on an Applet that did not get it."""
    return replace(CONCERNED, why=why.value, words=words, told=None, outcome=None, asked=None)


def judged(verdict: VerdictRow, event: EventRow = EVENT) -> Meant:
    """Return what a page says of it."""
    return meant_of(verdict, event, CLOCK)


def test_each_step_has_its_time_and_how_much_later_it_was() -> None:
    journey = journey_of(ROW, CLOCK)
    assert (journey.title, journey.what, journey.room, journey.day) == ("Front door", "opened", "Hall", "Today")
    received, understood, kept = journey.steps
    assert received.at is not None
    assert (received.title, received.at.text) == ("Received", "13:00:00")
    assert received.notes == ("on home/door", "QoS 1, understood after 2 ms")
    assert understood.notes == ("as contact.opened", "closed → open")
    assert kept.title == "On disk"
    [meant] = journey.concerned
    told, asked = meant.steps
    assert (told.title, told.notes) == ("Told IFTTT", ("IFTTT took note (200)", "12 ms later"))
    assert (asked.title, asked.notes) == ("IFTTT asked, and got it", ("2.4 s later",))
    assert (meant.badge, meant.tone, meant.cure, meant.address) == ("IFTTT has it", "good", None, "/applet/i%2F1")
    assert (journey.missed, journey.elsewhere) == ((), ())


def test_what_time_alone_made_was_not_received() -> None:
    first = journey_of(replace(ROW, arrived=None), CLOCK).steps[0]
    assert (first.title, first.at) == ("Nothing was received", None)


def test_what_a_device_says_of_the_time_is_told_as_it_is_on_the_wall() -> None:
    received = journey_of(replace(ROW, device_time="2026-03-02T11:59:00Z"), CLOCK).steps[0]
    assert received.notes[-1] == "the device says that it happened today at 12:59:00"


def test_who_was_told_and_has_not_asked_is_good_until_it_is_too_long() -> None:
    soon = judged(replace(CONCERNED, asked=None))
    assert (soon.badge, soon.steps[1].title, soon.steps[1].tone) == ("told", "IFTTT has not asked yet", "")
    late = judged(replace(CONCERNED, asked=None, last_poll_age_s=25 * 3600))
    assert late.steps[1].tone == "bad"


@pytest.mark.parametrize(("outcome", "said"), [("503", "(503)"), ("timeout", "did not answer in time")])
def test_attempts_in_vain_are_bad_and_lead_to_health(outcome: str, said: str) -> None:
    meant = judged(replace(CONCERNED, asked=None, outcome=outcome))
    assert (meant.badge, meant.tone) == ("could not be told", "bad")
    assert said in meant.steps[0].notes[0]
    assert meant.cure == Cure("See how IFTTT is reached", "/health")


def test_nobody_has_been_told_yet() -> None:
    meant = judged(replace(CONCERNED, asked=None, told=None, outcome=None))
    assert (meant.badge, meant.steps[0].title) == ("not told yet", "IFTTT was not told")


def test_what_is_no_longer_known_is_not_guessed() -> None:
    told = judged(replace(CONCERNED, told_by=True)).steps[0]
    assert told.notes[1] == "by then, or before: what was earlier is not kept"


@pytest.mark.parametrize(
    ("why", "badge", "cure"),
    [
        (Why.OTHER_FIELD, "not concerned", None),
        (Why.OTHER_TRIGGER, "not concerned", None),
        (Why.NEWER, "missed", None),
        (Why.NOT_SHARED, "missed", Cure("See what ann sees", "/device/door")),
        (Why.NOT_CONNECTED, "missed", Cure("See how ann is connected", "/people")),
    ],
)
def test_why_not_is_a_sentence_with_what_can_be_done(why: Why, badge: str, cure: Cure | None) -> None:
    meant = judged(not_meant(why, "it first asked 2026-03-02T12:00:30Z"))
    assert meant.why == "It first asked today at 13:00:30."
    assert (meant.badge, meant.cure, meant.steps) == (badge, cure, ())


def test_what_was_hidden_is_told_before_all_else() -> None:
    verdict = not_meant(Why.NOT_OFFERED, "Front door was hidden from IFTTT just then")
    journey = journey_of(replace(ROW, event=HIDDEN, reason=verdict.words, applets=(verdict,)), CLOCK)
    assert journey.held is not None
    assert (journey.held.short, journey.reason) == ("hidden", "Front door was hidden from IFTTT just then")
    assert journey.cure == Cure("See whether IFTTT sees it now", "/device/door")
    assert (journey.concerned, journey.elsewhere) == ((), ())
    assert journey.missed[0].cure == journey.cure


def test_who_waits_for_something_else_stands_apart_from_who_missed_it() -> None:
    verdicts = (not_meant(Why.OTHER_FIELD, "a"), not_meant(Why.NEWER, "b"), not_meant(Why.OTHER_TRIGGER, "c"))
    journey = journey_of(replace(ROW, applets=verdicts), CLOCK)
    assert [each.why for each in journey.missed] == ["B."]
    assert [each.why for each in journey.elsewhere] == ["A.", "C."]


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_each_trigger_has_a_mark_of_its_family(trigger: str) -> None:
    expected = {"door": "contact", "custom": "custom"}.get(trigger.partition("_")[0], trigger.partition("_")[0])
    assert card_of(replace(APPLET, trigger=trigger), CLOCK).mark == expected


@pytest.mark.parametrize("state", State)
def test_each_state_of_an_applet_is_explained_unless_all_is_well(state: State) -> None:
    health = card_of(replace(APPLET, state=state.value), CLOCK).health
    assert bool(health.meaning) == (state is not State.WAITS)


def test_an_applet_is_told_with_its_times_its_events_and_its_trouble() -> None:
    card = card_of(APPLET, CLOCK)
    assert (card.words, card.user, card.address) == ("When Front door opens", "ann", "/applet/i%2F1")
    assert (card.since.text, card.last_poll.text) == ("1 March at 09:00", "1 min ago")
    assert (card.events, card.trouble) == ("3", "")
    worse = card_of(replace(APPLET, errors=4, trouble="IFTTT took nothing (503)", more_events=True), CLOCK)
    assert (worse.events, worse.trouble) == ("3+", "IFTTT took nothing (503), 4 times")


def test_the_fields_of_an_applet_are_called_as_in_its_form() -> None:
    [page] = pages_of([AppletJourney(APPLET, ((EVENT, CONCERNED),))], names_of([DOOR]), CLOCK)
    assert (page.trigger, page.fields) == ("Door opened", (("Door", "Front door"),))
    assert (page.events[0].line.what, page.events[0].meant.badge) == ("opened", "IFTTT has it")


def test_days_are_those_of_the_clock_and_each_line_says_how_far_it_came() -> None:
    before = replace(EVENT, id="e0", recorded_at="2026-03-01T22:59:59Z", reason="too soon", offered=False)
    days = days_of(TimelinePage([EVENT, before], None, ("told", "")), {"door": "left"}, CLOCK)
    assert [(day.name, [line.id for line in day.lines]) for day in days] == [("Today", ["e1"]), ("Yesterday", ["e0"])]
    first, last = days[0].lines[0], days[1].lines[0]
    assert first.sign is not None
    assert (first.sign.text, first.part, first.held) == ("IFTTT is told", "left", None)
    assert last.sign is None
    assert last.held is not None


def test_a_device_that_does_several_things_is_one_to_choose_and_each_has_its_name() -> None:
    elsewhere = door("gate", name="Gate", home="oak")
    assert devices_of([*KEYS, DOOR, elsewhere], "elm") == [Named("door", "Front door"), Named("wall", "Wall")]
    assert parts_of([*KEYS, DOOR]) == {"wall.left": "left", "wall.right": "right"}
    assert names_of([KEYS[0], DOOR]) == {"wall": "Wall", "wall.left": "Wall: left", "door": "Front door"}
