"""`ifttt-bridge token`: access tokens for tests and scripts."""

import argparse

import msgspec

from bridge.desk.requests import AddToken, ListTokens, RevokeToken
from bridge.desk.rows import TokenRow
from bridge.oauth.tokens import digest_of, mint_token


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    mint = commands.add_parser("mint", help="mint an access token; it is the last word printed, and never shown again")
    mint.add_argument("user", metavar="USER")
    mint.set_defaults(run=run_mint)
    listing = commands.add_parser("list", help="list the tokens that are alive, by their ids")
    listing.add_argument("user", metavar="USER", nargs="?", help="of one user (default: of everybody)")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=run_list)
    revoke = commands.add_parser("revoke", help="end a token, at once")
    revoke.add_argument("id", metavar="ID", help="the id, or its beginning, as `token list` shows it")
    revoke.set_defaults(run=run_revoke)


def run_mint(arguments: argparse.Namespace) -> int:
    """Mint a token. Only its digest is kept."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    token = mint_token()
    kept = Desk.of(arguments.config).ask(AddToken(arguments.user, digest_of(token)), TokenRow)
    print(f"Access token {kept.id} of {kept.user}, shown this once: {token}")
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """List tokens. The tokens themselves are nowhere."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    tokens = Desk.of(arguments.config).ask(ListTokens(arguments.user), list[TokenRow])
    for token in tokens:
        if arguments.json:
            print(msgspec.json.encode(token).decode())
        else:
            print(f"{token.id}  {token.user:<24} {token.created_at}  {token.client}".rstrip())
    if not tokens and not arguments.json:
        print("There are no tokens: ifttt-bridge token mint USER")
    return 0


def run_revoke(arguments: argparse.Namespace) -> int:
    """End a token."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    token = Desk.of(arguments.config).ask(RevokeToken(arguments.id), TokenRow)
    print(f"Revoked token {token.id} of {token.user}")
    return 0
