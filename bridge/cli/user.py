"""`ifttt-bridge user`: people with an account."""

import argparse
import sys

import msgspec

from bridge.errors import AccountError
from bridge.oauth.passwords import MAX_CHARACTERS, MIN_CHARACTERS, hash_password
from bridge.settings import Settings
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database

MAX_NAME_CHARACTERS = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    add = commands.add_parser("add", help="make an account")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--home", help="the home's id (default: the first home)")
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    add.set_defaults(run=run_add)
    listing = commands.add_parser("list", help="list accounts")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=run_list)


def run_add(arguments: argparse.Namespace) -> int:
    """Make an account. Without a password it cannot sign in on a page, but may have tokens."""
    from bridge.cli.database import now_ms, with_database  # noqa: PLC0415 -- the weight of the database

    name = _checked_name(arguments.name)
    password = _read_password() if arguments.password_stdin else None
    password_hash = None if password is None else hash_password(password)

    async def add(database: Database, settings: Settings) -> str:
        home = arguments.home or settings.homes[0].id
        user = await Accounts(database).add_user(name, home, password_hash=password_hash, now_ms=now_ms())
        return f"Added {user.name} to {user.home}. IFTTT will know this account as {user.id}"

    print(with_database(arguments, add))
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """List accounts."""
    from bridge.cli.database import with_database  # noqa: PLC0415 -- the weight of the database

    users = with_database(arguments, lambda database, _settings: Accounts(database).users())
    for user in users:
        if arguments.json:
            print(msgspec.json.encode({"name": user.name, "home": user.home, "id": user.id}).decode())
        else:
            print(f"{user.name:<24} {user.home:<16} {user.id}")
    if not users and not arguments.json:
        print("There are no users yet: ifttt-bridge user add NAME --password-stdin")
    return 0


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise AccountError(f"a name has 1 to {MAX_NAME_CHARACTERS} printable characters")
    return name


def _read_password() -> str:
    password = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise AccountError(f"a password has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters")
    return password
