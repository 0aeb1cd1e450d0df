"""What `simulate --replay` does with a file: which line meets which bridge, and how it is shown what came of it."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from bridge.cli.replay_bridge import Outcome, ReplayedBridge
from bridge.cli.replay_lines import Line
from bridge.devices.described import Convention


def replay(
    lines: Iterable[Line], conventions: Sequence[Convention], *, now_ms: int, together: bool = False
) -> Iterator[Outcome]:
    """Replay lines: those of one case meet one bridge, each of the others one of its own.

    `together`: those without a case meet one bridge as well, as a recording is one story.
    """
    bridges: dict[str | int | None, ReplayedBridge] = {}
    for line in lines:
        if line.case is None and not together:
            yield ReplayedBridge(conventions, now_ms=now_ms).take(line)
        else:
            if line.case not in bridges:
                bridges[line.case] = ReplayedBridge(conventions, now_ms=now_ms)
            yield bridges[line.case].take(line)


def as_json(outcome: Outcome) -> str:
    """Return an outcome as one JSON object."""
    publishes = [{"topic": each.topic, "payload": each.payload.decode(errors="replace")} for each in outcome.publishes]
    return msgspec.json.encode(
        {
            "line": outcome.line,
            "events": outcome.events,
            "entities": outcome.entities,
            "publishes": publishes,
            "ignored": outcome.ignored,
        }
    ).decode()


def as_text(outcome: Outcome) -> str:
    """Return an outcome as a person reads it: a line for what happened, and one for each entity."""
    happened = ", ".join(outcome.events) or ("-" if outcome.ignored is None else f"ignored: {outcome.ignored}")
    rows = [f"{outcome.line:>5}  {happened}"]
    for entity in outcome.entities:
        state = "" if entity.state is None else f"{entity.state} {entity.unit or ''}".rstrip()
        online = {True: "online", False: "offline", None: ""}[entity.online]
        rows.append(f"       {entity.kind:<13} {entity.name:<32} {state:<16} {online}".rstrip())
    rows += (f"       asks {each.topic}  {each.payload.decode(errors='replace')}" for each in outcome.publishes)
    return "\n".join(rows)
