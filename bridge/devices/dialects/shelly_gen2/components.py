"""What a Shelly is made of, as far as its full status shows: components, and which keys each of them has.

The canonical form changes only when the components do: numbers and states are left out.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

Components: TypeAlias = dict[str, tuple[str, ...]]
"""The keys that each component has, by its name such as `switch:0`."""

MAX_COMPONENTS: Final = 128
COMPONENT: Final = re.compile(r"([a-z0-9_]{1,24}):([0-9]{1,3})", re.ASCII)
BUTTON: Final = "button"
"""In place of its state for an input that is pressed, not switched: it has none."""

_METERED: Final = ("apower", "voltage", "current", "aenergy", "temperature")
_LIGHT: Final = ("output", "brightness", "rgb", "ct", *_METERED)
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "switch": ("output", *_METERED),
    "light": _LIGHT,
    "rgb": _LIGHT,
    "rgbw": _LIGHT,
    "cct": _LIGHT,
    "rgbcct": _LIGHT,
    "cover": ("state", "pos_control", *_METERED),
    "input": ("state", "percent", "counts"),
    "smoke": ("alarm",),
    "flood": ("alarm",),
    "temperature": ("tC",),
    "humidity": ("rh",),
    "illuminance": ("lux",),
    "devicepower": ("battery",),
    "voltmeter": ("voltage",),
    "pm1": _METERED,
    "em": ("total_act_power", "a_act_power", "b_act_power", "c_act_power", "a_voltage", "b_voltage", "c_voltage"),
    "emdata": ("total_act", "total_act_ret"),
    "em1": ("act_power", "voltage", "current"),
    "em1data": ("total_act_energy", "total_act_ret_energy"),
    "presence": ("num_objects",),
    "presencezone": ("value", "state"),
    "bthomedevice": ("battery",),
}
"""What is served of each sort of component."""

UNSERVED: Final[Mapping[str, str]] = {
    "bthomesensor": "its messages do not say what it measures",
    "blutrv": "radiator valves are not supported",
    "thermostat": "thermostats are not supported",
    "boolean": "virtual components are not supported",
    "number": "virtual components are not supported",
    "enum": "virtual components are not supported",
    "text": "virtual components are not supported",
    "object": "virtual components are not supported",
    "service": "services are not supported",
    "camera": "cameras are not supported",
    "media": "media are not supported",
    "dali": "DALI is not supported",
}
"""What somebody may miss; the rest is the device's own household (network, cloud, scripts)."""


def sort_of(component: str) -> tuple[str, int] | None:
    """Return the sort and the number of a component; None for what is none, such as `sys`."""
    found = COMPONENT.fullmatch(component)
    return (found[1], int(found[2])) if found is not None else None


def components_in(status: dict[str, object]) -> dict[str, list[str]]:
    """Return the canonical form of a full status: components that are served, or missed, with their keys."""
    found: dict[str, list[str]] = {}
    for component, said in status.items():
        sort = sort_of(component)
        if sort is None or not isinstance(said, dict) or (sort[0] not in KEYS and sort[0] not in UNSERVED):
            continue
        found[component] = keys_in(sort[0], said)
        if len(found) == MAX_COMPONENTS:
            break
    return found


def keys_in(sort: str, said: dict[str, object]) -> list[str]:
    """Return which keys of a component count. Those that say by their value what it is count by it."""
    keys = [key for key in KEYS.get(sort, ()) if key in said]
    if sort == "cover" and said.get("pos_control") is not True:
        keys = [key for key in keys if key != "pos_control"]
    if sort == "input" and keys == ["state"] and said["state"] is None:
        keys = [BUTTON]
    return keys


def read_components(kept: dict[str, object]) -> Components:
    """Read the canonical form again; what is odd in it is left out."""
    found: Components = {}
    for component, keys in list(kept.items())[:MAX_COMPONENTS]:
        if sort_of(component) is not None and isinstance(keys, list):
            found[component] = tuple(key for key in keys if isinstance(key, str))
    return found
