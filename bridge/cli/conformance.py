"""`ifttt-bridge conformance`: IFTTT's endpoint tests, against any service."""

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bridge.cli.conformance_oauth import add_oauth_arguments, walk_of
from bridge.errors import ConfigurationError

if TYPE_CHECKING:
    from bridge.conformance.oauth.walk import Walk
    from bridge.conformance.report import Report
    from bridge.conformance.run import Plan
    from bridge.conformance.service import Limits
    from bridge.conformance.sheet import Sheet

KEY_VARIABLE: Final = "IFTTT_SERVICE_KEY"
MOST_FILE_BYTES: Final = 8 * 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.add_argument("url", metavar="BASE_URL", help="the service, as IFTTT would be told: the API URL prefix")
    parser.add_argument(
        "--service-key",
        metavar="KEY",
        help=f"the service key (else ${KEY_VARIABLE}): here others may see it in the list of processes",
    )
    parser.add_argument("--service-key-file", metavar="FILE", help="a file with the service key; - is standard input")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="what the service is, as JSON: tests more with it")
    parser.add_argument("--only", default="", metavar="WORD", help="only tests and things with this in their name")
    parser.add_argument("--strict", action="store_true", help="warnings count as well")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--timeout", type=_seconds, default=20.0, metavar="SECONDS", help="for one answer (default: 20)"
    )
    parser.add_argument(
        "--time-limit", type=_seconds, default=900.0, metavar="SECONDS", help="for the whole run (default: 900)"
    )
    add_oauth_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the tests and tell each as it ends: 0 if nothing that is required is missing."""
    from bridge.conformance.report import Report  # noqa: PLC0415 -- not needed to show the help
    from bridge.conformance.run import Plan  # noqa: PLC0415 -- the same
    from bridge.conformance.service import Limits  # noqa: PLC0415 -- the same

    url = _base_url(arguments.url)
    plan = Plan(_key(arguments), _sheet(arguments.sheet), arguments.only)
    walk = walk_of(arguments, url, os.environ)
    report = Report(sys.stdout, sys.stderr, as_json=arguments.json, strict=arguments.strict)
    asyncio.run(_tell(url, Limits(arguments.timeout, arguments.time_limit), plan, walk, report))
    return report.finish()


async def _tell(url: str, limits: "Limits", plan: "Plan", walk: "Walk | None", report: "Report") -> None:
    from bridge.conformance.run import run_checks  # noqa: PLC0415 -- not needed to show the help
    from bridge.conformance.service import reaching  # noqa: PLC0415 -- the same

    async with reaching(url, limits) as service:
        async for result in run_checks(service, plan, report.progress):
            report.tell(result)
        if walk is not None:
            from bridge.conformance.oauth.run import run_oauth  # noqa: PLC0415 -- the same

            async for result in run_oauth(service, walk, report.progress):
                report.tell(result)


def _base_url(text: str) -> str:
    address = urlsplit(text)
    try:
        usable = address.scheme in {"http", "https"} and bool(address.hostname) and address.port != 0
    except ValueError:
        usable = False
    if not usable or address.query or address.fragment:
        raise ConfigurationError([f"BASE_URL: {text!r} is not an address such as https://home.example.org"])
    return text.rstrip("/").removesuffix("/ifttt/v1")


def _key(arguments: argparse.Namespace) -> str:
    if arguments.service_key_file == "-":
        key = sys.stdin.readline()
    elif arguments.service_key_file:
        key = read_file("--service-key-file", Path(arguments.service_key_file)).decode(errors="replace")
    else:
        key = arguments.service_key or os.environ.get(KEY_VARIABLE, "")
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable():
        raise ConfigurationError([f"no service key: give --service-key-file, --service-key or ${KEY_VARIABLE}"])
    return key


def _sheet(path: Path | None) -> "Sheet | None":
    from bridge.conformance.sheet import UnreadableSheet, read_sheet  # noqa: PLC0415 -- not needed to show the help

    if path is None:
        return None
    try:
        return read_sheet(read_file("--sheet", path))
    except UnreadableSheet as error:
        raise ConfigurationError([f"--sheet {path}: {error}"]) from None


def read_file(option: str, path: Path) -> bytes:
    """Return what a file holds, within bounds. Raises ConfigurationError."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_FILE_BYTES)
    except OSError as error:
        raise ConfigurationError([f"{option} {path}: {error.strerror}"]) from None


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 86400:  # noqa: PLR2004 -- from a tenth of a second to a day
        raise argparse.ArgumentTypeError("must be a number of seconds from 0.1 to 86400")
    return seconds
