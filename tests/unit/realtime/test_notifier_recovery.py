"""After a restart: exactly what was committed and never told."""

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.events import NotOffered
from bridge.ifttt.identities import Identities, IdentityKey
from bridge.realtime.notifiers import RECOVERY_CHUNK
from bridge.timeline.entry import Entry
from tests.fakes.realtime import ScriptedClient
from tests.parts.waiting import until
from tests.unit.realtime.examples import key, opened, waiting, waiting_for
from tests.unit.realtime.running import commit, notifier_of, notifiers_of, running


class Kept:
    """What the database has. With a gate, it answers only while that is open."""

    def __init__(self, *entries: Entry, gate: asyncio.Event | None = None) -> None:
        self.entries = list(entries)
        self.asked: list[int] = []
        self._gate = gate

    async def after(self, seq: int, limit: int) -> list[Entry]:
        """Return the entries behind a sequence number, oldest first."""
        self.asked.append(seq)
        if self._gate is not None:
            await self._gate.wait()
        return [entry for entry in self.entries if entry.seq > seq][:limit]


async def recovered(identities: Identities, kept: Kept, *, told_up_to: int, newest_seq: int) -> list[str]:
    """Return whom IFTTT is told of after a restart."""
    client = ScriptedClient()
    notifier = notifier_of(client, identities)
    async with running(notifier):
        await notifier.recover(kept.after, told_up_to=told_up_to, newest_seq=newest_seq)
        await notifier.finish()
    return client.told


async def test_nothing_is_asked_when_all_was_told() -> None:
    kept = Kept(opened(1, "a"), opened(2, "a"))
    assert await recovered(waiting_for("a"), kept, told_up_to=2, newest_seq=2) == []
    assert kept.asked == []


async def test_what_was_committed_and_not_told_is_told() -> None:
    kept = Kept(opened(1, "a"), opened(2, "b"), opened(3, "c"), opened(4, "b"))
    assert await recovered(waiting_for("abc"), kept, told_up_to=1, newest_seq=4) == ["b", "c"]


async def test_an_identity_that_was_told_further_is_not_told_again() -> None:
    kept = Kept(opened(2, "a"), opened(3, "b"), opened(4, "b"))
    identities = Identities([waiting("a", told_seq=2), waiting("b", told_seq=3)])
    assert await recovered(identities, kept, told_up_to=1, newest_seq=4) == ["b"]


async def test_what_lies_before_the_start_of_a_timeline_is_nothing_to_tell() -> None:
    kept = Kept(opened(2, "a"), opened(3, "b"))
    identities = Identities([waiting("a", start_seq=3), waiting("b", start_seq=3)])
    assert await recovered(identities, kept, told_up_to=1, newest_seq=3) == ["b"]


async def test_what_was_not_offered_is_not_told() -> None:
    kept = Kept(opened(1, "a", reason=NotOffered.LATE), opened(2, "b"))
    assert await recovered(waiting_for("ab"), kept, told_up_to=0, newest_seq=2) == ["b"]


async def test_the_newest_entry_may_have_been_erased() -> None:
    assert await recovered(waiting_for("a"), Kept(opened(5, "a")), told_up_to=2, newest_seq=9) == ["a"]
    assert await recovered(waiting_for("a"), Kept(), told_up_to=2, newest_seq=9) == []


async def test_a_long_absence_is_read_in_chunks() -> None:
    count = 2 * RECOVERY_CHUNK + 1
    kept = Kept(*(opened(seq, f"door-{seq}") for seq in range(1, count + 1)))
    told = await recovered(waiting_for(f"door-{seq}" for seq in (1, count)), kept, told_up_to=0, newest_seq=count)
    assert sorted(told) == ["door-1", f"door-{count}"]
    assert kept.asked == [0, RECOVERY_CHUNK, 2 * RECOVERY_CHUNK]


async def test_what_this_run_commits_meanwhile_does_not_keep_the_old_from_being_told() -> None:
    client = ScriptedClient()
    kept = Kept(opened(1, "a"), opened(2, "b"))
    notifier = notifier_of(client, waiting_for("ab"))
    async with running(notifier):
        commit(notifier, opened(2, "b"))
        await until(lambda: client.told == ["b"])
        await notifier.recover(kept.after, told_up_to=0, newest_seq=1)
        await until(lambda: client.told == ["b", "a"])


async def test_live_events_are_not_held_up_behind_a_recovery() -> None:
    gate = asyncio.Event()
    client = ScriptedClient()
    kept = Kept(opened(1, "a"), gate=gate)
    notifier = notifier_of(client, waiting_for("ab"))
    async with running(notifier), asyncio.TaskGroup() as group:
        group.create_task(notifier.recover(kept.after, told_up_to=0, newest_seq=1))
        await until(lambda: kept.asked == [0])
        commit(notifier, opened(2, "b"))
        await until(lambda: client.told == ["b"])
        gate.set()
        await until(lambda: client.told == ["b", "a"])


async def test_live_events_are_told_between_the_chunks_of_a_long_recovery() -> None:
    kept = Kept(*(opened(seq, "x") for seq in range(1, 10 * RECOVERY_CHUNK + 1)))
    asked_before: list[int] = []
    notifier = notifiers_of(
        {"": ScriptedClient()}, waiting_for("a"), on_told=lambda _owed, _began_s: asked_before.append(len(kept.asked))
    )
    async with running(notifier):
        commit(notifier, opened(10 * RECOVERY_CHUNK + 1, "a"))
        await notifier.recover(kept.after, told_up_to=0, newest_seq=10 * RECOVERY_CHUNK)
    assert asked_before[0] < len(kept.asked) == 10


async def test_an_old_event_found_behind_a_live_one_counts_for_how_far_all_is_told() -> None:
    notifier = notifier_of(ScriptedClient(), waiting_for("a"))
    commit(notifier, opened(8, "a"))
    await notifier.recover(Kept(opened(5, "a")).after, told_up_to=4, newest_seq=7)
    assert notifier.told_up_to(8) == 4


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from("abcx"), max_size=30),
    st.dictionaries(st.sampled_from("abc"), st.tuples(st.integers(0, 30), st.integers(0, 30))),
    st.integers(0, 30),
)
def test_exactly_those_with_something_new_are_told(
    doors: list[str], identities: dict[str, tuple[int, int]], told_up_to: int
) -> None:
    entries = [opened(seq, door) for seq, door in enumerate(doors, 1)]
    told = asyncio.run(
        recovered(
            Identities(waiting(name, start_seq=start, told_seq=told) for name, (start, told) in identities.items()),
            Kept(*entries),
            told_up_to=told_up_to,
            newest_seq=len(entries),
        )
    )
    expected = {
        name
        for name, (start, told_seq) in identities.items()
        for entry in entries
        if entry.event.entity == name and entry.seq > max(told_up_to, told_seq) and entry.seq >= start
    }
    assert sorted(told) == sorted(expected)


async def test_an_identity_that_ended_since_is_not_told() -> None:
    gate = asyncio.Event()
    identities = waiting_for("ab")
    kept = Kept(opened(1, "a"), opened(2, "b"), gate=gate)
    client = ScriptedClient()
    notifier = notifier_of(client, identities)
    async with running(notifier), asyncio.TaskGroup() as group:
        group.create_task(notifier.recover(kept.after, told_up_to=0, newest_seq=2))
        identities.remove(key("a"))
        notifier.forget(key("a"))
        gate.set()
        await until(lambda: client.told == ["b"])


async def test_what_was_committed_before_brings_its_age_to_whoever_measures() -> None:
    measured: list[tuple[str, float]] = []

    def told(owed: Sequence[tuple[IdentityKey, float]], _began_s: float) -> None:
        measured.extend((key.identity, owed_s) for key, owed_s in owed)

    notifier = notifiers_of({"": ScriptedClient()}, waiting_for("a"), on_told=told)
    async with running(notifier):
        kept = Kept(opened(1, "a"))
        await notifier.recover(kept.after, told_up_to=0, newest_seq=1, age_s=lambda entry: 1000.0 * entry.seq)
        await notifier.finish()
    [(identity, owed_s)] = measured
    assert identity == "a"
    assert 1000.0 <= owed_s < 1030.0
