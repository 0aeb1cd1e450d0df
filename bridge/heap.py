"""How much memory the C library keeps for itself. By its own rules it keeps what threads and a start have used once;
a daemon on a small computer lives for months with what it has left then. Another C library than glibc needs no telling.

Knows nothing of Python's own objects, nor of who used what.
"""  # noqa: D205 -- one sentence

import contextlib
import ctypes
from typing import Final

_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
"""What mallopt(3) calls them: from which size on a block is one of its own, and how many arenas there may be."""


def share_one_arena() -> None:
    """Let all threads allocate from one place. To be called before there are any; few of ours work at a time."""
    _tell("mallopt", _M_ARENA_MAX, 1)


def keep_no_blocks_above(size: int) -> None:
    """Let blocks of so many bytes and more go back as soon as they are free."""
    _tell("mallopt", _M_MMAP_THRESHOLD, size)


def give_back() -> None:
    """Give back what the start has used and nobody uses any more (malloc_trim(3))."""
    _tell("malloc_trim", 0)


def _tell(function: str, *numbers: int) -> None:
    with contextlib.suppress(AttributeError, OSError):
        getattr(ctypes.CDLL(None), function)(*numbers)
