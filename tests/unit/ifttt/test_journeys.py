"""Why an event did, or did not, reach an Applet: each reason on its own, and never a guess."""

import dataclasses
from collections.abc import Mapping
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bridge.events import BATTERY_LOW, CONTACT_CLOSED, CONTACT_OPENED, Event, NotOffered
from bridge.homes.sight import Share
from bridge.ifttt.applets import Applet, State
from bridge.ifttt.identities import RESTS_AFTER_MS, IdentityKey
from bridge.ifttt.ingredients import iso_time
from bridge.ifttt.journey_words import outcome_words, reason_words, span, verdict_words
from bridge.ifttt.journeys import Sharing, Verdict, Why, concerned_first, is_about, judge, triggers_of
from bridge.ifttt.service import TRIGGERS, timeline_of
from bridge.ifttt.watermarks import Asked, KeptMoves, Told
from bridge.timeline.arrived import line_of
from bridge.timeline.entry import Entry

NOON_MS: Final = 1_770_000_000_000
NAMES: Final = {"front-door": "Front door", "back-door": "Back door", "bell": "Bell", "cellar": "Cellar"}


def name_of(thing: str) -> str:
    return NAMES.get(thing, thing)


def entry(seq: int = 10, thing: str = "front-door", kind: str = CONTACT_OPENED, **facts: NotOffered | int) -> Entry:
    event = replace(Event("elm", thing, thing, kind, {}), **facts)
    return Entry(seq, "id", NOON_MS, event)


def applet(trigger: str = "door_opened", fields: Mapping[str, str] | None = None, /, **facts: int | None) -> Applet:
    """Return an Applet of ann, who is connected, as it was a moment before noon."""
    chosen = fields or {"door": "front-door"}
    key = IdentityKey("ifttt", "u_1", "abc")
    timeline, times = timeline_of("elm", trigger, chosen), (NOON_MS - 1000, 1, 0, NOON_MS - 500)
    waiting = Applet(key, "elm", "ann", 1, True, trigger, chosen, timeline, *times)  # noqa: FBT003 -- it is a row
    return dataclasses.replace(waiting, **facts)  # type: ignore[arg-type]  # their names are checked when it is made


def told(seq: int, outcome: str = "200", *, first_ms: int = NOON_MS + 1000, at_ms: int = NOON_MS + 1000) -> Told:
    return Told(seq, outcome, first_ms, at_ms)


def moves(*told_ones: Told, asked: tuple[Asked, ...] = (), told_before: bool = False) -> KeptMoves:
    return KeptMoves(list(told_ones), list(asked), told_before=told_before)


def verdict(of: Entry, waiting: Applet, known: KeptMoves | None = None, sharing: Sharing | None = None) -> Verdict:
    return judge(of, waiting, sharing or Sharing(("front-door",)), known or moves())


def words(of: Entry, waiting: Applet, known: KeptMoves | None = None, sharing: Sharing | None = None) -> str:
    return verdict_words(verdict(of, waiting, known, sharing), of, name_of)


def test_one_that_was_told_and_asked_says_when_and_with_which_status() -> None:
    known = moves(told(8), told(12), told(15), asked=(Asked(9, NOON_MS), Asked(12, NOON_MS + 2000)))
    found = verdict(entry(10), applet(), known)
    assert (found.why, found.told, found.asked) == (None, told(12), Asked(12, NOON_MS + 2000))
    said = f"IFTTT was told {iso_time(NOON_MS + 1000)} (200); it asked {iso_time(NOON_MS + 2000)}"
    assert verdict_words(found, entry(10), name_of) == said
    assert verdict(entry(12), applet(), known).asked == Asked(12, NOON_MS + 2000), "that very one was the newest shown"


def test_any_thing_and_any_press_are_concerned_too() -> None:
    press = entry(thing="bell", kind="button.double")
    for fields in ({"button": "any", "press": "any"}, {"button": "bell", "press": "any"}):
        assert verdict(press, applet("button_pressed", fields)).why is None


def test_another_press_is_told_with_what_it_waits_for_and_what_this_was() -> None:
    press, waiting = (
        entry(thing="bell", kind="button.single"),
        applet("button_pressed", {"button": "bell", "press": "long"}),
    )
    assert verdict(press, waiting).why is Why.OTHER_FIELD
    assert words(press, waiting) == 'it waits for "long", and this was "single"'


def test_another_thing_and_another_threshold_are_both_told() -> None:
    crossing = entry(thing="cellar", kind="value.rose_above.25")
    waiting = applet("value_rose_above", {"sensor": "attic", "threshold": "30"})
    assert words(crossing, waiting) == ('it waits for attic, and this was Cellar; it waits for "30", and this was "25"')


def test_another_custom_event_is_another_thing() -> None:
    waiting = applet("custom_event", {"event": "custom.letter"})
    assert words(entry(thing="custom.parcel", kind="custom.parcel"), waiting) == (
        "it waits for custom.letter, and this was custom.parcel"
    )


def test_one_that_waits_for_something_else_says_for_what() -> None:
    closing = entry(kind=CONTACT_CLOSED)
    assert verdict(closing, applet()).why is Why.OTHER_TRIGGER
    assert words(closing, applet()) == "it waits for something else: when Front door opens"
    assert is_about(closing.event, applet())
    assert not is_about(entry(thing="bell", kind="button.single").event, applet())


@pytest.mark.parametrize("reason", NotOffered)
def test_whatever_kept_an_event_from_all_is_told(reason: NotOffered) -> None:
    held = entry(reason=reason)
    assert verdict(held, applet(), moves(told(20))).why is Why.NOT_OFFERED
    assert words(held, applet()) == reason_words(held, name_of) != ""


def test_one_that_came_late_says_by_how_much() -> None:
    line = line_of("home/bell", 1, 0.0, retained=False, duplicate=False, away_s=300.0)
    late = replace(entry(kind="button.single", reason=NotOffered.LATE), arrived=line)
    assert "while the bridge was away for 5 minutes" in reason_words(late, name_of)
    timed = entry(kind="button.single", reason=NotOffered.LATE, device_time_ms=NOON_MS - 7 * 3600 * 1000)
    assert "7 hours after it had happened" in reason_words(timed, name_of)


def test_what_a_person_did_not_see_just_then_is_told() -> None:
    taken_away = Sharing(
        ("front-door",), {("u_1", "front-door"): Share("u_1", "front-door", shared=False, since_seq=9)}
    )
    assert verdict(entry(10), applet(), sharing=taken_away).why is Why.NOT_SHARED
    assert words(entry(10), applet(), sharing=taken_away) == "Front door was not shared with ann just then"
    assert verdict(entry(8), applet(), sharing=taken_away).why is None, "it was taken away later"
    shared_again = Sharing(
        ("front-door",), {("u_1", "front-door"): Share("u_1", "front-door", shared=True, since_seq=20)}
    )
    assert verdict(entry(10), applet(), sharing=shared_again).why is Why.NOT_SHARED
    assert verdict(entry(20), applet(), sharing=shared_again).why is None


def test_what_was_told_of_itself_was_told_whatever_has_been_taken_away_since() -> None:
    shared_again = Sharing(
        ("front-door",), {("u_1", "front-door"): Share("u_1", "front-door", shared=True, since_seq=20)}
    )
    assert verdict(entry(10), applet(), moves(told(10)), shared_again).why is None


def test_a_device_is_seen_where_one_of_its_things_is() -> None:
    shares = {("u_1", thing): Share("u_1", thing, shared=False, since_seq=1) for thing in ("contact", "battery")}
    low = entry(kind=BATTERY_LOW)
    waiting = applet("battery_low", {"device": "any"})
    assert verdict(low, waiting, sharing=Sharing(("contact", "battery"), shares)).why is Why.NOT_SHARED
    del shares["u_1", "battery"]
    assert verdict(low, waiting, sharing=Sharing(("contact", "battery"), shares)).why is None


def test_an_applet_that_is_newer_than_the_event_is_not_concerned() -> None:
    waiting = applet(start_seq=11, first_seen_ms=NOON_MS + 70_000)
    assert verdict(entry(10), waiting).why is Why.NEWER
    assert words(entry(10), waiting) == f"it is newer than that: IFTTT first asked for it {iso_time(NOON_MS + 70_000)}"
    assert verdict(entry(10), applet(user_since_seq=11)).why is Why.NEWER_USER
    assert "account of ann is newer" in words(entry(10), applet(user_since_seq=11))


def test_the_event_for_which_somebody_made_the_applet_had_to_be_told_to_nobody() -> None:
    waiting = applet(start_seq=10, told_seq=10, first_seen_ms=NOON_MS + 30_000, last_polled_ms=NOON_MS + 30_000)
    known = moves(asked=(Asked(10, NOON_MS + 30_000),))
    assert words(entry(10), waiting, known).startswith("nobody had to be told: it happened shortly before")


def test_one_that_had_ended_is_not_concerned_and_one_that_ended_later_was() -> None:
    assert verdict(entry(10), applet(removed_ms=NOON_MS - 1)).why is Why.ENDED
    assert "it had ended already" in words(entry(10), applet(removed_ms=NOON_MS - 1))
    assert verdict(entry(10), applet(removed_ms=NOON_MS + 1), moves(told(10))).why is None


def test_nobody_is_told_whose_connection_has_ended() -> None:
    assert verdict(entry(10), applet(connected=False)).why is Why.NOT_CONNECTED
    assert words(entry(10), applet(connected=False)) == "ann is not connected to IFTTT any more"
    assert verdict(entry(10), applet(connected=False), moves(told(10))).why is None, "it was told before that"


def test_one_that_rests_was_told_nothing() -> None:
    resting = applet(last_polled_ms=NOON_MS - RESTS_AFTER_MS - 1)
    assert verdict(entry(10), resting).why is Why.RESTS
    assert "30 days" in words(entry(10), resting)


def test_one_that_ifttt_does_not_take_says_what_it_answers_and_since_when() -> None:
    known = moves(told(8), told(10, "503", first_ms=NOON_MS + 100, at_ms=NOON_MS + 60_000))
    assert words(entry(10), applet(), known) == (
        f"IFTTT has not been told: IFTTT took nothing (503), {iso_time(NOON_MS)} until {iso_time(NOON_MS + 60_000)}; "
        f"it has not asked since (last {iso_time(NOON_MS - 500)})"
    )
    known.told.append(told(10, at_ms=NOON_MS + 90_000))
    assert words(entry(10), applet(), known).startswith(f"IFTTT was told {iso_time(NOON_MS + 90_000)} (200)")


def test_what_is_not_kept_any_more_is_said_to_be_so() -> None:
    found = verdict(entry(10), applet(), moves(told(50), told(60), told_before=True))
    assert (found.told, found.told_by) == (told(50), True)
    assert "IFTTT was told by 2026" in verdict_words(found, entry(10), name_of)
    assert not verdict(entry(55), applet(), moves(told(50), told(60), told_before=True)).told_by
    assert words(entry(10), applet(told_seq=10)).startswith("IFTTT was told; when that was is not kept")
    assert words(entry(10), applet(told_seq=9)).startswith("IFTTT has not been told")


def test_a_trigger_that_is_no_longer_offered_is_named() -> None:
    old = applet("door_slammed", {"door": "front-door"})
    assert verdict(entry(10), old).why is Why.NO_TRIGGER
    assert "door_slammed" in words(entry(10), old)
    assert old.sentence(name_of) == "door_slammed"
    assert old.state(NOON_MS) is State.NOT_OFFERED


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, State.WAITS),
        ({"removed_ms": 1}, State.ENDED),
        ({"connected": False}, State.NOT_CONNECTED),
        ({"last_polled_ms": 0}, State.RESTS),
    ],
)
def test_how_an_applet_is(facts: dict[str, int], state: State) -> None:
    assert applet(**facts).state(NOON_MS) is state


@given(st.lists(st.tuples(st.integers(1, 60), st.sampled_from(["200", "503", "404"])), max_size=12), st.integers(1, 60))
def test_told_is_the_first_success_that_covers_it_and_otherwise_nothing_but_attempts(
    attempts: list[tuple[int, str]], seq: int
) -> None:
    attempts.sort()
    known = moves(*(told(up_to, outcome) for up_to, outcome in attempts))
    found = verdict(entry(seq), applet(), known)
    good = [up_to for up_to, outcome in attempts if outcome == "200" and up_to >= seq]
    if good:
        assert found.told is not None
        assert (found.told.up_to_seq, found.told.succeeded) == (good[0], True)
    else:
        assert found.told is None or not found.told.succeeded


@pytest.mark.parametrize("slug", TRIGGERS)
def test_every_trigger_says_what_it_waits_for_and_is_found_by_its_kind(slug: str) -> None:
    trigger = TRIGGERS[slug]
    chosen = {"press": "double", "minutes": "10", "threshold": "25", "event": "custom.parcel"}
    fields = {each.slug: chosen.get(each.slug, "front-door") for each in trigger.fields}
    sentence = trigger.sentence(fields, name_of)
    assert sentence.startswith("when ")
    assert "{" not in sentence
    assert all(name_of(value) in sentence for value in fields.values()), sentence
    assert slug in triggers_of(trigger.kind_of(fields))


def test_any_is_said_as_people_say_it() -> None:
    assert applet("button_pressed", {"button": "any", "press": "any"}).sentence(name_of) == (
        "when any button is pressed (any press)"
    )
    assert applet().sentence(name_of) == "when Front door opens"


def test_whom_it_concerned_comes_first_and_then_who_nearly_waits_for_it() -> None:
    reasons = (Why.OTHER_TRIGGER, None, Why.RESTS, Why.OTHER_FIELD)
    found = concerned_first(Verdict(applet(), why) for why in reasons)
    assert [each.why for each in found] == [None, Why.RESTS, Why.OTHER_FIELD, Why.OTHER_TRIGGER]


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("200", "IFTTT took note (200)"),
        ("404", "IFTTT did not know the Applet (404)"),
        ("401", "IFTTT refused the service key (401)"),
        ("503", "IFTTT took nothing (503)"),
        ("timeout", "IFTTT did not answer in time"),
    ],
)
def test_what_came_of_an_attempt_in_words(outcome: str, said: str) -> None:
    assert outcome_words(outcome) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 seconds"), (1, "1 second"), (119, "119 seconds"), (120, "2 minutes"), (7200, "2 hours"), (2e5, "2 days")],
)
def test_how_long_something_took_in_words(seconds: float, said: str) -> None:
    assert span(seconds) == said
