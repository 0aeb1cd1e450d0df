"""`ifttt-bridge user`: people with an account."""

import argparse
import getpass
import sys

import msgspec

from bridge.desk.requests import AddUser, ListUsers, RemoveUser, SetOwner, SetPassword
from bridge.desk.rows import UserRow
from bridge.errors import AccountError
from bridge.oauth.connection import LIMIT
from bridge.oauth.passwords import MAX_CHARACTERS, MIN_CHARACTERS, hash_password

MAX_NAME_CHARACTERS = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    add = commands.add_parser("add", help="make an account")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--home", help="the home's id (default: the first home)")
    add.add_argument("--owner", action="store_true", help="let them use the private pages, where everything is decided")
    add.add_argument("--password-stdin", action="store_true", help="read it from standard input (default: ask)")
    add.set_defaults(run=run_add)
    listing = commands.add_parser("list", help="list accounts")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=run_list)
    remove = commands.add_parser("remove", help="end an account, and erase its tokens and what IFTTT asked in its name")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=run_remove)
    owner = commands.add_parser("owner", help="let somebody use the private pages, or no longer")
    owner.add_argument("name", metavar="NAME")
    owner.add_argument("--not", dest="owner", action="store_false", help="no longer; their browsers are signed out")
    owner.set_defaults(run=run_owner)
    passwd = commands.add_parser("passwd", help="give an account another password; tokens stay, browsers sign in anew")
    passwd.add_argument("name", metavar="NAME")
    passwd.add_argument("--password-stdin", action="store_true", help="read it from standard input (default: ask)")
    passwd.set_defaults(run=run_passwd)


def run_add(arguments: argparse.Namespace) -> int:
    """Make an account. Without a password, as where nobody can be asked for one, it cannot sign in on a page."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    name = _checked_name(arguments.name)
    desk = Desk.of(arguments.config)
    if arguments.password_stdin:
        password: str | None = _read_password()
    else:
        password = _ask_password(name) if sys.stdin.isatty() else None
    password_hash = None if password is None else hash_password(password)
    user = desk.ask(AddUser(name, arguments.home, password_hash, arguments.owner), UserRow)
    print(f"Added {user.name} to {user.home}. IFTTT will know this account as {user.id}")
    if password is None:
        print(f"It has no password yet, so {user.name} cannot sign in: ifttt-bridge user passwd {user.name}")
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """List accounts."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    users = Desk.of(arguments.config).ask(ListUsers(), list[UserRow])
    for user in users:
        if arguments.json:
            print(msgspec.json.encode(user).decode())
        else:
            print(f"{user.name:<24} {user.home:<16} {user.id}{'  owner' if user.owner else ''}{_connected(user)}")
    if not users and not arguments.json:
        print("There are no users yet: ifttt-bridge user add NAME --password-stdin")
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    """End an account. From then on IFTTT is told 401, and asks its person to connect again."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    user = Desk.of(arguments.config).ask(RemoveUser(arguments.name), UserRow)
    print(f"Removed {user.name} ({user.id}), with all tokens. What the home's devices did stays in the timeline")
    return 0


def run_owner(arguments: argparse.Namespace) -> int:
    """Let somebody use the private pages, or no longer."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    user = Desk.of(arguments.config).ask(SetOwner(arguments.name, arguments.owner), UserRow)
    print(f"{user.name} {'is now' if user.owner else 'is no longer'} an owner")
    return 0


def run_passwd(arguments: argparse.Namespace) -> int:
    """Give an account another password."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    desk = Desk.of(arguments.config)
    password = _read_password() if arguments.password_stdin else _ask_password(arguments.name)
    user = desk.ask(SetPassword(arguments.name, hash_password(password)), UserRow)
    print(f"{user.name} has a new password")
    return 0


def _connected(user: UserRow) -> str:
    """Say how a user's connections to IFTTT are, "" without any."""
    if user.state is None:
        return ""
    several = f", {user.connections} connections" if user.connections > 1 else ""
    failed = f", {user.failed_checks} of {LIMIT} checks failed" if user.failed_checks else ""
    return f"  {user.state}{several}{failed}"


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise AccountError(f"a name has 1 to {MAX_NAME_CHARACTERS} printable characters")
    return name


def _read_password() -> str:
    return _checked_password(sys.stdin.readline().removesuffix("\n").removesuffix("\r"))


def _ask_password(name: str) -> str:
    if not sys.stdin.isatty():
        raise AccountError("there is no terminal to ask for the password; give it with --password-stdin")
    password = _checked_password(getpass.getpass(f"New password of {name}: "))
    if getpass.getpass("Once more: ") != password:
        raise AccountError("the two are not the same; nothing was changed")
    return password


def _checked_password(password: str) -> str:
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise AccountError(f"a password has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters")
    return password
