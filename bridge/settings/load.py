"""From a file and the environment to checked settings, or to every fault at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from bridge.errors import ConfigurationError
from bridge.settings.draft import Draft
from bridge.settings.model import SECTIONS, Settings
from bridge.settings.problems import faults_of
from bridge.settings.rules import broken_rules
from bridge.settings.sources import CONFIG_VARIABLE, overlay_environment, read_secret_files, read_toml

DEFAULT_FILE: Final = Path("/etc/ifttt-bridge/bridge.toml")
DEFAULT_HOME: Final = {"id": "home", "name": "Home"}


def locate(path: Path | None, environ: Mapping[str, str]) -> Path:
    """Return which file holds the configuration: the one asked for, else $BRIDGE_CONFIG, else the system's."""
    return path or Path(environ.get(CONFIG_VARIABLE) or DEFAULT_FILE)


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read and check the configuration. Raises ConfigurationError with one line for each fault."""
    file = locate(path, environ)
    draft = Draft(str(file), read_toml(file))
    overlay_environment(draft, environ)
    read_secret_files(draft, file.parent)
    return check(draft)


def check(draft: Draft) -> Settings:
    """Check what was gathered. Raises ConfigurationError with one line for each fault."""
    _fill_in(draft)
    settings = _validated(draft)
    draft.faults.extend(broken_rules(draft.table))
    lines = draft.lines()
    # raised out here, so that no chained error carries the values that were refused
    if settings is None or lines:
        raise ConfigurationError(lines)
    return settings


def _fill_in(draft: Draft) -> None:
    """Put in what is understood: the sections themselves, one home, and the first home for each device."""
    for name in SECTIONS:
        draft.section(name)
    if draft.table.get("homes", []) == []:
        draft.table["homes"] = [dict(DEFAULT_HOME)]
    homes, devices = draft.table["homes"], draft.table.get("devices")
    first = homes[0].get("id") if isinstance(homes, list) and isinstance(homes[0], dict) else None
    for device in devices if isinstance(devices, list) else ():
        if isinstance(device, dict):
            device.setdefault("home", first if isinstance(first, str) else DEFAULT_HOME["id"])


def _validated(draft: Draft) -> Settings | None:
    try:
        return Settings.model_validate(draft.table)
    except ValidationError as error:
        draft.faults.extend(fault for fault in faults_of(error, draft.table) if fault.location not in draft.unread)
    return None
