"""The configuration of the daemon: a TOML file and the environment, checked whole, as immutable values.

The only place that knows pydantic and the names of keys; importing it brings neither. Knows nothing of the parts that
are built from it.
"""

from bridge.settings.files import locate
from bridge.settings.loading import load, load_apart
from bridge.settings.values import (
    Address,
    BrokerUrl,
    Button,
    Contact,
    Device,
    Home,
    Ifttt,
    Light,
    Log,
    Mqtt,
    Private,
    Public,
    Secret,
    Settings,
    Storage,
    Switch,
)

__all__ = [
    "Address",
    "BrokerUrl",
    "Button",
    "Contact",
    "Device",
    "Home",
    "Ifttt",
    "Light",
    "Log",
    "Mqtt",
    "Private",
    "Public",
    "Secret",
    "Settings",
    "Storage",
    "Switch",
    "load",
    "load_apart",
    "locate",
]
