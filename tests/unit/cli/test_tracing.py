"""How the life of an event, and an Applet, are told on a terminal."""

from argparse import ArgumentParser
from typing import Any

import pytest

from bridge.cli import trace
from bridge.cli.applets import ago, applet_lines, shown
from bridge.desk.journey_rows import AppletRow, ArrivedRow, JourneyRow, VerdictRow
from bridge.desk.rows import EventRow

CURSOR_UP = "\x1b[A"


def event(**facts: Any) -> EventRow:  # noqa: ANN401 -- its own fields
    told: dict[str, Any] = {
        "id": "e" * 32,
        "seq": 7,
        "home": "elm",
        "entity": "bell",
        "device": "bell",
        "kind": "button.single",
        "recorded_at": "NOON",
        "offered": True,
        "reason": None,
        "ingredients": {"device_name": "Bell", "room": ""},
    }
    return EventRow(**{**told, **facts})


def applet(**facts: Any) -> AppletRow:  # noqa: ANN401 -- the same
    told: dict[str, Any] = {
        "identity": "abc",
        "user": "ann",
        "home": "elm",
        "client": "",
        "trigger": "button_pressed",
        "fields": {},
        "words": "when Bell is pressed (long)",
        "state": "waits",
        "since": "MORNING",
        "ended": None,
        "last_poll": "NOON",
        "last_poll_age_s": 1,
        "last_told": None,
        "events": 1,
        "more_events": False,
        "errors": 0,
        "trouble": "",
    }
    return AppletRow(**{**told, **facts})


def verdict(identity: str, why: str | None, words: str) -> VerdictRow:
    return VerdictRow(
        identity=identity,
        user="ann",
        client="",
        waits_for="when Bell is pressed (long)",
        state="waits",
        why=why,
        words=words,
        told=None,
        told_after_ms=None,
        told_by=False,
        outcome=None,
        asked=None,
        asked_after_ms=None,
        asked_by=False,
        last_poll="",
        last_poll_age_s=180,
    )


def journey(*applets: VerdictRow, arrived: ArrivedRow | None = None, left_out: int = 0, **facts: Any) -> JourneyRow:  # noqa: ANN401 -- the same
    return JourneyRow(event(**facts), arrived, "Bell", None, "single", None, "it was hidden", applets, left_out)


def life(told: JourneyRow) -> list[str]:
    return list(trace._life(told))


def test_the_life_of_an_event_goes_from_the_wire_to_the_applets() -> None:
    arrived = ArrivedRow("home/bell", 1, False, False, False, None, 2, ("QoS 1", "understood after 2 ms"))  # noqa: FBT003 -- a row
    concerned, other = verdict("abc", None, "IFTTT was told"), verdict("def", "other field", "it waits for long")
    assert life(journey(concerned, other, arrived=arrived, left_out=3)) == [
        f"button.single of Bell  [{'e' * 32}]",
        "  received    home/bell  (QoS 1, understood after 2 ms)",
        "  understood  button.single (device_name Bell)",
        "  committed   NOON, as number 7 of all",
        "  offered     yes",
        "Concerned:",
        "  when Bell is pressed (long)  (ann)  [abc]",
        "    IFTTT was told; last poll 3 minutes ago",
        "Not concerned:",
        "  when Bell is pressed (long)  (ann)  [def]",
        "    it waits for long",
        "  and 3 more",
    ]


def test_an_event_that_nobody_waits_for_and_that_was_offered_to_nobody_says_so() -> None:
    told = "\n".join(life(journey(offered=False, reason="hidden")))
    assert "received    by no message: time had passed" in told
    assert "offered     no: it was hidden" in told
    assert "No Applet waits for anything of that sort." in told


def test_what_devices_say_moves_no_cursor() -> None:
    arrived = ArrivedRow(f"home/{CURSOR_UP}", 1, False, False, False, None, 2, ())  # noqa: FBT003 -- a row
    told = "\n".join(
        life(journey(verdict("abc", "other field", CURSOR_UP), arrived=arrived, ingredients={"press": CURSOR_UP}))
    )
    assert CURSOR_UP not in told
    assert told.count("\\x1b") == 3
    assert shown("Küche") == "Küche"


def test_an_applet_is_told_in_words_with_what_is_wrong() -> None:
    assert applet_lines(applet()) == [
        "when Bell is pressed (long)  (ann of elm)  [abc]",
        "  waits; since MORNING: 1 event, not told yet, last poll 1 second ago",
    ]
    troubled = applet(client="production", events=200, more_events=True, last_told="TEN", errors=3, trouble="Away")
    assert applet_lines(troubled) == [
        "when Bell is pressed (long)  (ann of elm, to production)  [abc]",
        "  waits; since MORNING: 200 or more events, last told TEN, last poll 1 second ago",
        "  Away: 3 attempts in vain since it was told last",
    ]
    assert applet_lines(applet(state="ended", ended="TEN"))[1].startswith("  ended TEN; since")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconds ago"),
        (119, "119 seconds ago"),
        (120, "2 minutes ago"),
        (7200, "2 hours ago"),
        (172800, "2 days ago"),
    ],
)
def test_how_long_ago_something_was(seconds: int, said: str) -> None:
    assert ago(seconds) == said


def test_without_an_id_the_newest_event_is_meant() -> None:
    parser = ArgumentParser()
    trace.add_arguments(parser)
    found = parser.parse_args([])
    assert (found.id, found.all, found.json) == ("", False, False)
