"""Which keys are understood and not acted upon by this version: they are remarked upon, never swallowed.

The list shrinks as the bridge learns; what concerns the checking of values stands elsewhere.
"""

from collections.abc import Iterator
from typing import Final

from bridge.settings.draft import Draft, Location

UNUSED: Final = "understood, not used by this version yet"
UNUSED_CLIENT: Final = "understood; this version takes its service_key from IFTTT, and offers no OAuth yet"


def remark_unused(draft: Draft) -> None:
    """Remark upon each key that has no effect yet."""
    for location in _unused(draft):
        draft.remark(location, UNUSED_CLIENT if location[0] == "oauth" else UNUSED)


def _unused(draft: Draft) -> Iterator[Location]:
    if draft.at(("mqtt", "discovery")) not in (None, []):
        yield "mqtt", "discovery"
    yield from _elements(draft, ("oauth", "clients"))


def _elements(draft: Draft, array: Location) -> Iterator[Location]:
    found = draft.at(array)
    for index in range(len(found) if isinstance(found, list) else 0):
        yield *array, index
