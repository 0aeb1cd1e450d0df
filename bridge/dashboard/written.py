"""The configuration as it is written, for whoever explains it. Knows neither its keys nor how it is read."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """The configuration as it is written. `outcome`: what a person should know of the last time that it was read again,
    "" if all went well; `read_again` asks for it.
    """  # noqa: D205 -- one paragraph

    file: str
    outcome: Callable[[], str]
    read_again: Callable[[], None]
