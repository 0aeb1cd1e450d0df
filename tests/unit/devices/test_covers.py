"""What a cover does becomes opened and closed when it arrives, and nothing else."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.entity import EntityKind
from bridge.devices.interpretation import Circumstances, interpret
from bridge.devices.last_known import NOTHING_KNOWN, EntityState
from bridge.devices.reading import StateReading
from tests.unit.devices.examples import detector

COVER = detector(EntityKind.COVER)
LIVE = Circumstances(now_ms=5000)
WORDS = ("open", "opening", "closed", "closing", "stopped")


def run(*words: str | StateReading, known: EntityState = NOTHING_KNOWN) -> tuple[EntityState, list[str]]:
    kinds = []
    for word in words:
        reading = StateReading(word) if isinstance(word, str) else word
        result = interpret(COVER, known, reading, LIVE)
        known = result.state
        if result.event is not None:
            kinds.append(result.event.kind)
    return known, kinds


@pytest.mark.parametrize(
    ("words", "state", "kinds"),
    [
        (("closed", "opening"), "opening", []),
        (("closed", "opening", "open"), "open", ["cover.opened"]),
        (("closed", "opening", "opening", "open", "open"), "open", ["cover.opened"]),
        (("open", "closing", "closed"), "closed", ["cover.closed"]),
        (("open", "closing", "open"), "open", []),
        (("closed", "opening", "closed"), "closed", []),
        (("open", "closing", "opening", "open"), "open", []),
        (("closed", "opening", "closing", "closed"), "closed", []),
        (("open", "opening", "open"), "open", []),
        (("closed", "opening", "stopped"), "open", ["cover.opened"]),
        (("open", "closing", "stopped"), "closed", ["cover.closed"]),
        (("open", "stopped"), "open", []),
        (("closed", "stopped"), "closed", []),
        (("opening",), None, []),
        (("opening", "open"), "open", []),
        (("closing", "closed"), "closed", []),
        (("stopped",), None, []),
    ],
)
def test_words_lead_to_states_and_events(words: tuple[str, ...], state: str | None, kinds: list[str]) -> None:
    known, happened = run(*words)
    assert (known.value, happened) == (state, kinds)


@pytest.mark.parametrize(
    ("position", "state", "kinds"), [(0, "closed", ["cover.closed"]), (1, "open", []), (100, "open", [])]
)
def test_where_it_stopped_its_position_knows_best(position: int, state: str, kinds: list[str]) -> None:
    assert run("open", "closing", StateReading("stopped", position=position))[0].value == state
    known, happened = run("open", "closing", StateReading(position=position), "stopped")
    assert (known.value, known.position, happened) == (state, position, kinds)


def test_a_position_alone_is_no_event_and_is_kept() -> None:
    known, kinds = run(StateReading(position=30), known=EntityState("open", since_ms=1))
    assert (known, kinds) == (EntityState("open", since_ms=1, position=30), [])


def test_an_event_tells_where_it_came_from_and_not_that_it_was_on_its_way() -> None:
    event = interpret(COVER, EntityState("opening"), StateReading("open"), LIVE).event
    assert event is not None
    assert (event.before, event.after) == ("closed", "open")


@given(st.lists(st.sampled_from(WORDS), max_size=20))
def test_opened_and_closed_take_turns(words: list[str]) -> None:
    _, kinds = run(*words)
    assert all(one != other for one, other in pairwise(kinds))
