"""Where the control socket of a database is. The daemon that holds the lock also says so in its lock file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

NAME: Final = "control.sock"


def control_path(database: Path, environ: Mapping[str, str]) -> Path:
    """Return the place in the folder that systemd gives the service at run time, else beside the database."""
    folder = environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return (Path(folder) if folder.startswith("/") else database.parent) / NAME
