"""A fortnight of a home: whatever goes wrong around it, each Applet runs exactly once for each event that it should.

What should run is computed from the record of what physically happened, which knows nothing of the bridge. IFTTT asks
for 50 events at most (protocol reference, 4.2): of more between two checks the oldest are lost, whatever the bridge
does. So the storms of presses, of 60 each, come while notifications get through; never more than 50 come while they do
not.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bridge.simulator.virtual_time import run_virtually
from tests.simulator.fortnight.play import play
from tests.simulator.fortnight.script import Trouble

MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder with a random name within it
MOSTLY = 75
"""Percent of the runs that are over within two seconds of their event: it is troubled times that hold up the others."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: no crash here is one of the disk, and waiting for it takes most time."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(prefix="ifttt-bridge-fortnight-", dir=MEMORY) as name:
        yield Path(name)


@pytest.mark.parametrize("seed", [1, 2])
def test_each_applet_runs_exactly_once_for_each_event_of_a_fortnight(seed: int, folder: Path) -> None:
    verdict = run_virtually(play(seed, folder))

    assert verdict.differences == [], f"seed {seed}: {dict(verdict.facts)}"
    assert verdict.facts["percent at once"] >= MOSTLY, seed
    for trouble in Trouble:
        assert verdict.facts[trouble] > 0, trouble
    for fact in ("runs", "sent again", "renewals", "mails", "lost check", "lost action", "lost refresh", "limited"):
        assert verdict.facts[fact] > 0, fact
