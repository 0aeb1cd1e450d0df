"""A family: all pairs of tokens that one grant has given, each for the refresh token of another (architecture, 17).

IFTTT may lose an answer, ask several times at once, and keep any of the answers. So each refresh gives a new pair, and
a refresh token dies only a while after one that descends from it was presented: then the answer has arrived. One that
was presented too late is refused, and harms nothing else. What must go for want of room goes eldest first: the newest
answers are those that IFTTT may hold. Whoever holds one of the MAX_SIBLINGS - 1 newest answers, or the one used last,
stays connected.

Decides on the pairs that are kept; knows not where. All times are run time (run_clock.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bridge.oauth.grants import ACCESS_LIFE_MS, GRACE_MS, MAX_PAIRS, MAX_SIBLINGS, NewPair, Refusal


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token and a refresh token of one family, by their digests. `number` counts the pairs of the family.

    `parent`: the refresh token it was given for, None for the first. `dies_run_ms`: when its refresh token dies, None
    while nobody has presented one that descends from it. `used_run_ms`: when its access token was used or its refresh
    token presented last, None if never.
    """

    access: str
    refresh: str
    parent: str | None
    number: int
    dies_run_ms: int | None = None
    used_run_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a refresh changes: the pair that is new, those that are dying from now on, those that go at once.

    `dying` are as they will be; what is in `gone` is in nothing else.
    """

    new: Pair
    dying: tuple[Pair, ...]
    gone: tuple[Pair, ...]


def refresh(pairs: Sequence[Pair], presented: str, new: NewPair, *, run_ms: int) -> Plan | Refusal:
    """Decide on a refresh token that is presented, by all pairs of its family."""
    family = {pair.refresh: pair for pair in pairs}
    source = family.get(presented)
    if source is None:
        return Refusal.UNKNOWN
    if not _is_alive(source, run_ms):
        return Refusal.SUPERSEDED
    dying = {
        pair.refresh: replace(pair, dies_run_ms=run_ms + GRACE_MS)
        for pair in _ancestors(source, family)
        if pair.dies_run_ms is None
    }
    family |= dying
    gone = {pair.refresh: pair for pair in _surplus_siblings(family, presented)}
    rest = [pair for pair in family.values() if pair.refresh not in gone and pair is not source]
    gone |= {pair.refresh: pair for pair in _surplus_pairs(rest, room=MAX_PAIRS - 2)}
    number = 1 + max(pair.number for pair in pairs)
    return Plan(
        Pair(new.access, new.refresh, presented, number),
        tuple(pair for pair in dying.values() if pair.refresh not in gone),
        tuple(gone.values()),
    )


def last_death(run_ms: int) -> int:
    """Return the time at or before which a refresh token has died if the access token of its pair is dead by now.

    Such a pair is of no use to anybody.
    """
    return run_ms - ACCESS_LIFE_MS


def _is_alive(pair: Pair, run_ms: int) -> bool:
    return pair.dies_run_ms is None or pair.dies_run_ms > run_ms


def _ancestors(pair: Pair, family: Mapping[str, Pair]) -> Iterator[Pair]:
    """Yield those that are kept. Behind a gap all are dying: the one that went had been presented."""
    while pair.parent is not None and pair.parent in family:
        pair = family[pair.parent]
        yield pair


def _surplus_siblings(family: Mapping[str, Pair], parent: str) -> list[Pair]:
    """Return which children give way to one more. All are alive: none dies before its parent."""
    siblings = [pair for pair in family.values() if pair.parent == parent]
    return _eldest(siblings, len(siblings) - (MAX_SIBLINGS - 1))


def _surplus_pairs(pairs: Sequence[Pair], *, room: int) -> list[Pair]:
    """Return which pairs give way so that only `room` of them stay: those that die first, before all that live on."""
    surplus = max(0, len(pairs) - room)
    dying = sorted((pair.dies_run_ms, pair.number, pair) for pair in pairs if pair.dies_run_ms is not None)
    going = [pair for _, _, pair in dying[:surplus]]
    return going + _eldest([pair for pair in pairs if pair.dies_run_ms is None], surplus - len(going))


def _eldest(pairs: Sequence[Pair], count: int) -> list[Pair]:
    """Return so many of the eldest pairs, leaving out the one that was used last."""
    used = [(pair.used_run_ms, pair.number) for pair in pairs if pair.used_run_ms is not None]
    used_last = max(used)[1] if used else None
    return sorted((pair for pair in pairs if pair.number != used_last), key=lambda pair: pair.number)[: max(0, count)]
