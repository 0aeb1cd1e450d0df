"""Messages of others who share the broker: no convention takes them for devices, and none of them does any harm.

Frigate, rtl_433 and bare gateways say nothing of what they are. A person names them in the configuration, or lets them
describe themselves by Home Assistant's discovery.
"""

from pathlib import Path
from typing import Final

import pytest

from bridge.cli.replay import replay
from bridge.cli.replay_lines import Line, read_lines
from bridge.conventions import conventions_named

RECORDINGS: Final = Path(__file__).parents[2] / "recordings"
NOON_MS: Final = 1_770_000_000_000
NOBODY: Final = "no device speaks here"


def recorded(name: str) -> list[Line]:
    return list(read_lines((RECORDINGS / name).read_bytes().splitlines(), name=name))


@pytest.mark.parametrize("together", [False, True])
def test_what_describes_nothing_is_nobodys(together: bool) -> None:  # noqa: FBT001 -- a case of the table
    lines = recorded("other.jsonl")
    outcomes = list(replay(lines, conventions_named(), now_ms=NOON_MS, together=together))
    assert len(outcomes) == 13
    assert [(each.ignored, each.events, each.entities) for each in outcomes] == [(NOBODY, (), ())] * 13


def test_no_line_of_the_edge_cases_is_an_event_or_ends_the_story() -> None:
    lines = recorded("edge-cases.jsonl")
    outcomes = list(replay(lines, conventions_named(), now_ms=NOON_MS, together=True))
    assert len(outcomes) == len(lines)
    assert [each.events for each in outcomes] == [()] * len(lines)
    assert "a fault of the bridge" not in {each.ignored for each in outcomes}
