"""A home and a person in it. Knows nothing of passwords and tokens."""

from dataclasses import dataclass
from typing import Final

DEFAULT_HOME: Final = "home"
USER_ID_PREFIX: Final = "u_"


@dataclass(frozen=True, slots=True)
class Home:
    """A household; the tenant. Nothing of one home is ever shown to another."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account. `id` is permanent and random: it is what IFTTT knows. `since_seq`: where their
    sight begins; nothing older is shown to them.
    """  # noqa: D205 -- one paragraph

    id: str
    home: str
    name: str
    since_seq: int
