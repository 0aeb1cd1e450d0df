"""A family of tokens in memory: what a refresh decides is carried out, as the storage does."""

from dataclasses import replace
from itertools import count

from bridge.oauth.families import Pair, Plan, last_death, refresh
from bridge.oauth.grants import NewPair, Refusal

ROOT = "r0"


class Family:
    """The pairs of one grant. Tokens are named in the order in which they are given out: a0 and r0, a1 and r1 ..."""

    def __init__(self) -> None:
        self.pairs = {ROOT: Pair("a0", ROOT, None, 0)}
        self.plan: Plan | None = None
        self._numbers = count(1)

    def refresh(self, presented: str, run_ms: int) -> str | Refusal:
        """Present a refresh token. Return the one that is given for it, or why there is none."""
        number = next(self._numbers)
        before = dict(self.pairs)
        plan = refresh(list(self.pairs.values()), presented, NewPair(f"a{number}", f"r{number}"), run_ms=run_ms)
        if isinstance(plan, Refusal):
            assert self.pairs == before
            return plan
        for pair in plan.gone:
            del self.pairs[pair.refresh]
        self.pairs |= {pair.refresh: pair for pair in (*plan.dying, plan.new)}
        self.pairs[presented] = replace(self.pairs[presented], used_run_ms=run_ms)
        self.plan = plan
        return plan.new.refresh

    def given(self, presented: str, run_ms: int) -> str:
        """Present a refresh token that is alive."""
        found = self.refresh(presented, run_ms)
        assert not isinstance(found, Refusal), (presented, found)
        return found

    def use(self, name: str, run_ms: int) -> None:
        """Use the access token that came with a refresh token."""
        self.pairs[name] = replace(self.pairs[name], used_run_ms=run_ms)

    def sweep(self, run_ms: int) -> None:
        """Let go what is of no use to anybody."""
        dead = last_death(run_ms)
        self.pairs = {
            name: pair for name, pair in self.pairs.items() if pair.dies_run_ms is None or pair.dies_run_ms > dead
        }
