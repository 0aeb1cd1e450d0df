"""What mutation testing shows: what nobody noticed and nobody has looked at."""

from pathlib import Path

from scripts.mutating.known import known, place_of, unknown
from scripts.mutating.targets import TARGETS
from scripts.mutating.trial import Change

ROOT = Path(__file__).parents[3]
WRITTEN = """
[["bridge/it.py"."It.does"]]
before = "a < b"
after = "a <= b"
because = "they are never equal"
"""


def change(after: str, status: str) -> Change:
    return Change("bridge/it.py", "It.does", "a < b", after, status)


def test_only_what_is_neither_noticed_nor_written_down_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "equivalent.toml"
    file.write_text(WRITTEN)
    written = known(file)
    left = change("a > b", "survived"), change("None", "no tests")
    looked_at = change("a <= b", "survived")
    noticed = change("a == b", "killed"), change("True", "timeout")
    assert unknown([*left, looked_at, *noticed], written) == [*left]
    assert written[place_of(looked_at)] == "they are never equal"


def test_what_is_named_is_there() -> None:
    named = {path for target in TARGETS for path in (*target.modules, *target.tests)}
    named |= {module for module, *_ in known()}
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_each_reason_says_something() -> None:
    assert all(len(reason) > 10 for reason in known().values())
