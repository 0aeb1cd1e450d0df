"""The configuration of the daemon: TOML files, the environment, secrets handed over; checked whole, as frozen values.

The only place that knows pydantic and the names of keys; importing it brings neither. Knows nothing of the parts that
are built from it.
"""

from bridge.settings.files import locate
from bridge.settings.loading import load, load_apart
from bridge.settings.single import Address, BrokerUrl, Secret, Size
from bridge.settings.values import (
    Button,
    Client,
    Contact,
    Cover,
    CustomEvent,
    Detector,
    Device,
    Home,
    Ifttt,
    Light,
    Lock,
    Log,
    Mqtt,
    Oauth,
    Pairing,
    Private,
    Public,
    Sensor,
    Settings,
    SourceFile,
    Storage,
    Switch,
)

__all__ = [
    "Address",
    "BrokerUrl",
    "Button",
    "Client",
    "Contact",
    "Cover",
    "CustomEvent",
    "Detector",
    "Device",
    "Home",
    "Ifttt",
    "Light",
    "Lock",
    "Log",
    "Mqtt",
    "Oauth",
    "Pairing",
    "Private",
    "Public",
    "Secret",
    "Sensor",
    "Settings",
    "Size",
    "SourceFile",
    "Storage",
    "Switch",
    "load",
    "load_apart",
    "locate",
]
