"""The programs that some tests cannot do without, and what happens where they are missing."""

import os
import shutil
from pathlib import Path
from typing import Final, NoReturn

import pytest

_SYSTEM_FOLDERS: Final = ":/usr/local/sbin:/usr/sbin:/sbin"


def program(name: str) -> str:
    """Return the path of a program. Without it the test is skipped, but in continuous integration it must be there."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + _SYSTEM_FOLDERS)
    if found is None:
        _do_without(name)
    return found


def false_clock_library() -> Path:
    """Return the library that shows a program another time than it is; where it is missing as with programs."""
    found = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if found is None:
        _do_without("libfaketime")
    return found


def _do_without(name: str) -> NoReturn:
    required(f"{name} is not installed (Debian: apt-get install {name})")


def required(reason: str) -> NoReturn:
    """End a test that lacks something of this machine: it is skipped, but in continuous integration it fails."""
    reason = f"{reason}; what is proven with it is not"
    if os.environ.get("CI") and os.geteuid() == 0:
        pytest.fail(reason)
    pytest.skip(reason)
