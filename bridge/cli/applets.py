"""`ifttt-bridge applets`: each Applet in words, since when it is there, and how IFTTT asks for it."""

import argparse

import msgspec

from bridge.desk.journey_rows import AppletPage, AppletRow
from bridge.desk.requests import ListApplets

_UNITS = ((24 * 3600, "day"), (3600, "hour"), (60, "minute"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--home", help="of one home (default: all)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List them, page by page."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    desk, after, count = Desk.of(arguments.config), 0, 0
    while True:
        page = desk.ask(ListApplets(arguments.home, after), AppletPage)
        for applet in page.applets:
            print(msgspec.json.encode(applet).decode() if arguments.json else "\n".join(applet_lines(applet)))
        count += len(page.applets)
        if page.after is None:
            break
        after = page.after
    if not count and not arguments.json:
        print("No Applet has asked yet: IFTTT asks for the first time when somebody turns one on")
    return 0


def applet_lines(applet: AppletRow) -> list[str]:
    """Return an Applet in words: what it waits for, how it is, and what is wrong."""
    whose = f"{applet.user} of {applet.home}{f', to {applet.client}' if applet.client else ''}"
    lines = [f"{shown(applet.words)}  ({whose})  [{shown(applet.identity)}]"]
    events = f"{applet.events}{' or more' if applet.more_events else ''} event{'' if applet.events == 1 else 's'}"
    told = f"last told {applet.last_told}" if applet.last_told else "not told yet"
    how = applet.state if applet.ended is None else f"{applet.state} {applet.ended}"
    lines.append(f"  {how}; since {applet.since}: {events}, {told}, last poll {ago(applet.last_poll_age_s)}")
    if applet.trouble:
        times = f"{applet.errors} attempt{'' if applet.errors == 1 else 's'} in vain"
        lines.append(f"  {applet.trouble}: {times} since it was told last")
    return lines


def ago(seconds: int) -> str:
    """Return how long ago something was."""
    for unit_s, name in _UNITS:
        if seconds >= 2 * unit_s:
            return f"{seconds // unit_s} {name}s ago"
    return f"{seconds} second{'' if seconds == 1 else 's'} ago"


def shown(text: str) -> str:
    """Return a text as a terminal may be shown it: what devices say could otherwise move its cursor."""
    return text if text.isprintable() else ascii(text)[1:-1]
