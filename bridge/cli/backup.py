"""`ifttt-bridge backup`: a verified copy of the database, while the daemon works or without one."""

import argparse
import os
from pathlib import Path

import msgspec

from bridge.cli.progress import Progress
from bridge.errors import CopyRefused, NotTheOwner


class Made(msgspec.Struct, frozen=True):
    """The copy that was made."""

    file: str
    bytes: int
    schema: int
    newest_seq: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the copy; it must not be there yet")
    parser.add_argument("--force", action="store_true", help="overwrite FILE if it is there")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Copy and verify. The daemon is not asked: SQLite lets a reader of its own have one moment of the database."""
    from bridge.settings import load  # noqa: PLC0415 -- nothing of this is needed to show the help
    from bridge.storage.copying import copy_database  # noqa: PLC0415 -- the same
    from bridge.storage.lock import is_held  # noqa: PLC0415 -- the same
    from bridge.storage.mending import check_whole  # noqa: PLC0415 -- the same

    storage = load(arguments.config, os.environ).storage
    database = storage.path
    target = _checked(arguments.file.absolute(), database, force=arguments.force)
    _check_may_read(database)
    if not is_held(database):
        check_whole(database, storage.folder_of_copies)
    progress = Progress("Copying")
    try:
        facts = copy_database(database, target, progress=progress, overwrite=arguments.force)
    finally:
        progress.end()
    made = Made(str(facts.path), facts.bytes, facts.schema, facts.newest_seq)
    if arguments.json:
        print(msgspec.json.encode(made).decode())
    else:
        print(
            f"Copied and verified: {made.file}, {made.bytes / 1024 / 1024:.1f} MiB. It opens all accounts: keep it safe"
        )
    return 0


def _checked(target: Path, database: Path, *, force: bool) -> Path:
    """Return where the copy goes. Raises CopyRefused."""
    if target.is_dir():
        raise CopyRefused(f"{target} is a folder; name a file in it: {target / 'bridge-copy.db'}")
    if not target.parent.is_dir():
        raise CopyRefused(f"there is no folder {target.parent}")
    if not database.exists():
        raise CopyRefused(f"there is no database {database} yet; the first start makes it")
    beside = {database.with_name(f"{database.name}{ending}") for ending in ("", "-wal", "-shm", "-journal", ".lock")}
    if target in beside or (target.exists() and target.samefile(database)):
        raise CopyRefused(f"{target} is the database itself; name another file")
    if target.exists() and not force:
        raise CopyRefused(f"{target} exists already; --force overwrites it")
    return target


def _check_may_read(database: Path) -> None:
    """Refuse as anybody but the owner and root: files of another owner would lock the daemon out. SQLite gives what
    root makes beside a database to its owner.
    """  # noqa: D205 -- one paragraph
    from bridge.cli.asking import check_owner  # noqa: PLC0415 -- nothing of this is needed to show the help

    try:
        check_owner(database)
    except NotTheOwner:
        if os.geteuid() != 0:
            raise
