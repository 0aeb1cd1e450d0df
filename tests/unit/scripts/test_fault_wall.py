"""The fault wall's own table: what did not hold must be seen, or the wall proves nothing."""

from pathlib import Path

from scripts.faultwall.report import report
from scripts.faultwall.wall import Row, Wall


def test_what_did_not_hold_is_marked_and_told_in_words() -> None:
    rows = [
        Row("kill -9", "20 kills", "0 lost, 0 double of 9,000"),
        Row("disk full", "3 times", "1 lost", ("an edge was swallowed", "health stayed green")),
    ]

    lines = report(rows).splitlines()

    assert lines[2].endswith("| held   |")
    assert lines[3].endswith("| BROKEN |")
    assert lines[-2:] == ["BROKEN: disk full: an edge was swallowed", "BROKEN: disk full: health stayed green"]


def test_what_could_not_be_done_is_not_said_to_have_held() -> None:
    lines = report([Row("disk", "left out: there is no C compiler", "", left_out=True)]).splitlines()

    assert lines[2].endswith("| left out |")


def test_where_all_held_nothing_is_said_below_the_table() -> None:
    assert "BROKEN" not in report([Row("clock", "6 steps", "0 lost")])


def test_chance_is_the_same_for_the_same_seed_and_name_alone(tmp_path: Path) -> None:
    wall, other = Wall(tmp_path, long=False, seed=1), Wall(tmp_path, long=True, seed=1)

    assert wall.chance("kill").random() == other.chance("kill").random()
    assert wall.chance("kill").random() != wall.chance("clock").random()
    assert wall.chance("kill").random() != Wall(tmp_path, long=False, seed=2).chance("kill").random()
