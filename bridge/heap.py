"""How much memory the C library keeps for itself. By its own rules it keeps what threads and a start have used once;
a daemon on a small computer lives for months with what it has left then. Knows nothing of Python's own objects.
"""  # noqa: D205 -- one sentence

import contextlib
import ctypes
from typing import Final

_M_ARENA_MAX: Final = -8
"""mallopt(3): how many arenas there may be."""


def share_one_arena() -> None:
    """Let all threads allocate from one place. To be called before there are any; few of ours work at a time."""
    with contextlib.suppress(AttributeError, OSError):  # another C library needs no telling
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Give back what the start has used and nobody uses any more (malloc_trim(3))."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
