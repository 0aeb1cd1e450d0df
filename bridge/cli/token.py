"""`ifttt-bridge token`: access tokens for tests and scripts."""

import argparse

from bridge.oauth.tokens import digest_of, mint_token
from bridge.settings import Settings
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    mint = commands.add_parser("mint", help="mint an access token; it is the last word printed, and never shown again")
    mint.add_argument("user", metavar="USER")
    mint.set_defaults(run=run_mint)


def run_mint(arguments: argparse.Namespace) -> int:
    """Mint a token. Only its digest is kept."""
    from bridge.cli.database import now_ms, with_database  # noqa: PLC0415 -- the weight of the database

    token = mint_token()

    async def keep(database: Database, _settings: Settings) -> str:
        accounts = Accounts(database)
        user = await accounts.user_named(arguments.user)
        await accounts.add_token(digest_of(token), user, client="", now_ms=now_ms())
        return user.name

    name = with_database(arguments, keep)
    print(f"Access token of {name}, shown this once: {token}")
    return 0
