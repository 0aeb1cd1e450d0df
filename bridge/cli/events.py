"""`ifttt-bridge events`: what has happened, oldest first."""

import argparse

import msgspec

from bridge.desk.requests import ReadEvents
from bridge.desk.rows import EventPage, EventRow
from bridge.errors import BridgeError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--follow", action="store_true", help="go on with what happens, until the daemon stops")
    parser.add_argument("--home", help="of one home (default: all)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the timeline, page by page: nobody waits for the database while somebody reads."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    desk, seq = Desk.of(arguments.config), 0
    while True:
        page = desk.ask(ReadEvents(seq, arguments.home, arguments.follow), EventPage)
        for event in page.events:
            print(msgspec.json.encode(event).decode() if arguments.json else _as_text(event))
        if arguments.follow:
            print(end="", flush=True)
        if page.events:
            seq = page.events[-1].seq
        elif not arguments.follow:
            return 0
        elif not page.live:
            raise BridgeError("no daemon is running any more: nothing happens that could be followed")


def _as_text(event: EventRow) -> str:
    name = event.ingredients.get("device_name", event.device)
    note = "" if event.reason is None else f"  (not offered: {event.reason})"
    return f"{event.recorded_at}  {event.kind:<20} {name}  [{event.id}]{note}"
