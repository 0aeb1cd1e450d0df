"""`ifttt-bridge schema`: what a configuration may hold, for an editor that completes it."""

import argparse
import json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    """Print it. It is the same whatever this machine's configuration says."""
    from bridge.settings.schema import configuration_schema  # noqa: PLC0415 -- pydantic, for nobody else here

    print(json.dumps(configuration_schema(), indent=2))
    return 0
