"""How much a configuration names, in a few words. Knows nothing else of it."""

from bridge.settings import Settings


def extent(settings: Settings) -> str:
    """Return how many devices in how many homes."""
    return f"{_counted(len(settings.devices), 'device')}, {_counted(len(settings.homes), 'home')}"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
