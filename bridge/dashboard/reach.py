"""Names for Unix sockets: the kernel takes 107 bytes, and a path may be longer."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

LONGEST_PATH: Final = 100
"""What is longer is reached through its folder."""


@contextmanager
def reachable(path: Path) -> Iterator[str]:
    """Give a name for a path that is short enough for a Unix socket, good while the context lasts."""
    if len(os.fsencode(path)) <= LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
