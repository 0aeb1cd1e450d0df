"""`ifttt-bridge check-config`: is the configuration right?"""

import argparse
import os

from bridge.cli.extent import extent
from bridge.settings import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check. What is wrong is raised, and told by the caller; what is only worth knowing comes first."""
    settings = load(arguments.config, os.environ)
    for note in settings.notes:
        print(note)
    print(f"The configuration is right: {extent(settings)}.")
    return 0
