"""Families of tokens: each rule by itself."""

import pytest

from bridge.oauth.families import Pair, last_death
from bridge.oauth.grants import ACCESS_LIFE_MS, GRACE_MS, MAX_PAIRS, MAX_SIBLINGS, Refusal
from tests.unit.oauth.family import ROOT, Family

DAY_MS = 24 * 3600 * 1000


def dies(family: Family) -> dict[str, int | None]:
    return {name: pair.dies_run_ms for name, pair in family.pairs.items()}


def test_each_refresh_gives_a_new_pair_that_descends_from_the_token_presented() -> None:
    family = Family()
    first = family.given(ROOT, 5)
    second = family.given(first, 6)
    assert family.pairs[first].parent == ROOT
    assert family.pairs[second] == Pair("a2", "r2", first, 2)


def test_a_token_that_is_presented_again_gives_a_sibling_and_both_are_alive() -> None:
    family = Family()
    first, second = family.given(ROOT, 5), family.given(ROOT, 5)
    assert first != second
    assert dies(family) == {ROOT: None, first: None, second: None}


def test_a_token_dies_thirty_days_after_one_that_descends_from_it_was_presented_first() -> None:
    family = Family()
    child = family.given(ROOT, 0)
    assert dies(family)[ROOT] is None, "nobody knows whether the answer arrived"
    grandchild = family.given(child, 1000)
    assert dies(family) == {ROOT: 1000 + GRACE_MS, child: None, grandchild: None}
    family.given(grandchild, 2000)
    assert dies(family) == {ROOT: 1000 + GRACE_MS, child: 2000 + GRACE_MS, grandchild: None, "r3": None}


def test_a_sibling_that_nobody_took_does_not_die_when_the_other_is_presented() -> None:
    family = Family()
    taken, left = family.given(ROOT, 0), family.given(ROOT, 0)
    family.given(taken, 0)
    assert dies(family)[left] is None


@pytest.mark.parametrize(("late_ms", "expected"), [(-1, None), (0, Refusal.SUPERSEDED), (DAY_MS, Refusal.SUPERSEDED)])
def test_a_dying_token_is_refused_from_its_death_on_and_works_until_then(
    late_ms: int, expected: Refusal | None
) -> None:
    family = Family()
    child = family.given(ROOT, 0)
    held = family.given(child, 0)
    found = family.refresh(ROOT, GRACE_MS + late_ms)
    assert found == expected or expected is None
    assert family.given(held, 400 * DAY_MS), "and that harms nothing else of the family"


def test_a_dying_token_that_is_presented_lives_no_longer_for_it() -> None:
    family = Family()
    child = family.given(ROOT, 0)
    family.given(child, 0)
    family.given(ROOT, GRACE_MS - 1)
    assert family.refresh(ROOT, GRACE_MS) is Refusal.SUPERSEDED


def test_no_token_dies_of_age() -> None:
    family, held = Family(), ROOT
    for year in range(1, 5):
        held = family.given(held, year * 3650 * DAY_MS)


def test_a_token_of_another_family_is_unknown() -> None:
    assert Family().refresh("r99", 0) is Refusal.UNKNOWN


def test_of_more_siblings_than_may_be_alive_the_eldest_gives_way() -> None:
    family = Family()
    given = [family.given(ROOT, 0) for _ in range(MAX_SIBLINGS + 2)]
    assert list(family.pairs) == [ROOT, *given[2:]]


def test_the_sibling_that_was_used_last_never_gives_way() -> None:
    family = Family()
    given = [family.given(ROOT, 0) for _ in range(3)]
    family.use(given[1], 7)
    family.use(given[0], 9)
    given += [family.given(ROOT, 10) for _ in range(MAX_SIBLINGS)]
    assert list(family.pairs) == [ROOT, given[0], *given[-(MAX_SIBLINGS - 1) :]]


def test_a_sibling_that_was_presented_counts_as_used() -> None:
    family = Family()
    taken = family.given(ROOT, 0)
    held = family.given(taken, 1)
    for _ in range(2 * MAX_SIBLINGS):
        family.given(ROOT, 2)
    assert {taken, held} <= set(family.pairs)


def test_beyond_the_limit_of_pairs_those_go_that_die_first() -> None:
    family, held = Family(), ROOT
    for number in range(2 * MAX_PAIRS):
        held = family.given(held, number)
    assert list(family.pairs) == [f"r{number}" for number in range(MAX_PAIRS + 1, 2 * MAX_PAIRS + 1)]


def test_the_token_that_is_presented_never_gives_way_even_if_it_dies_first() -> None:
    family, held = Family(), ROOT
    for number in range(MAX_PAIRS - 1):
        held = family.given(held, number)
    assert len(family.pairs) == MAX_PAIRS
    family.given(ROOT, MAX_PAIRS)
    assert ROOT in family.pairs
    assert "r1" not in family.pairs


def test_tokens_that_live_on_go_only_when_none_is_dying_and_then_the_eldest() -> None:
    family, held, run_ms = Family(), ROOT, 0
    left: list[str] = []
    while len(left) < MAX_PAIRS:
        run_ms += GRACE_MS + ACCESS_LIFE_MS
        family.sweep(run_ms)
        left.append(family.given(held, run_ms))
        held = family.given(held, run_ms)
    assert len(family.pairs) == MAX_PAIRS
    assert held in family.pairs
    surviving = [name for name in left if name in family.pairs]
    assert surviving == left[-len(surviving) :]
    assert len(surviving) > MAX_PAIRS - 5


def test_an_access_token_is_alive_a_day_longer_than_the_refresh_token_of_its_pair() -> None:
    assert last_death(GRACE_MS + ACCESS_LIFE_MS) == GRACE_MS
    family = Family()
    family.given(family.given(ROOT, 0), 0)
    family.sweep(GRACE_MS + ACCESS_LIFE_MS - 1)
    assert ROOT in family.pairs
    family.sweep(GRACE_MS + ACCESS_LIFE_MS)
    assert ROOT not in family.pairs


def test_the_family_forgets_nothing_of_its_order_when_a_generation_is_missing() -> None:
    family = Family()
    child = family.given(ROOT, 0)
    grandchild = family.given(child, 0)
    held = family.given(grandchild, 0)
    del family.pairs[child]
    family.given(held, 5)
    assert dies(family)[ROOT] == GRACE_MS
    assert dies(family)[grandchild] == 5 + GRACE_MS
