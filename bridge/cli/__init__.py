"""The command line: which command is meant. Each command lives in a file of its own and brings its own weight."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Final

from bridge import __version__
from bridge.errors import BridgeError, ConfigurationError

FAILED: Final = 1
WRONG_USAGE: Final = 2

COMMANDS: Final = {
    "run": "run the daemon",
    "demo": "show everything working, with a simulated home and a simulated IFTTT",
    "check-config": "check the configuration and do nothing else",
    "schema": "print a JSON Schema of the configuration, for editors",
    "setup-code": "print what makes somebody the first owner, who opens the dashboard",
    "user": "add, list and remove people with an account",
    "token": "mint, list and revoke access tokens, for tests and scripts",
    "grant": "list who is connected to IFTTT and how IFTTT's checks go, and end a connection",
    "device": "list the devices and show what is known of them",
    "events": "list what has happened",
    "trace": "tell what became of an event with each Applet: why did it not fire?",
    "applets": "list the Applets in words, when IFTTT asked for each, and what is wrong",
    "backup": "make a verified copy of the database, while the daemon works or without one",
    "restore": "put a copy in the place of the database; no Applet fires again",
    "doctor": "look at everything a home depends on, and say what is wrong and what helps",
    "sheet": "print what to type into IFTTT's forms, or what changed since",
    "conformance": "run IFTTT's endpoint tests against any service",
    "simulate": "play a home, or IFTTT, for trials",
    "completion": "print what makes a shell complete these commands",
    "man": "print this as a manual page",
}


def main(arguments: Sequence[str] | None = None) -> int:  # noqa: PLR0911 -- one line for each way to end
    """Run one command and return the exit status: 0 done, 1 failed, 2 wrong usage or configuration."""
    try:
        parsed = parser(loaded=False).parse_args(arguments)
        status: int = parsed.run(parsed)
        sys.stdout.flush()
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return WRONG_USAGE
    except BridgeError as error:
        print(f"ifttt-bridge: {error}", file=sys.stderr)
        return FAILED
    except BaseExceptionGroup as group:  # a part of the daemon failed while the others were running
        known, unknown = group.split((BridgeError, BrokenPipeError))
        for one in [] if known is None else known.exceptions:
            print(f"ifttt-bridge: {one}", file=sys.stderr)
        if unknown is not None:
            raise unknown from None
        return FAILED
    except BrokenPipeError:  # whoever read along has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        print(f"ifttt-bridge: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    return status


class _Command(argparse.ArgumentParser):
    """One that is loaded when it is meant: the daemon lives for months, and would carry all others along."""

    later: Callable[[], None] | None = None

    def load(self) -> None:
        """Let the command's own module say what it takes."""
        if self.later is not None:
            later, self.later = self.later, None
            later()

    def parse_known_args(  # type: ignore[override]  # the library declares a variant for each kind of namespace
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Load it, then parse."""
        self.load()
        return super().parse_known_args(args, namespace)


def parser(*, loaded: bool = True) -> argparse.ArgumentParser:
    """Return the whole command line. `loaded` False: of each command no more than its name, until it is meant."""
    whole = argparse.ArgumentParser(
        prog="ifttt-bridge", description="Links a home's MQTT devices to IFTTT as a service of its own."
    )
    whole.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    whole.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the configuration (default: $BRIDGE_CONFIG, else /etc/ifttt-bridge/bridge.toml)",
    )
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Command)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        command.later = partial(_add_arguments, name, command)
        if loaded:
            command.load()
    return whole


def _add_arguments(name: str, command: argparse.ArgumentParser) -> None:
    import_module(f"bridge.cli.{name.replace('-', '_')}").add_arguments(command)
