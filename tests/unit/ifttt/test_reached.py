"""How far each event of a page has come: just what judging every event with every Applet would say."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from bridge.events import NotOffered
from bridge.homes.sight import Share
from bridge.ifttt.applets import Applet
from bridge.ifttt.identities import IdentityKey
from bridge.ifttt.journeys import Sharing, judge
from bridge.ifttt.reached import Reached, meant_of, reached
from bridge.ifttt.watermarks import Asked, KeptMoves, Told
from bridge.timeline.entry import Entry
from tests.unit.ifttt.test_journeys import NOON_MS, applet, entry

THINGS: Final = ("front-door", "back-door")
SEQS: Final = st.integers(1, 12)
TOLD: Final = st.builds(
    Told, SEQS, st.sampled_from(["200", "503", "no connection"]), st.just(NOON_MS), st.just(NOON_MS)
)
MOVES: Final = st.builds(
    lambda told, asked, before: KeptMoves(
        sorted(told, key=lambda each: each.up_to_seq), [Asked(seq, NOON_MS) for seq in sorted(asked)], before, before
    ),
    st.lists(TOLD, max_size=4),
    st.lists(SEQS, max_size=3),
    st.booleans(),
)
APPLETS: Final = st.lists(
    st.builds(
        lambda user, door, facts: (user, applet("door_opened", {"door": door}, **facts)),
        st.sampled_from(["u_1", "u_2"]),
        st.sampled_from([*THINGS, "any"]),
        st.fixed_dictionaries(
            {},
            optional={
                "start_seq": SEQS,
                "user_since_seq": SEQS,
                "told_seq": SEQS,
                "removed_ms": st.just(NOON_MS),
                "connected": st.booleans(),
            },
        ),
    ),
    max_size=5,
).map(lambda found: [_named(number, *each) for number, each in enumerate(found)])
ENTRIES: Final = st.lists(
    st.builds(
        lambda seq, thing, reason: entry(seq, thing, **({"reason": reason} if reason else {})),
        SEQS,
        st.sampled_from(THINGS),
        st.sampled_from([None, None, None, NotOffered.HIDDEN]),
    ),
    max_size=6,
)
SHARES: Final = st.dictionaries(
    st.tuples(st.sampled_from(["u_1", "u_2"]), st.sampled_from(THINGS)), st.tuples(st.booleans(), SEQS), max_size=3
)


def _named(number: int, user: str, waiting: Applet) -> Applet:
    return dataclasses.replace(waiting, key=IdentityKey("ifttt", user, f"i_{number}"))


@given(ENTRIES, APPLETS, st.lists(MOVES, min_size=5, max_size=5), SHARES)
def test_it_is_what_judging_each_with_each_would_say(
    entries: Sequence[Entry],
    applets: Sequence[Applet],
    found: Sequence[KeptMoves],
    shares: Mapping[tuple[str, str], tuple[bool, int]],
) -> None:
    kept = {key: Share(*key, *share) for key, share in shares.items()}
    sharing = {thing: Sharing((thing,), kept) for thing in THINGS}
    moves = {each.key: of for each, of in zip(applets, found, strict=False)}
    meant = meant_of(entries, applets)
    said = [
        max((_said(each, waiting, sharing, moves) for waiting in some), key=list(Reached).index, default=Reached.NOBODY)
        for each, some in meant
    ]
    assert reached(meant, sharing, moves) == said


def _said(
    each: Entry, waiting: Applet, sharing: Mapping[str, Sharing], moves: Mapping[IdentityKey, KeptMoves]
) -> Reached:
    verdict = judge(each, waiting, sharing[each.event.entity], moves[waiting.key])
    if verdict.why is not None:
        return Reached.NOBODY
    if verdict.asked is not None:
        return Reached.ASKED
    return Reached.TOLD if verdict.told is not None and verdict.told.succeeded else Reached.WAITING


def test_nobody_waits_for_what_was_held_back_or_where_there_is_no_applet() -> None:
    held = entry(reason=NotOffered.HIDDEN)
    assert reached(meant_of([held], [applet()]), {}, {}) == [Reached.NOBODY]
    assert reached(meant_of([entry()], []), {}, {}) == [Reached.NOBODY]
    assert reached(meant_of([entry()], [applet()]), {"front-door": Sharing()}, {}) == [Reached.WAITING]
