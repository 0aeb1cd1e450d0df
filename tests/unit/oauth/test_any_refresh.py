"""IFTTT loses answers, asks several times at once, keeps any answer, waits for any time, and is never disconnected."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bridge.oauth.families import Pair, last_death
from bridge.oauth.grants import GRACE_MS, MAX_PAIRS, MAX_SIBLINGS, Refusal
from tests.unit.oauth.family import ROOT, Family

AT_ONCE = MAX_SIBLINGS - 1
"""How many requests with one refresh token IFTTT has under way."""

TIMES = st.one_of(
    st.integers(0, 1000),
    st.integers(0, 2 * GRACE_MS),
    st.sampled_from([GRACE_MS - 1, GRACE_MS, GRACE_MS + 1, 20 * GRACE_MS]),
)


class AnyIfttt(RuleBasedStateMachine):
    """An IFTTT of any habits. `held`: the refresh token it would present; it remembers what it held before."""

    def __init__(self) -> None:
        super().__init__()
        self.family, self.run_ms = Family(), 0
        self.held, self.before = ROOT, [ROOT]
        self.parents: dict[str, str] = {}
        self.superseded_ms: dict[str, int] = {}

    def present(self, token: str) -> str | Refusal:
        """Present a token, and keep our own books of who descends from whom."""
        found = self.family.refresh(token, self.run_ms)
        if not isinstance(found, Refusal):
            self.parents[found] = token
            ancestor = token
            while ancestor in self.parents:
                ancestor = self.parents[ancestor]
                self.superseded_ms.setdefault(ancestor, self.run_ms)
        return found

    @initialize(generations=st.integers(0, 60), width=st.integers(1, 3), apart_ms=TIMES)
    def a_life_before(self, generations: int, width: int, apart_ms: int) -> None:
        """Begin with a family that has much behind it: near its limits, or with none that is dying."""
        for _ in range(generations):
            answers = [self.present(self.held) for _ in range(width)]
            self.held = str(answers[0])
            self.before.append(self.held)
            self.run_ms += apart_ms

    @rule(passed_ms=TIMES)
    def time_passes(self, passed_ms: int) -> None:
        """Do nothing for some time."""
        self.run_ms += passed_ms

    @rule(data=st.data(), count=st.integers(1, AT_ONCE), late=st.integers(0, AT_ONCE), loses=st.booleans())
    def refresh(self, data: st.DataObject, count: int, late: int, *, loses: bool) -> None:
        """Refresh several times at once. Keep one of the answers, or lose them all; some come too late."""
        presented, answers = self.held, []
        for _ in range(count):
            answer = self.present(presented)
            assert not isinstance(answer, Refusal)
            answers.append(answer)
            self.run_ms += data.draw(st.integers(0, 1000))
        if loses:
            return
        self.held = data.draw(st.sampled_from(answers))
        self.before.append(self.held)
        for _ in range(min(late, AT_ONCE - count)):
            assert not isinstance(self.present(presented), Refusal)

    @rule(data=st.data())
    def some_token_is_used(self, data: st.DataObject) -> None:
        """Use any access token that works, as a part of IFTTT might that knows nothing of what was kept."""
        self.family.use(data.draw(st.sampled_from(sorted(self.family.pairs))), self.run_ms)

    @rule(data=st.data())
    def an_old_token_comes(self, data: st.DataObject) -> None:
        """Present a token that was held once and was replaced since."""
        old = [token for token in self.before if token in self.superseded_ms]
        if not old:
            return
        token = data.draw(st.sampled_from(old))
        too_late = self.run_ms >= self.superseded_ms[token] + GRACE_MS
        found = self.present(token)
        if too_late:
            assert found in {Refusal.SUPERSEDED, Refusal.UNKNOWN}
        else:
            assert found is not Refusal.SUPERSEDED

    @rule()
    def housekeeping_sweeps(self) -> None:
        """Let go what nobody can use."""
        self.family.sweep(self.run_ms)

    @invariant()
    def what_it_holds_is_alive(self) -> None:
        """Neither refreshed too late nor crowded out, and its access token is alive too."""
        pair = self.family.pairs[self.held]
        assert pair.dies_run_ms is None or pair.dies_run_ms > last_death(self.run_ms)
        assert self._is_alive(pair)

    @invariant()
    def it_stays_within_bounds(self) -> None:
        """Neither pairs nor siblings without end."""
        assert len(self.family.pairs) <= MAX_PAIRS
        children = Counter(pair.parent for pair in self.family.pairs.values() if self._is_alive(pair))
        assert max(children.values()) <= MAX_SIBLINGS
        numbers = [pair.number for pair in self.family.pairs.values()]
        assert len(set(numbers)) == len(numbers)

    @invariant()
    def only_what_was_replaced_is_dying(self) -> None:
        """By our own books, and no other time than theirs."""
        for token, pair in self.family.pairs.items():
            replaced = self.superseded_ms.get(token)
            assert pair.dies_run_ms == (None if replaced is None else replaced + GRACE_MS)

    def _is_alive(self, pair: Pair) -> bool:
        return pair.dies_run_ms is None or pair.dies_run_ms > self.run_ms


TestAnyIfttt = AnyIfttt.TestCase
TestAnyIfttt.settings = settings(max_examples=80, stateful_step_count=60, deadline=None)
