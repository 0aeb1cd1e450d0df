"""Trigger identities as IFTTT uses them: first sight, end, return."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.events import CONTACT_OPENED
from bridge.ifttt.identities import MAX_PER_USER, Identity, IdentityKey
from bridge.storage.identities import TriggerIdentities
from bridge.timeline.entry import TimelineKey
from tests.integration.web.site import Answer, Site, running_site

DELETE = "triggers/door_opened/trigger_identity/{}"


async def end(site: Site, user: str, identity: str) -> Answer:
    return await site.request("DELETE", DELETE.format(identity), token=site.tokens[user])


async def test_a_new_identity_starts_a_minute_before_its_first_sight(site: Site) -> None:
    await site.happen()
    site.clock.ms += 1
    recent = await site.happen()
    site.clock.ms += 60_000
    assert (await site.poll("ann", trigger_identity="abc")).ids == recent
    site.clock.ms += 3_600_000
    later = await site.happen()
    assert (await site.poll("ann", trigger_identity="abc")).ids == later + recent


async def test_an_identity_that_returns_starts_anew(site: Site) -> None:
    await site.poll("ann", trigger_identity="abc")
    await site.happen(times=3)
    assert (await end(site, "ann", "abc")).status == 200
    assert await site.register.load() == []
    site.clock.ms += 60_001
    assert (await site.poll("ann", trigger_identity="abc")).data == []
    new = await site.happen()
    assert (await site.poll("ann", trigger_identity="abc")).ids == new
    (kept,) = await site.register.load()
    assert kept.first_seen_ms == site.clock.ms


async def test_an_identity_with_other_fields_is_another_wish_and_starts_anew(site: Site) -> None:
    await site.poll("ann", trigger_identity="abc")
    await site.happen()
    site.clock.ms += 60_001
    assert (await site.poll("ann", {"door": "elm-door"}, trigger_identity="abc")).data == []
    assert [(identity.trigger, dict(identity.fields)) for identity in site.identities] == [
        ("door_opened", {"door": "elm-door"})
    ]


async def test_a_restart_keeps_what_was_seen_first(site: Site) -> None:
    await site.poll("ann", trigger_identity="abc")
    (kept,) = await site.register.load()
    assert [kept] == list(site.identities)
    assert (kept.key.client, kept.key.user, kept.key.identity) == ("ifttt", site.users["ann"].id, "abc")


async def test_applets_that_appear_at_once_share_one_identity(site: Site) -> None:
    await site.happen()
    answers = await asyncio.gather(*(site.poll("ann", trigger_identity="abc") for _ in range(20)))
    assert len({answer.body for answer in answers}) == 1
    assert await site.rows("trigger_identities") == 1


async def test_a_poll_without_an_identity_stores_none(site: Site) -> None:
    for body in ({}, {"trigger_identity": None}, {"trigger_identity": ""}):
        assert (await site.poll("ann", **body)).status == 200
    assert await site.rows("trigger_identities") == 0


@pytest.mark.parametrize("identity", ["x" * 129, 7, [], {}, "a\nb", "a\x00b", "\x1b[31m", "a\u2028b"])
async def test_an_identity_that_is_no_short_printable_text_is_refused(site: Site, identity: object) -> None:
    assert (await site.poll("ann", trigger_identity=identity)).is_error(400)
    assert await site.rows("trigger_identities") == 0


async def test_a_refused_poll_stores_no_identity(site: Site) -> None:
    assert (await site.poll("ann", {"door": "never"}, trigger_identity="abc")).is_error(400)
    assert (await site.poll("ann", trigger="nothing", trigger_identity="abc")).is_error(404)
    assert await site.rows("trigger_identities") == 0


async def test_one_user_cannot_end_the_identity_of_another(site: Site) -> None:
    await site.poll("ann", trigger_identity="abc")
    await site.poll("ben", trigger_identity="abc")
    assert (await end(site, "ben", "abc")).status == 200
    assert [identity.key.user for identity in site.identities] == [site.users["ann"].id]
    assert [identity.key.user for identity in await site.register.load()] == [site.users["ann"].id]


@dataclass
class Slow:
    """The real register, which comes back from keeping only when the gate is open."""

    register: TriggerIdentities
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    written: asyncio.Event = field(default_factory=asyncio.Event)
    kept: int = 0

    async def keep(self, identity: Identity) -> None:
        """Write, then wait."""
        await self.register.keep(identity)
        self.kept += 1
        self.written.set()
        await self.gate.wait()

    async def remove(self, key: IdentityKey, *, now_ms: int) -> None:
        """Remove at once."""
        await self.register.remove(key, now_ms=now_ms)


async def test_an_end_during_the_first_sight_counts_in_memory_too(tmp_path: Path) -> None:
    slow: list[Slow] = []

    def wrap(register: TriggerIdentities) -> Slow:
        slow.append(Slow(register))
        return slow[0]

    async with running_site(tmp_path, wrap_register=wrap) as site:
        async with asyncio.TaskGroup() as tasks:
            polls = [tasks.create_task(site.poll("ann", trigger_identity="abc")) for _ in range(5)]
            await slow[0].written.wait()
            ending = tasks.create_task(end(site, "ann", "abc"))
            for _ in range(10):  # room enough for it to come through, if it did not wait
                await site.request("GET", "user/info", token=site.tokens["ann"])
                await site.register.note((), {})
            slow[0].gate.set()
        assert [poll.result().status for poll in polls] == [200] * 5
        assert ending.result().status == 200
        assert slow[0].kept == 1
        assert await site.register.load() == list(site.identities) == []


async def test_polls_and_ends_at_the_same_time_leave_memory_and_database_agreed(site: Site) -> None:
    for _ in range(10):
        await asyncio.gather(
            site.poll("ann", trigger_identity="abc"), end(site, "ann", "abc"), site.poll("ann", trigger_identity="abc")
        )
        assert await site.register.load() == list(site.identities)


async def test_ended_identities_do_not_pile_up(site: Site) -> None:
    for number in range(220):
        await site.poll("ann", trigger_identity=f"id-{number}")
        await end(site, "ann", f"id-{number}")
    assert await site.rows("trigger_identities") == 200


async def test_who_polled_when_is_noted_until_it_is_taken(site: Site) -> None:
    await site.poll("ann", trigger_identity="abc")
    await site.poll("ben", trigger_identity="gone")
    await end(site, "ben", "gone")
    polled = site.endpoints.triggers.take_polled()
    assert {key.identity: at_ms for key, at_ms in polled.items()} == {"abc": site.clock.ms}
    assert site.endpoints.triggers.take_polled() == {}
    await site.register.note((), polled)


async def test_that_there_are_too_many_is_said_once_and_once_that_there_is_room_again(site: Site) -> None:
    user, timeline = site.users["ann"], TimelineKey("elm", "elm-door", CONTACT_OPENED)
    for number in range(MAX_PER_USER):
        key = IdentityKey("ifttt", user.id, f"kept-{number}")
        site.identities.add(Identity(key, "door_opened", {"door": "elm-door"}, timeline, 0, 0, 0, 0))
    with capture_logs() as logs:
        for number in range(3):
            assert (await site.poll("ann", trigger_identity=f"more-{number}")).status == 200
        for number in range(2):
            site.identities.remove(IdentityKey("ifttt", user.id, f"kept-{number}"))
        for number in range(2):
            assert (await site.poll("ann", trigger_identity=f"more-{number}")).status == 200
    told = [line["event"] for line in logs if line["event"] != "identity.first_seen"]
    assert told == ["identity.too_many", "identity.room_again"]
