"""Which conventions devices may announce themselves in, by their names in the configuration."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from bridge.devices.described import Convention
from bridge.errors import ConfigurationError

CONVENTIONS: Final[Mapping[str, Callable[[], Convention]]] = {}
"""By name, how each is made."""


def conventions_of(names: Iterable[str] = tuple(CONVENTIONS)) -> tuple[Convention, ...]:
    """Return the conventions of some names, by default all there are. Raises ConfigurationError for an unknown name."""
    wanted = tuple(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in CONVENTIONS]
    if unknown:
        known = ", ".join(CONVENTIONS) or "none"
        raise ConfigurationError([f"{name!r} is no convention; there are: {known}" for name in unknown])
    return tuple(CONVENTIONS[name]() for name in wanted)
