"""Kept answers: the same bytes until something happens, and never too long."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bridge.events import CONTACT_OPENED, Event
from bridge.storage.events import Events
from bridge.timeline.entry import Entry, TimelineKey, entry_id
from bridge.timeline.timeline import Question, Timelines
from bridge.web.answers import AnswerKey, Answers
from bridge.web.envelope import encode_data
from tests.integration.web.site import NOON_MS, Site, running_site

ELM = TimelineKey("elm", None, CONTACT_OPENED)


@dataclass
class Halting:
    """The real timelines; an answer that was read waits at the gate before it comes back."""

    events: Timelines
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0

    async def newest(self, question: Question) -> list[Entry]:
        """Read, then wait."""
        found = await self.events.newest(question)
        self.asked += 1
        self.reached.set()
        await self.gate.wait()
        return found


async def test_equal_polls_get_equal_bytes_until_an_event_is_committed(site: Site) -> None:
    await site.happen(times=5)
    first = await site.poll("ann", limit=3)
    await site.happen("elm-light", "light.turned_on")
    await site.happen("oak-door")
    assert (await site.poll("ann", limit=3)).body == first.body
    new = await site.happen()
    assert (await site.poll("ann", limit=3)).ids == new + first.ids[:2]


async def test_an_identity_that_asks_for_more_or_less_than_the_last_time_gets_that(site: Site) -> None:
    await site.poll("ann", trigger_identity="a")
    await site.happen(times=3)
    for limit in (50, 50, 1, 1, 0, 2, 50):
        assert len((await site.poll("ann", trigger_identity="a", limit=limit)).ids) == min(limit, 3)


async def test_an_equal_poll_is_answered_without_asking_the_database(tmp_path: Path) -> None:
    halting: list[Halting] = []

    def wrap(events: Events) -> Timelines:
        halting.append(Halting(events))
        halting[0].gate.set()
        return halting[0]

    async with running_site(tmp_path, wrap_timelines=wrap) as site:
        await site.happen(times=3)
        for _ in range(5):
            assert len((await site.poll("ann")).data) == 3
            assert len((await site.poll("ben")).data) == 3
        assert halting[0].asked == 1


async def test_the_newest_event_that_an_identity_is_shown_is_noted_from_a_kept_answer_too(site: Site) -> None:
    await site.poll("ann", trigger_identity="a")
    assert site.shown == []
    await site.happen(times=2)
    for _ in range(2):
        await site.poll("ann", trigger_identity="a")
        await site.poll("ann")
    await site.poll("ann", trigger_identity="a", limit=0)
    assert [(key.identity, seq) for key, seq in site.shown] == [("a", site.newest_seq)] * 2


async def test_an_event_committed_while_an_answer_is_read_is_shown_by_the_next_poll(tmp_path: Path) -> None:
    halting: list[Halting] = []

    def wrap(events: Events) -> Timelines:
        halting.append(Halting(events))
        return halting[0]

    async with running_site(tmp_path, wrap_timelines=wrap) as site, asyncio.TaskGroup() as tasks:
        under_way = tasks.create_task(site.poll("ann"))
        await halting[0].reached.wait()
        happened = await site.happen()
        halting[0].gate.set()
        assert (await under_way).data == []
        assert (await site.poll("ann")).ids == happened


async def test_an_event_committed_at_first_sight_is_shown(tmp_path: Path) -> None:
    halting: list[Halting] = []

    def wrap(events: Events) -> Timelines:
        halting.append(Halting(events))
        return halting[0]

    async with running_site(tmp_path, wrap_timelines=wrap) as site, asyncio.TaskGroup() as tasks:
        under_way = tasks.create_task(site.poll("ann", trigger_identity="abc"))
        await halting[0].reached.wait()
        happened = await site.happen()
        halting[0].gate.set()
        assert (await under_way).ids == happened


def entry(seq: int, where: str = "elm-door") -> Entry:
    return Entry(seq, entry_id(NOON_MS), NOON_MS, Event(where[:3], where, where, CONTACT_OPENED, {}))


def test_no_more_is_kept_than_allowed_and_the_oldest_goes_first() -> None:
    answers = Answers(max_bytes=20_000)
    encoded = encode_data("x" * 1000)
    keys = [AnswerKey("door_opened", Question(ELM, start_seq=number)) for number in range(200)]
    for key in keys:
        reading = answers.begin(ELM)
        answers.keep(key, encoded, reading)
        answers.end(reading)
        assert answers.size <= 20_000
    kept = [key for key in keys if answers.find(key) is not None]
    assert 5 < len(kept) < 200
    assert kept == keys[-len(kept) :]


def test_what_is_larger_than_everything_is_not_kept() -> None:
    answers = Answers(max_bytes=1000)
    reading, key = answers.begin(ELM), AnswerKey("door_opened", Question(ELM))
    answers.keep(key, encode_data("x" * 2000), reading)
    assert (answers.find(key), answers.size) == (None, 0)


def test_what_is_forgotten_leaves_nothing_behind() -> None:
    answers = Answers()
    for number in range(50):
        reading = answers.begin(ELM)
        answers.keep(AnswerKey("door_opened", Question(ELM, number)), encode_data([]), reading)
        answers.end(reading)
    answers.committed([entry(1, "oak-door")], {})
    assert answers.size > 0
    answers.committed([entry(2)], {})
    assert answers.size == 0
    assert answers.find(AnswerKey("door_opened", Question(ELM, 3))) is None


@pytest.mark.parametrize("where", ["elm-door", "elm-window"])
def test_a_reading_is_outdated_by_every_event_of_its_timeline(where: str) -> None:
    answers = Answers()
    reading, key = answers.begin(ELM), AnswerKey("door_opened", Question(ELM))
    answers.committed([entry(1, where)], {})
    answers.keep(key, encode_data([]), reading)
    answers.end(reading)
    assert answers.find(key) is None
