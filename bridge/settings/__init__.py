"""The configuration of the daemon: a TOML file and the environment, checked whole, as immutable values.

The only place that knows pydantic and the names of keys. Knows nothing of the parts that are built from it.
"""

from bridge.settings.addresses import Address, BrokerUrl
from bridge.settings.devices import Button, Contact, Device, Light, Switch
from bridge.settings.load import load, locate
from bridge.settings.model import Home, Ifttt, Log, Mqtt, Private, Public, Settings, Storage

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
    "Settings",
    "Storage",
    "Switch",
    "load",
    "locate",
]
