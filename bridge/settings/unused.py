"""Which keys are understood and not acted upon by this version: they are remarked upon, never swallowed.

The list shrinks as the bridge learns; what concerns the checking of values stands elsewhere.
"""

from typing import Final

from bridge.settings.draft import Draft

UNUSED: Final = "understood, not used by this version yet"


def remark_unused(draft: Draft) -> None:
    """Remark upon each key that has no effect yet."""
    if draft.at(("mqtt", "discovery")) not in (None, []):
        draft.remark(("mqtt", "discovery"), UNUSED)
