"""`ifttt-bridge trace`: the life of an event, or of an Applet: why did it not fire?"""

import argparse
from collections.abc import Iterator

import msgspec

from bridge.cli.applets import ago, applet_lines, shown
from bridge.desk.journey_rows import AppletJourney, ArrivedRow, JourneyRow, Traced, VerdictRow
from bridge.desk.requests import Trace
from bridge.desk.rows import EventRow


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.add_argument(
        "id",
        metavar="EVENT|IDENTITY",
        nargs="?",
        default="",
        help="the id of an event or of an Applet, or its beginning (default: the newest event)",
    )
    parser.add_argument("--all", action="store_true", help="also Applets that wait for something else of the device")
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tell it."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    traced = Desk.of(arguments.config).ask(Trace(arguments.id, arguments.all), Traced)
    if arguments.json:
        print(msgspec.json.encode(traced).decode())
        return 0
    lines = [] if traced.event is None else [*_life(traced.event)]
    for each in traced.applets:
        lines += _applet(each)
    print("\n".join(lines))
    return 0


def _life(journey: JourneyRow) -> Iterator[str]:
    """Return the life of an event, from the wire to the Applets."""
    event = journey.event
    yield f"{event.kind} of {shown(journey.name)}  [{event.id}]"
    yield f"  received    {_received(journey.arrived)}"
    yield f"  understood  {_understood(journey)}"
    yield f"  committed   {event.recorded_at}, as number {event.seq} of all"
    yield f"  offered     {'yes' if event.offered else f'no: {journey.reason}'}"
    concerned = [each for each in journey.applets if each.why is None]
    others = [each for each in journey.applets if each.why is not None]
    if not journey.applets:
        yield "No Applet waits for anything of that sort."
    for title, applets in (("Concerned:", concerned), ("Not concerned:", others)):
        if applets:
            yield title
        for each in applets:
            yield from _verdict(each)
    if journey.left_out:
        yield f"  and {journey.left_out} more"


def _received(arrived: ArrivedRow | None) -> str:
    if arrived is None:
        return "by no message: time had passed, or an older version did not write that down"
    return f"{shown(arrived.topic)}  ({', '.join(arrived.notes)})"


def _understood(journey: JourneyRow) -> str:
    event = journey.event
    change = "" if journey.before is None else f", {shown(journey.before)} -> {shown(journey.after or '?')}"
    when = "" if journey.device_time is None else f", by the device's clock {journey.device_time}"
    words = ", ".join(f"{name} {shown(value)}" for name, value in event.ingredients.items() if value)
    return f"{event.kind}{change}{when}{f' ({words})' if words else ''}"


def _verdict(verdict: VerdictRow) -> Iterator[str]:
    state = "" if verdict.state == "waits" else f", {verdict.state} now"
    yield f"  {shown(verdict.waits_for)}  ({verdict.user}{state})  [{shown(verdict.identity)}]"
    last = f"; last poll {ago(verdict.last_poll_age_s)}" if verdict.why is None else ""
    yield f"    {shown(verdict.words)}{last}"


def _applet(journey: AppletJourney) -> Iterator[str]:
    """Return an Applet, and what became of the newest events that it could have meant."""
    yield from applet_lines(journey.applet)
    if not journey.events:
        yield "  nothing of that sort has happened yet"
    for event, verdict in journey.events:
        yield f"  {_event(event)}"
        yield f"    {'' if verdict.why is None else 'not concerned: '}{shown(verdict.words)}"


def _event(event: EventRow) -> str:
    return (
        f"{event.recorded_at}  {event.kind}  {shown(event.ingredients.get('device_name', event.device))}  [{event.id}]"
    )
