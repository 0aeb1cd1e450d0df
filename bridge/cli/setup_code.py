"""`ifttt-bridge setup-code`: what makes somebody the first owner of the private pages."""

import argparse

from bridge.desk.requests import ReadSetupCode
from bridge.desk.rows import SetupCodeRow


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the code of the running daemon; it is worth nothing once there is an owner."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    row = Desk.of(arguments.config).ask(ReadSetupCode(), SetupCodeRow)
    if row.code:
        print(f"Open {row.address} and type in: {row.code}")
        return 0
    print(f"There is an owner already: sign in at {row.address}. `ifttt-bridge user owner NAME` makes another one")
    return 1
