"""One process at a time per database: a lock file beside it, held by the kernel and gone with the process, however it
ends. The daemon holds it for its life and writes into it where it can be spoken to; a command for milliseconds. Whoever
takes it brings to disk what the last process may have left half done.
"""  # noqa: D205 -- one sentence

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TextIO

from bridge.errors import AlreadyRunning, StorageUnavailable
from bridge.storage.durable import make_folder, secure_log

_LOOK_AGAIN_S: Final = 0.02


@contextmanager
def hold_lock(database: Path, *, wait_s: float = 0.0, spoken_to_at: Path | None = None) -> Iterator[None]:
    """Hold the lock of a database. Raises AlreadyRunning if another process does for longer than `wait_s`."""
    path = _lock_path(database)
    try:
        make_folder(path.parent)
        file = path.open("a")
    except OSError as error:
        raise StorageUnavailable(f"the lock file {path} cannot be opened: {error.strerror}") from error
    with file:
        _take(file, database, path, wait_s)
        _secure(database)
        with suppress(OSError):  # a full disk: then it is looked for where it usually is
            file.truncate(0)
            file.write("" if spoken_to_at is None else f"{spoken_to_at}\n")
            file.flush()
        yield


def spoken_to_at(database: Path) -> Path | None:
    """Return where the daemon that held the lock last can be spoken to, None if it did not say."""
    try:
        text = _lock_path(database).read_text().strip()
    except (OSError, ValueError):
        return None
    return Path(text) if text else None


def is_held(database: Path) -> bool:
    """Tell whether somebody holds the lock now. Leaves nothing behind."""
    try:
        with _lock_path(database).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _lock_path(database: Path) -> Path:
    return database.with_name(f"{database.name}.lock")


def _secure(database: Path) -> None:
    try:
        secure_log(database)
    except OSError as error:
        raise StorageUnavailable(f"the log of the database {database} cannot be synced: {error.strerror}") from error


def _take(file: TextIO, database: Path, path: Path, wait_s: float) -> None:
    give_up_at = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up_at:
                raise AlreadyRunning(f"another ifttt-bridge is running on {database}; stop it first") from None
            time.sleep(_LOOK_AGAIN_S)
        except OSError as error:
            raise StorageUnavailable(f"the lock file {path} cannot be locked: {error.strerror}") from error
        else:
            return
