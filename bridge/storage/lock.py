"""One daemon per database: a lock file beside it, held by the kernel and gone with the process, however it ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.errors import AlreadyRunning, StorageUnavailable


@contextmanager
def hold_lock(database: Path) -> Iterator[None]:
    """Hold the lock of a database. Raises AlreadyRunning if another process does."""
    path = database.with_name(f"{database.name}.lock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = path.open("a")
    except OSError as error:
        raise StorageUnavailable(f"the lock file {path} cannot be opened: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"another ifttt-bridge is running on {database}; stop it first") from None
        except OSError as error:
            raise StorageUnavailable(f"the lock file {path} cannot be locked: {error.strerror}") from error
        yield
