"""The programs that some tests cannot do without, and what happens where they are missing."""

import os
import shutil
from typing import Final

import pytest

_SYSTEM_FOLDERS: Final = ":/usr/local/sbin:/usr/sbin:/sbin"


def program(name: str) -> str:
    """Return the path of a program. Without it the test is skipped, but in continuous integration it must be there."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + _SYSTEM_FOLDERS)
    if found is None:
        reason = f"{name} is not installed (Debian: apt-get install {name}); what is proven with it is not"
        if os.environ.get("CI") and os.geteuid() == 0:
            pytest.fail(reason)
        pytest.skip(reason)
    return found
