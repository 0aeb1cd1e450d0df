"""`ifttt-bridge sheet`: what to type into IFTTT's forms, and what changed since it was typed."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.ifttt.sheet import ServiceSettings, Sheet
    from bridge.ifttt.sheet_blocks import Block

LARGEST_SHEET: Final = 4 * 1024 * 1024  # a hundred times as large as ours


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as one JSON document; of changes, one JSON object a line")
    form.add_argument("--markdown", action="store_true", help="as Markdown")
    form.add_argument("--html", action="store_true", help="as a page for a browser, with buttons that copy")
    parser.add_argument(
        "--since",
        type=Path,
        metavar="FILE",
        help="say instead what changed since a sheet saved with --json; status 1 if that harms enabled Applets",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the sheet, or what changed. 1 if some of it is not safe for Applets that are switched on."""
    from bridge.ifttt.sheet import sheet_of, sheet_to_json  # noqa: PLC0415 -- the same
    from bridge.ifttt.sheet_page import page_of  # noqa: PLC0415 -- nothing of this is needed to show the help

    old = None if arguments.since is None else _saved(arguments.since)
    sheet = sheet_of(_service(arguments.config))
    if old is not None:
        return _changes(arguments, old, sheet)
    print(sheet_to_json(sheet) + "\n" if arguments.json else _shown(arguments, page_of(sheet)), end="")
    return 0


def _changes(arguments: argparse.Namespace, old: "Sheet", new: "Sheet") -> int:
    import msgspec  # noqa: PLC0415 -- nothing of this is needed to show the help

    from bridge.ifttt.sheet_changes import changes_between, not_compared  # noqa: PLC0415 -- the same
    from bridge.ifttt.sheet_page import page_of_changes  # noqa: PLC0415 -- the same

    changes = changes_between(old, new)
    for note in not_compared(old, new):
        print(f"ifttt-bridge: {note}", file=sys.stderr)
    if arguments.json:
        for change in changes:
            print(msgspec.json.encode(change).decode())
    else:
        print(_shown(arguments, page_of_changes(changes, since=arguments.since.name)), end="")
    return 0 if all(change.safe for change in changes) else 1


def _shown(arguments: argparse.Namespace, page: "Sequence[Block]") -> str:
    if arguments.html:
        from bridge.cli.sheets.html import as_html  # noqa: PLC0415 -- one of three is needed

        return as_html(page)
    if arguments.markdown:
        from bridge.cli.sheets.markdown import as_markdown  # noqa: PLC0415 -- the same

        return as_markdown(page)
    from bridge.cli.sheets.text import as_text  # noqa: PLC0415 -- the same

    return as_text(page)


def _saved(file: Path) -> "Sheet":
    from bridge.ifttt.sheet import sheet_from_json  # noqa: PLC0415 -- not needed to show the help
    from bridge.settings.text_files import read_text  # noqa: PLC0415 -- the same

    try:
        content = read_text(file, limit=LARGEST_SHEET)
    except ValueError as error:
        raise ConfigurationError([f"--since {file}: {error}"]) from None
    try:
        return sheet_from_json(content)
    except ValueError as error:
        cure = "save one by: ifttt-bridge sheet --json"
        raise ConfigurationError([f"--since {file}: is not a saved sheet: {error}; {cure}"]) from None


def _service(config: Path | None) -> "ServiceSettings":
    """Return what the configuration says of the service. The sheet is there without one, too."""
    from bridge.ifttt.sheet import service_settings  # noqa: PLC0415 -- the same
    from bridge.service_sheet import FIRST_KEY, service_of  # noqa: PLC0415 -- not needed to show the help
    from bridge.settings import load  # noqa: PLC0415 -- the same

    try:
        settings = load(config, os.environ)
    except ConfigurationError as error:
        print("ifttt-bridge: the sheet has placeholders, as the configuration cannot be used:", file=sys.stderr)
        print(error, file=sys.stderr)
        return service_settings("", (), first_key=FIRST_KEY)
    return service_of(settings)
