"""What devices answer when they are asked how they are was so before: it sets the state, and fires nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
import pytest

from bridge.cli.replay import replay
from bridge.cli.replay_bridge import Outcome
from bridge.cli.replay_lines import read_lines
from bridge.devices.described import Convention
from bridge.devices.dialects.shelly import Shelly
from bridge.devices.dialects.tasmota.convention import Tasmota

RECORDINGS: Final = Path(__file__).parents[3] / "recordings"
NOON_MS: Final = 1_770_000_000_000
SHELLY: Final = "shellyplus1pm-aabbccddeeff"


def described(recording: str, ending: str) -> dict[str, object]:
    lines = (msgspec.json.decode(line) for line in (RECORDINGS / recording).read_bytes().splitlines() if line.strip())
    return next(
        {"topic": line["topic"], "payload": line["payload"]} for line in lines if line["topic"].endswith(ending)
    )


def played(convention: Convention, *lines: Mapping[str, object]) -> list[Outcome]:
    written = [msgspec.json.encode({"case": "it", **line}) for line in lines]
    return list(replay(read_lines(written, name="it"), [convention], now_ms=NOON_MS))


def states(outcomes: list[Outcome], kind: str) -> list[tuple[str | None, tuple[str, ...]]]:
    return [
        (next((each.state for each in outcome.entities if each.kind == kind), None), outcome.events)
        for outcome in outcomes
    ]


def test_what_a_tasmota_answers_fires_nothing_and_what_it_says_by_itself_does() -> None:
    config = described("tasmota.jsonl", "/config")
    told = msgspec.json.decode(str(config["payload"]))
    stat = str(told["ft"]).replace("%topic%", told["t"]).replace("%prefix%", told["tp"][1])
    answers = [
        {"topic": f"{stat}STATUS11", "payload": f'{{"StatusSTS":{{"POWER":"{word}"}}}}'} for word in ("OFF", "ON")
    ]
    said = {"topic": f"{stat}RESULT", "payload": '{"POWER":"OFF"}'}
    kinds = {each.kind for outcome in played(Tasmota(), config) for each in outcome.entities}
    kind = "light" if "light" in kinds else "switch"
    assert states(played(Tasmota(), config, *answers, said), kind)[1:] == [
        ("off", ()),
        ("on", ()),
        ("off", (f"{kind}.turned_off",)),
    ]


@pytest.mark.parametrize("answered", [True, False])
def test_what_a_shelly_answers_fires_nothing_and_what_it_notifies_of_does(answered: bool) -> None:  # noqa: FBT001 -- a case
    def status(output: bool) -> str:  # noqa: FBT001 -- what the device says
        return msgspec.json.encode({"switch:0": {"id": 0, "output": output}}).decode()

    first = {
        "topic": f"{SHELLY}/events/rpc",
        "payload": f'{{"src":"{SHELLY}","method":"NotifyFullStatus","params":{status(output=False)}}}',
    }
    if answered:
        then = {
            "topic": f"ifttt-bridge-{SHELLY}/rpc",
            "payload": f'{{"id":1,"src":"{SHELLY}","dst":"ifttt-bridge-{SHELLY}","result":{status(output=True)}}}',
        }
    else:
        then = {
            "topic": f"{SHELLY}/events/rpc",
            "payload": f'{{"src":"{SHELLY}","method":"NotifyStatus","params":{status(output=True)}}}',
        }
    outcomes = states(played(Shelly(), first, first, then), "switch")
    assert outcomes[-1] == ("on", () if answered else ("switch.turned_on",))
