"""Ids of which a person types only the beginning."""

from collections.abc import Iterable
from typing import Final

from bridge.errors import AccountError

LEAST_ID_CHARACTERS: Final = 6


def beginning_of(ids: Iterable[str], beginning: str, *, what: str) -> str:
    """Return the one id that begins like this. Raises AccountError if it is none or several; `what` the ids are of."""
    wanted = beginning.lower()
    if len(wanted) < LEAST_ID_CHARACTERS:
        raise AccountError(
            f"give at least {LEAST_ID_CHARACTERS} characters of the id that `ifttt-bridge {what} list` shows"
        )
    found = [each for each in ids if each.startswith(wanted)]
    if not found:
        raise AccountError(f"there is no {what} {beginning!r}; `ifttt-bridge {what} list` shows which there are")
    if len(found) > 1:
        raise AccountError(f"several {what}s begin with {beginning!r}; give more of the id")
    return found[0]
