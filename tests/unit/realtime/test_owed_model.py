"""Whatever happens in whatever order: nothing owed is forgotten, nothing is told that is not owed.

`Owed` is compared with a model that keeps every single event and counts tokens by hand. Times are quarters of a second,
which floating point holds exactly, so both must agree to the last bit.
"""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bridge.ifttt.identities import IdentityKey
from bridge.realtime.bucket import BURST
from bridge.realtime.owed import Owed
from bridge.timeline.batch import ToldMove
from tests.unit.realtime.examples import key

CLOSED_S = 30.0
KEYS = [key(letter) for letter in "abcdef"]
keys = st.sampled_from(KEYS)


@dataclass
class _Tokens:
    """A bucket, filled up at every quarter of a second. Below zero while closed."""

    count: float = BURST

    def pass_quarter(self) -> None:
        self.count = min(BURST, self.count + 0.25)


@dataclass
class _Waiting:
    """One identity that is owed something: every single event, and since when all of them are."""

    events: set[int] = field(default_factory=set)
    since: int = 0
    under_way: int | None = None


class _OwedMachine(RuleBasedStateMachine):
    """Everything that may happen to what is owed."""

    def __init__(self) -> None:
        super().__init__()
        self.owed = Owed()
        self.now_s = 1000.0
        self.newest_seq = 0
        self.waiting: dict[IdentityKey, _Waiting] = {}
        self.line: list[IdentityKey] = []
        self.overdue: list[IdentityKey] = []
        self.tokens: dict[IdentityKey, _Tokens] = {}
        self.moves: dict[IdentityKey, int] = {}
        self.request: list[IdentityKey] = []

    def line_up(self) -> None:
        """Let those into the line that have a token, the ones that had it first in front."""
        queued = {*self.line, *self.overdue}
        ready = [each for each in self.waiting if each not in queued and self.waiting[each].under_way is None]
        self.line += [each for each in ready if self.tokens[each].count >= 1]

    def enter(self, each: IdentityKey) -> None:
        """Put an identity behind those that wait already."""
        self.waiting[each] = self.waiting.pop(each)
        self.line_up()

    @rule(each=keys)
    def something_happens(self, each: IdentityKey) -> None:
        self.newest_seq += 1
        self.add(each, self.newest_seq)

    @precondition(lambda self: self.newest_seq > 0)
    @rule(each=keys, data=st.data())
    def something_older_is_found(self, each: IdentityKey, data: st.DataObject) -> None:
        self.add(each, data.draw(st.integers(1, self.newest_seq)))

    def add(self, each: IdentityKey, seq: int) -> None:
        self.owed.add(each, seq, self.now_s)
        self.tokens.setdefault(each, _Tokens())
        if each in self.waiting:
            debt = self.waiting[each]
            if each in self.overdue and seq > max(debt.events):
                self.overdue.remove(each)
                self.line.append(each)
            debt.events.add(seq)
            debt.since = min(debt.since, seq)
            return
        self.waiting[each] = _Waiting({seq}, seq)
        self.enter(each)

    @rule(each=keys)
    def nobody_waits_any_more(self, each: IdentityKey) -> None:
        self.owed.drop(each)
        self.waiting.pop(each, None)
        self.tokens.pop(each, None)
        self.moves.pop(each, None)
        self.line = [other for other in self.line if other != each]
        self.overdue = [other for other in self.overdue if other != each]
        self.request = [other for other in self.request if other != each]

    @precondition(lambda self: not self.request and not self.line and not self.overdue)
    @rule(each=keys)
    def somebody_flaps(self, each: IdentityKey) -> None:
        while each not in self.tokens or self.tokens[each].count >= 1:
            self.something_happens(each)
            self.a_request_is_made(1)
            self.owed.told([each], self.now_s)
            self.moves[each] = self.settle(each)

    @rule(quarters=st.integers(1, 4) | st.integers(1, 120))
    def time_passes(self, quarters: int) -> None:
        for _ in range(quarters):
            self.now_s += 0.25
            for tokens in self.tokens.values():
                tokens.pass_quarter()
            self.line_up()

    @precondition(lambda self: not self.request)
    @rule(most=st.integers(1, 4))
    def a_request_is_made(self, most: int) -> None:
        taken = self.owed.take(most, self.now_s)
        overdue = self.overdue[: max(most - len(self.line), most // 2)]
        new = self.line[: most - len(overdue)]
        assert taken == overdue + new
        self.overdue, self.line = self.overdue[len(overdue) :] + self.line[len(new) :], []
        for each in taken:
            self.waiting[each].under_way = max(self.waiting[each].events)
            self.tokens[each].count -= 1
        self.request = taken

    @precondition(lambda self: self.request)
    @rule(data=st.data())
    def some_of_it_is_told(self, data: st.DataObject) -> None:
        told = data.draw(st.lists(st.sampled_from(self.request), min_size=1, unique=True))
        self.owed.told(told, self.now_s)
        for each in told:
            self.moves[each] = self.settle(each)

    @precondition(lambda self: self.request)
    @rule(data=st.data())
    def one_of_it_is_refused(self, data: st.DataObject) -> None:
        each = data.draw(st.sampled_from(self.request))
        self.owed.refused(each, self.now_s, closed_s=CLOSED_S)
        self.tokens[each].count = min(self.tokens[each].count, 1 - CLOSED_S)
        self.settle(each)

    def settle(self, each: IdentityKey) -> int:
        self.request.remove(each)
        debt = self.waiting[each]
        assert debt.under_way is not None
        seq, debt.under_way = debt.under_way, None
        debt.events = {event for event in debt.events if event > seq}
        debt.since = seq + 1
        if debt.events:
            self.enter(each)
        else:
            del self.waiting[each]
        return seq

    @precondition(lambda self: self.request)
    @rule(old=st.booleans())
    def the_rest_is_not_told(self, *, old: bool) -> None:
        gone = [each for each in KEYS if each not in self.waiting] if old else []
        self.owed.not_told([*self.request, *gone])
        for each in self.request:
            self.waiting[each].under_way = None
            self.tokens[each].count = min(BURST, self.tokens[each].count + 1)
        self.overdue = self.request + self.overdue
        self.request = []

    @rule()
    def moves_are_taken(self) -> None:
        taken = self.owed.take_moves()
        assert taken == tuple(ToldMove(each.client, each.user, each.identity, seq) for each, seq in self.moves.items())
        self.moves = {}

    @rule()
    def idle_buckets_are_forgotten(self) -> None:
        self.owed.forget_idle(self.now_s)

    @invariant()
    def as_many_are_owed(self) -> None:
        assert len(self.owed) == len(self.waiting)

    @invariant()
    def all_is_told_up_to_the_first_event_owed(self) -> None:
        told_up_to = self.owed.told_up_to(self.newest_seq)
        assert told_up_to == min((debt.since for debt in self.waiting.values()), default=self.newest_seq + 1) - 1
        assert all(event > told_up_to for debt in self.waiting.values() for event in debt.events)

    @invariant()
    def it_is_known_when_the_next_may_be_told(self) -> None:
        waits = [1 - self.tokens[each].count for each, debt in self.waiting.items() if debt.under_way is None]
        expected = None if not waits else self.now_s + (0.0 if self.line or self.overdue else min(waits))
        assert self.owed.next_ready_at_s(self.now_s) == expected

    @invariant()
    def memory_is_bounded_by_the_identities(self) -> None:
        in_line = len(self.owed._line) + len(self.owed._overdue)
        assert in_line + len(self.owed._held_back) + len(self.request) == len(self.waiting)
        assert set(self.owed._buckets) <= set(self.tokens)

    def teardown(self) -> None:
        """In the end everything that is still owed is told."""
        if self.request:
            self.the_rest_is_not_told(old=False)
        owing = set(self.waiting)
        self.now_s += 10_000.0
        assert set(self.owed.take(len(KEYS), self.now_s)) == owing


TestOwed = _OwedMachine.TestCase
TestOwed.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
