"""What the desk says of Applets and of what became of events, on a real file."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from bridge.desk.journey_rows import AppletPage, AppletRow, JourneyRow, TimelinePage, Traced
from bridge.desk.journeys import PAGE, Journeys
from bridge.desk.requests import JourneyRequest, ListApplets, ReadTimeline, Trace
from bridge.devices.catalogue import Catalogue
from bridge.errors import AccountError
from bridge.events import BUTTON, CONTACT_CLOSED, CONTACT_OPENED, Event, NotOffered
from bridge.homes.sight import Sights
from bridge.homes.user import User
from bridge.ifttt.identities import Identities, Identity, IdentityKey
from bridge.ifttt.service import timeline_of
from bridge.journeys import JourneyNotes, journeys_of
from bridge.registers import Registers
from bridge.storage.database import Database, open_database
from bridge.storage.migrate import migrate
from bridge.timeline.batch import Batch
from bridge.timeline.entry import Entry
from tests.integration.storage.examples import NOON_MS, add_user, execute
from tests.unit.devices.examples import button, door

CATALOGUE: Final = Catalogue(
    [door("front-door", name="Front door", home="elm"), button("bell", name="Bell", home="elm")]
)
THINGS: Final = (
    "INSERT INTO entities (id, home, device, kind, name, room, since_seq, removed_at_ms) VALUES "
    "('front-door', 'elm', 'front-door', 'contact', 'Front door', 'Hall', 0, NULL), "
    "('bell', 'elm', 'bell', 'button', 'Bell', 'Hall', 0, NULL), "
    "('old-gate', 'elm', 'old-gate', 'contact', 'Old gate', 'Garden', 0, 7)"
)


@dataclass
class House:
    """A home, a person in it with Applets, and what has happened. `notes`: what a daemon has not written yet."""

    registers: Registers
    ann: User
    notes: JourneyNotes
    now_ms: int = NOON_MS + 60_000
    sights: Sights = field(default_factory=Sights)
    seq: int = 0

    @property
    def journeys(self) -> Journeys:
        """What answers beside a daemon."""
        return journeys_of(self.registers, lambda: CATALOGUE, lambda: self.sights, lambda: self.now_ms, self.notes)

    async def ask(self, request: JourneyRequest, *, alone: bool = False) -> object:
        """Ask, beside a daemon or without one."""
        without = journeys_of(self.registers, lambda: CATALOGUE, lambda: self.sights, lambda: self.now_ms)
        return await (without if alone else self.journeys).answer(request)

    async def trace(self, beginning: str = "", *, everything: bool = False) -> Traced:
        """Trace."""
        found = await self.ask(Trace(beginning, everything))
        assert isinstance(found, Traced)
        return found

    async def event(self, beginning: str = "", *, everything: bool = False) -> JourneyRow:
        """Trace an event."""
        found = (await self.trace(beginning, everything=everything)).event
        assert found is not None
        return found

    async def applets(self, home: str | None = None, *, alone: bool = False) -> list[AppletRow]:
        """List the Applets."""
        found = await self.ask(ListApplets(home), alone=alone)
        assert isinstance(found, AppletPage)
        return found.applets

    async def add(self, text: str, trigger: str, start_seq: int = 1, **fields: str) -> Identity:
        """Let there be an Applet of ann's."""
        timeline = timeline_of("elm", trigger, fields)
        assert timeline is not None
        key = IdentityKey("", self.ann.id, text)
        identity = Identity(key, trigger, fields, timeline, NOON_MS - 1000, start_seq, 0, NOON_MS - 500)
        await self.registers.identities.keep(identity)
        self.notes.identities.add(identity)
        return identity

    async def happen(self, thing: str, kind: str, **facts: NotOffered) -> str:
        """Let something happen, and return its id."""
        self.seq += 1
        name = {"front-door": "Front door", "bell": "Bell"}.get(thing, thing)
        event = Event("elm", thing, thing, kind, {"device_name": name}, **facts)  # type: ignore[arg-type]  # the reason
        entry = Entry(self.seq, f"{self.seq:06x}{'e' * 26}", NOON_MS + self.seq, event, f"1 2 home/{thing}")
        await self.registers.journal.commit(Batch(entries=(entry,)))
        return entry.id


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_database(tmp_path / "bridge.db") as database:
        await migrate(database)
        ann = await add_user(database)
        await execute(database, THINGS)
        registers = Registers.of(database)
        await registers.accounts.add_token("digest", ann, client="", now_ms=NOON_MS)
        notes = JourneyNotes(registers.watermarks, Identities(), lambda: NOON_MS + 5000)
        found = House(registers, ann, notes)
        found.sights = Sights(await registers.exposure.placed(), await registers.exposure.shares())
        yield found


def database_of(house: House) -> Database:
    return house.registers.accounts._database


async def test_an_event_tells_its_life_from_the_wire_to_each_applet(house: House) -> None:
    one = await house.add("a" * 40, "door_opened", door="front-door")
    await house.add("b" * 40, "door_opened", door="old-gate")
    await house.add("c" * 40, "button_pressed", button="bell", press="long")
    event = await house.happen("front-door", CONTACT_OPENED)
    house.notes.replied([(one.key, 1)], "200")
    house.notes.shown(one.key, 1)
    for beginning in (event, event[:10], event.upper(), ""):
        life = await house.event(beginning)
        assert (life.event.id, life.name, life.reason) == (event, "Front door", "")
        assert life.arrived is not None
        assert (life.arrived.topic, life.arrived.notes) == ("home/front-door", ("QoS 1", "understood after 2 ms"))
        concerned, other = life.applets
        assert (concerned.identity, concerned.why, concerned.outcome) == ("a" * 40, None, "200")
        assert concerned.waits_for == "when Front door opens"
        assert (concerned.told, concerned.asked) == ("2026-02-02T02:40:05Z", "2026-02-02T02:40:05Z")
        assert (other.why, other.words) == ("other field", "it waits for Old gate, and this was Front door")


async def test_what_is_written_and_what_is_not_yet_come_to_the_same(house: House) -> None:
    one = await house.add("a" * 40, "door_opened", door="front-door")
    await house.happen("front-door", CONTACT_OPENED)
    house.notes.replied([(one.key, 1)], "503")
    house.notes.replied([(one.key, 1)], "200")
    house.notes.shown(one.key, 1)
    before = await house.trace()
    await house.notes.write()
    assert house.notes.watermarks.of(one.key) == ([], [])
    assert await house.trace() == before
    assert await house.ask(Trace(""), alone=True) == before


async def test_applets_that_wait_for_something_else_of_the_device_are_told_when_asked_for(house: House) -> None:
    await house.add("a" * 40, "door_closed", door="front-door")
    await house.add("b" * 40, "button_pressed", button="bell", press="any")
    await house.happen("front-door", CONTACT_OPENED)
    assert (await house.event()).applets == ()
    (other,) = (await house.event(everything=True)).applets
    assert (other.why, other.words) == ("other trigger", "it waits for something else: when Front door closes")


async def test_what_was_kept_from_all_says_so_once_and_for_each(house: House) -> None:
    await house.add("a" * 40, "door_opened", door="any")
    await house.happen("front-door", CONTACT_OPENED, reason=NotOffered.HIDDEN)
    life = await house.event()
    assert life.reason == life.applets[0].words == "Front door was hidden from IFTTT just then"


async def test_what_was_taken_away_from_a_person_says_so(house: House) -> None:
    await house.add("a" * 40, "door_opened", door="any")
    before = await house.happen("front-door", CONTACT_OPENED)
    await house.registers.exposure.share("front-door", house.ann, shared=False)
    after = await house.happen("front-door", CONTACT_OPENED)
    assert (await house.event(after)).applets[0].words == "Front door was not shared with ann just then"
    assert (await house.event(before)).applets[0].why is None


async def test_whose_connection_has_ended_is_told_so(house: House) -> None:
    await house.add("a" * 40, "door_opened", door="any")
    await house.registers.accounts.remove_token("digest")
    await house.happen("front-door", CONTACT_OPENED)
    assert (await house.event()).applets[0].words == "ann is not connected to IFTTT any more"
    assert (await house.applets())[0].state == "not connected"


async def test_an_applet_tells_what_became_of_the_newest_events_of_its_sort(house: House) -> None:
    one = await house.add("a" * 40, "button_pressed", button="bell", press="long")
    await house.happen("bell", f"{BUTTON}.long")
    house.notes.replied([(one.key, 1)], "200")
    await house.happen("bell", f"{BUTTON}.single")
    await house.happen("bell", f"{BUTTON}.long", reason=NotOffered.LATE)
    await house.happen("front-door", CONTACT_OPENED)
    (found,) = (await house.trace("aaaaaa")).applets
    assert found.applet.words == "when Bell is pressed (long)"
    assert [(event.kind, verdict.why) for event, verdict in found.events] == [
        ("button.long", "not offered"),
        ("button.single", "other field"),
        ("button.long", None),
    ]
    assert "IFTTT was told" in found.events[-1][1].words


async def test_one_identity_of_two_people_is_told_of_both(house: House) -> None:
    await house.add("a" * 40, "door_opened", door="any")
    ben = await add_user(database_of(house), "ben")
    house.ann = ben
    await house.add("a" * 40, "door_closed", door="any")
    found = (await house.trace("a" * 40)).applets
    assert [(each.applet.user, each.applet.words) for each in found] == [
        ("ann", "when any door opens"),
        ("ben", "when any door closes"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("abc", "give at least 6 characters"),
        ("ffffff", "there is no event and no Applet 'ffffff'; `ifttt-bridge events` and `ifttt-bridge applets`"),
        ("00000a", "several events or Applets begin with '00000a'"),
        ("00%_00", "there is no event"),
    ],
)
async def test_what_is_not_one_event_or_applet_is_refused_in_words(house: House, text: str, words: str) -> None:
    for _ in range(10):
        await house.happen("front-door", CONTACT_OPENED)
    await house.add("00000a" + "b" * 34, "door_opened", door="any")
    with pytest.raises(AccountError, match="^" + words.replace("?", r"\?")):
        await house.trace(text)


async def test_before_anything_has_happened_that_is_said(house: House) -> None:
    with pytest.raises(AccountError, match="nothing has happened yet"):
        await house.trace()


async def test_an_applet_is_listed_in_words_with_how_it_is(house: House) -> None:
    one = await house.add("a" * 40, "door_opened", door="any")
    for kind in (CONTACT_OPENED, CONTACT_CLOSED, CONTACT_OPENED):
        await house.happen("front-door", kind)
    house.notes.replied([(one.key, 1)], "200")
    house.notes.replied([(one.key, 3)], "503")
    house.notes.replied([(one.key, 3)], "503")
    house.notes.identities.polled(one.key, NOON_MS + 20_000)
    (row,) = await house.applets("elm")
    assert (row.words, row.state, row.user, row.home) == ("when any door opens", "waits", "ann", "elm")
    assert (row.since, row.ended, row.last_told) == ("2026-02-02T02:39:59Z", None, "2026-02-02T02:40:05Z")
    assert (row.last_poll, row.last_poll_age_s) == ("2026-02-02T02:40:20Z", 40)
    assert (row.events, row.more_events) == (2, False)
    assert (row.errors, row.trouble) == (2, "IFTTT took nothing (503)")
    assert await house.applets("oak") == []


async def test_one_that_ended_is_listed_as_such(house: House) -> None:
    one = await house.add("a" * 40, "door_opened", door="old-gate")
    await house.registers.identities.remove(one.key, now_ms=NOON_MS + 1000)
    (row,) = await house.applets()
    assert (row.state, row.ended, row.words) == ("ended", "2026-02-02T02:40:01Z", "when Old gate opens")


async def test_very_many_are_listed_page_by_page_each_once(house: House) -> None:
    for number in range(PAGE + 1):
        await house.add(f"{number:040x}", "door_opened", door="any")
    first = await house.ask(ListApplets(None))
    assert isinstance(first, AppletPage)
    assert first.after is not None
    second = await house.ask(ListApplets(None, first.after))
    assert isinstance(second, AppletPage)
    assert second.after is None
    found = [each.identity for each in (*first.applets, *second.applets)]
    assert found == [f"{number:040x}" for number in range(PAGE + 1)]


async def test_a_timeline_is_walked_backward_with_all_that_was_hidden(house: House) -> None:
    await house.happen("front-door", CONTACT_OPENED)
    await house.happen("front-door", CONTACT_CLOSED, reason=NotOffered.HIDDEN)
    await house.happen("bell", f"{BUTTON}.single")
    for request, seqs, before in (
        (ReadTimeline("elm"), [3, 2, 1], None),
        (ReadTimeline("elm", limit=2), [3, 2], 2),
        (ReadTimeline("elm", before=2), [1], None),
        (ReadTimeline("elm", device="front-door"), [2, 1], None),
        (ReadTimeline("elm", kind="button"), [3], None),
        (ReadTimeline("elm", from_ms=NOON_MS + 2, until_ms=NOON_MS + 2), [2], None),
        (ReadTimeline("oak"), [], None),
    ):
        page = await house.ask(request)
        assert isinstance(page, TimelinePage)
        assert ([each.seq for each in page.events], page.before) == (seqs, before), request


async def test_a_timeline_says_of_each_event_how_far_it_has_come(house: House) -> None:
    one = await house.add("a" * 40, "door_opened", door="any")
    await house.add("b" * 40, "button_pressed", button="bell", press="long")
    await house.happen("front-door", CONTACT_OPENED)
    await house.happen("front-door", CONTACT_CLOSED)
    await house.happen("front-door", CONTACT_OPENED, reason=NotOffered.HIDDEN)
    await house.happen("bell", f"{BUTTON}.single")
    await house.happen("bell", f"{BUTTON}.long")
    await house.happen("front-door", CONTACT_OPENED)
    for outcome, said in (("", "waiting"), ("503", "waiting"), ("200", "told"), ("shown", "asked")):
        if outcome == "shown":
            house.notes.shown(one.key, 6)
        elif outcome:
            house.notes.replied([(one.key, 6)], outcome)
        page = await house.ask(ReadTimeline("elm", reached=True))
        assert isinstance(page, TimelinePage)
        assert page.reached == (said, "waiting", "", "", "", said)
