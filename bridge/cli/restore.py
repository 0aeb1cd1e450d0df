"""`ifttt-bridge restore`: put a copy in the place of the database, through the daemon or without one."""

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from bridge.cli.progress import Progress
from bridge.errors import AlreadyRunning, BridgeError, CopyRefused
from bridge.storage.restored import Restored

if TYPE_CHECKING:
    from bridge.desk.rows import RestoreState
    from bridge.settings import Settings

LOOK_EVERY_S: Final = 0.2
ANSWER_TIMEOUT_S: Final = 10.0
AWAY_S: Final = 600.0
"""So long a daemon may be away that takes over what has come since: then its log must say what it does."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a copy that `backup` or the daemon made")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Restore, and say what came of it. The replaced database stays beside the new one."""
    from bridge.settings import load  # noqa: PLC0415 -- nothing of this is needed to show the help

    settings, copy = load(arguments.config, os.environ), arguments.file.absolute()
    progress = Progress("Copying")
    try:
        restored = _through_daemon(settings, copy, progress) or _alone(settings, copy, progress)
    finally:
        progress.end()
    if arguments.json:
        print(msgspec.json.encode(restored).decode())
    else:
        print("\n".join(_told(restored)))
    return 0


def _told(restored: Restored) -> list[str]:
    lines = [f"Restored {restored.copy}: no Applet fires again, and every token is kept"]
    if restored.aside is not None:
        lines.append(f"The database from before is kept as {restored.aside}")
        lines.append(f"Events taken over from it, because they came after the copy: {restored.carried}")
    if restored.unread and restored.aside is not None:
        lines.append("Not taken over from it, for it is no later state of the copy or cannot be read: what came since")
    if restored.removed:
        lines.append(f"Users who were removed since the copy stay removed: {', '.join(restored.removed)}")
    return lines


def _through_daemon(settings: "Settings", copy: Path, progress: Progress) -> Restored | None:
    """Let a running daemon do it; None if none listens. Raises BridgeError."""
    from bridge.cli.asking import socket_of, through_socket  # noqa: PLC0415 -- nothing of this is needed to show the help
    from bridge.desk.requests import ReadRestore, RestoreCopy, request_to_bytes  # noqa: PLC0415 -- the same
    from bridge.desk.rows import RestoreState  # noqa: PLC0415 -- the same

    path = socket_of(settings.storage.path)
    content = through_socket(
        path, request_to_bytes(RestoreCopy(str(copy))), timeout_s=ANSWER_TIMEOUT_S, repeatable=False
    )
    if content is None:
        return None
    state, heard_s = msgspec.json.decode(content, type=RestoreState), time.monotonic()
    question = request_to_bytes(ReadRestore(state.number))
    while state.phase != "done":
        if state.phase == "failed":
            raise CopyRefused(state.trouble)
        _show(state, progress)
        time.sleep(LOOK_EVERY_S)
        content = through_socket(path, question, timeout_s=ANSWER_TIMEOUT_S, repeatable=True)
        if content is not None:
            state, heard_s = msgspec.json.decode(content, type=RestoreState), time.monotonic()
        else:
            _check_lives(settings.storage.path, time.monotonic() - heard_s)
    if state.outcome is None:
        raise BridgeError("the running daemon answers in another way: it is of another version; restart it")
    return state.outcome


def _check_lives(database: Path, silent_s: float) -> None:
    """Raise BridgeError where no daemon is left that could say what came of it."""
    from bridge.storage.lock import is_held  # noqa: PLC0415 -- nothing of this is needed to show the help

    if not is_held(database):
        raise BridgeError("the daemon ended while the copy was put in place; start it, its log says what came of it")
    if silent_s > AWAY_S:
        raise BridgeError("the daemon does not come back; its log may say why")


def _show(state: "RestoreState", progress: Progress) -> None:
    match state.phase:
        case "copying":
            progress(state.done, state.whole)
        case "checking":
            progress.say("Verifying the copy")
        case _:
            progress.say("Taking over what came after the copy")


def _alone(settings: "Settings", copy: Path, progress: Progress) -> Restored:
    """Do it here: no daemon runs."""
    from bridge.cli.asking import check_owner  # noqa: PLC0415 -- nothing of this is needed to show the help
    from bridge.storage.lock import hold_lock  # noqa: PLC0415 -- the same
    from bridge.storage.replacing import finish_replacing  # noqa: PLC0415 -- the same
    from bridge.storage.restoring import Reason, prepare, put_in_place  # noqa: PLC0415 -- the same

    database = settings.storage.path
    check_owner(database)
    try:
        with hold_lock(database, wait_s=1.0):
            finish_replacing(database)
            prepare(copy, database, progress=progress)
            now_ms = time.time_ns() // 1_000_000  # noqa: TID251 -- commands read the clock
            return put_in_place(database, Reason(str(copy)), now_ms=now_ms)
    except AlreadyRunning:
        raise BridgeError(f"an ifttt-bridge runs on {database}, but nobody listens; its log says why") from None
