"""Which file holds the configuration. Knows nothing of what stands in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

CONFIG_VARIABLE: Final = "BRIDGE_CONFIG"
DEFAULT_FILE: Final = Path("/etc/ifttt-bridge/bridge.toml")


def locate(path: Path | None, environ: Mapping[str, str]) -> Path:
    """Return which file holds the configuration: the one asked for, else $BRIDGE_CONFIG, else the system's."""
    return path or Path(environ.get(CONFIG_VARIABLE) or DEFAULT_FILE)
