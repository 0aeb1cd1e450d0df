"""`ifttt-bridge grant`: who is connected to IFTTT, how each connection is, and ending one."""

import argparse

import msgspec

from bridge.desk.requests import ListGrants, RevokeGrant
from bridge.desk.rows import GrantRow
from bridge.oauth.connection import State


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="list who is connected, and how IFTTT's checks of it go")
    listing.add_argument("user", metavar="USER", nargs="?", help="of one user (default: of everybody)")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=run_list)
    revoke = commands.add_parser("revoke", help="end a grant with all its tokens, at once")
    revoke.add_argument("id", metavar="ID", help="the id, or its beginning, as `grant list` shows it")
    revoke.set_defaults(run=run_revoke)


def run_list(arguments: argparse.Namespace) -> int:
    """List grants."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    grants = Desk.of(arguments.config).ask(ListGrants(arguments.user), list[GrantRow])
    for grant in grants:
        if arguments.json:
            print(msgspec.json.encode(grant).decode())
        else:
            print("\n".join(_lines(grant)))
    if not grants and not arguments.json:
        print("Nobody is connected: a person connects the service on its page at IFTTT")
    return 0


def run_revoke(arguments: argparse.Namespace) -> int:
    """End a grant. IFTTT hears of it when it asks next."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    grant = Desk.of(arguments.config).ask(RevokeGrant(arguments.id), GrantRow)
    outcome = "its Applets end unless they connect again" if grant.state == State.REVOKED else "another one goes on"
    print(f"Revoked grant {grant.id} of {grant.user} to {grant.client}; {outcome}")
    return 0


def _lines(grant: GrantRow) -> list[str]:
    """Return a grant in words: what it is, how it is, and what helps."""
    name = "-" if grant.id is None else grant.id
    who = f"{name}  {grant.user} of {grant.home}, to {grant.client}"
    when = "no grant is left" if grant.since is None else f"since {grant.since}, last used {grant.last_used or 'never'}"
    lines = [f"{who}, {when}", f"  {_health(grant)}"]
    if grant.reason:
        lines.append(f"  the cause: {grant.reason}")
    if grant.advice:
        lines.append(f"  -> {grant.advice}")
    return lines


def _health(grant: GrantRow) -> str:
    facts = [f"{grant.failed_checks} of {grant.of} checks failed", f"last passed {grant.last_check_passed or 'never'}"]
    if grant.last_check_failed is not None:
        facts.append(f"last failed {grant.last_check_failed}")
    if grant.refresh_refused is not None:
        facts.append(f"a refresh was refused {grant.refresh_refused}")
    return f"{grant.state}: {', '.join(facts)}"
