"""`ifttt-bridge events`: what has happened, oldest first."""

import argparse
import asyncio

import msgspec

from bridge.ifttt.ingredients import iso_time
from bridge.settings import Settings
from bridge.storage.database import Database
from bridge.storage.events import Events
from bridge.timeline.entry import Entry

CHUNK = 1000
FOLLOW_INTERVAL_S = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--follow", action="store_true", help="go on with what happens from now")
    parser.add_argument("--home", help="of one home (default: all)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the timeline."""
    from bridge.cli.database import with_database  # noqa: PLC0415 -- the weight of the database

    show = _as_json if arguments.json else _as_text

    async def listing(database: Database, _settings: Settings) -> None:
        events, seq = Events(database), 0
        while True:
            entries = await events.after(seq, CHUNK, home=arguments.home)
            for entry in entries:
                print(show(entry), flush=arguments.follow)
            seq = entries[-1].seq if entries else seq
            if not entries and not arguments.follow:
                return
            if not entries:
                await asyncio.sleep(FOLLOW_INTERVAL_S)

    with_database(arguments, listing)
    return 0


def _as_json(entry: Entry) -> str:
    event = entry.event
    return msgspec.json.encode(
        {
            "id": entry.id,
            "seq": entry.seq,
            "home": event.home,
            "entity": event.entity,
            "device": event.device,
            "kind": event.kind,
            "recorded_at": iso_time(entry.recorded_at_ms),
            "offered": entry.offered,
            "reason": event.reason,
            "ingredients": event.ingredients,
        }
    ).decode()


def _as_text(entry: Entry) -> str:
    event = entry.event
    name = event.ingredients.get("device_name", event.device)
    note = "" if event.reason is None else f"  (not offered: {event.reason})"
    return f"{iso_time(entry.recorded_at_ms)}  {event.kind:<20} {name}{note}"
