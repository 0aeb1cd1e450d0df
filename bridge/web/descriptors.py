"""How many connections the system lets us have: as many as are wanted, or as many as it allows."""

import resource
from contextlib import suppress
from typing import Final

SPARE: Final = 256
"""For everything else: the database, the broker, IFTTT, files that are read, the private listener."""

FEWEST: Final = 16
HIGHEST: Final = 65_536
USUAL: Final = 1024
"""What most systems allow, where we may not even ask."""


def most_connections() -> int:
    """Return how many connections there is room for, having asked for as much room as there may be."""
    soft = USUAL
    with suppress(OSError, ValueError):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = HIGHEST if hard == resource.RLIM_INFINITY else min(hard, HIGHEST)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    if soft == resource.RLIM_INFINITY:
        return HIGHEST
    return max(FEWEST, soft - SPARE)
