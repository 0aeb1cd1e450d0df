"""What each model of the first generation has. Announcements name the model; the first part of an id does so too.

Knows neither topics nor messages.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Model:
    """What a model has. `inputs`: that are on or off and say presses too, unless `only_pressed`.

    `modes`: of which the device works in one at a time, and only it knows in which. `meters`: where power is measured.
    `adds_sensors`: sensors may be wired to it. `sleeps`: it is away most of the time.
    """

    name: str
    relays: int = 0
    inputs: int = 0
    only_pressed: bool = False
    modes: tuple[str, ...] = ()
    lights: tuple[str, ...] = ()
    bulb: bool = False
    white: bool = False
    meters: tuple[str, ...] = ()
    emeters: int = 0
    sensors: tuple[str, ...] = ()
    warms: bool = False
    adds_sensors: bool = False
    sleeps: bool = False


_RELAY_METER: Final = ("relay/0",)
_RELAY_METERS: Final = ("relay/0", "relay/1", "roller/0")

MODELS: Final = {
    "shelly1": Model("Shelly 1", relays=1, inputs=1, adds_sensors=True),
    "shelly1l": Model("Shelly 1L", relays=1, inputs=2, meters=_RELAY_METER, warms=True, adds_sensors=True),
    "shelly1pm": Model("Shelly 1PM", relays=1, inputs=1, meters=_RELAY_METER, warms=True, adds_sensors=True),
    "shellyswitch": Model("Shelly 2", relays=2, inputs=2, modes=("relay", "roller"), meters=("relay", "roller/0")),
    "shellyswitch25": Model(
        "Shelly 2.5", relays=2, inputs=2, modes=("relay", "roller"), meters=_RELAY_METERS, warms=True
    ),
    "shelly4pro": Model("Shelly 4Pro", relays=4, inputs=4, meters=tuple(f"relay/{place}" for place in range(4))),
    "shellyplug": Model("Shelly Plug", relays=1, meters=_RELAY_METER),
    "shellyplug-s": Model("Shelly Plug S", relays=1, meters=_RELAY_METER, warms=True),
    "shellyplug-u1": Model("Shelly Plug US", relays=1, meters=_RELAY_METER),
    "shellyair": Model("Shelly Air", relays=1, inputs=1, meters=_RELAY_METER, warms=True),
    "shellyem": Model("Shelly EM", relays=1, emeters=2),
    "shellyem3": Model("Shelly 3EM", relays=1, emeters=3),
    "shellyuni": Model("Shelly UNI", relays=2, inputs=2, sensors=("adc",), adds_sensors=True),
    "shellyix3": Model("Shelly i3", inputs=3),
    "shellybutton1": Model("Shelly Button1", inputs=1, only_pressed=True, sensors=("battery",), sleeps=True),
    "shellyht": Model("Shelly H&T", sensors=("temperature", "humidity", "battery"), sleeps=True),
    "shellyflood": Model("Shelly Flood", sensors=("flood", "temperature", "battery"), sleeps=True),
    "shellysmoke": Model("Shelly Smoke", sensors=("smoke", "temperature", "battery"), sleeps=True),
    "shellygas": Model("Shelly Gas", sensors=("gas", "concentration")),
    "shellydw": Model("Shelly Door/Window", sensors=("state", "lux", "tilt", "vibration", "battery"), sleeps=True),
    "shellydw2": Model(
        "Shelly Door/Window 2", sensors=("state", "lux", "tilt", "vibration", "temperature", "battery"), sleeps=True
    ),
    "shellymotionsensor": Model("Shelly Motion", sensors=("status",)),
    "shellymotion2": Model("Shelly Motion 2", sensors=("status", "status_temperature")),
    "shellydimmer": Model("Shelly Dimmer", inputs=2, lights=("light/0",), meters=("light/0",), warms=True),
    "shellydimmer2": Model("Shelly Dimmer 2", inputs=2, lights=("light/0",), meters=("light/0",), warms=True),
    "shellydimmerw1": Model("Shelly Dimmer W1", inputs=1, lights=("light/0",), meters=("light/0",)),
    "shellyvintage": Model("Shelly Vintage", lights=("light/0",), meters=("light/0",)),
    "shellybulbduo": Model("Shelly Duo", lights=("light/0",), white=True, meters=("light/0",)),
    "shellybulb": Model("Shelly Bulb", lights=("color/0",), bulb=True, white=True),
    "shellycolorbulb": Model("Shelly Duo RGBW", lights=("color/0",), bulb=True, white=True, meters=("light/0",)),
    "shellyrgbw2": Model("Shelly RGBW2", inputs=1, modes=("color", "white")),
    "shellytrv": Model("Shelly TRV", sensors=("info",)),
    "shellysense": Model("Shelly Sense", sensors=("motion", "temperature", "humidity", "lux", "battery"), sleeps=True),
}

_CODES: Final = {
    "SHSW-1": "shelly1",
    "SHSW-L": "shelly1l",
    "SHSW-PM": "shelly1pm",
    "SHSW-21": "shellyswitch",
    "SHSW-25": "shellyswitch25",
    "SHSW-44": "shelly4pro",
    "SHPLG-1": "shellyplug",
    "SHPLG2-1": "shellyplug",
    "SHPLG-S": "shellyplug-s",
    "SHPLG-U1": "shellyplug-u1",
    "SHAIR-1": "shellyair",
    "SHEM": "shellyem",
    "SHEM-3": "shellyem3",
    "SHUNI-1": "shellyuni",
    "SHIX3-1": "shellyix3",
    "SHBTN-1": "shellybutton1",
    "SHBTN-2": "shellybutton1",
    "SHHT-1": "shellyht",
    "SHWT-1": "shellyflood",
    "SHSM-01": "shellysmoke",
    "SHSM-02": "shellysmoke",
    "SHGS-1": "shellygas",
    "SHDW-1": "shellydw",
    "SHDW-2": "shellydw2",
    "SHMOS-01": "shellymotionsensor",
    "SHMOS-02": "shellymotion2",
    "SHDM-1": "shellydimmer",
    "SHDM-2": "shellydimmer2",
    "SHDIMW-1": "shellydimmerw1",
    "SHVIN-1": "shellyvintage",
    "SHBVIN-1": "shellyvintage",
    "SHBDUO-1": "shellybulbduo",
    "SHBLB-1": "shellybulb",
    "SHCB-1": "shellycolorbulb",
    "SHRGBW2": "shellyrgbw2",
    "SHTRV-01": "shellytrv",
    "SHSEN-1": "shellysense",
}
_ALSO_CALLED: Final = {"shellybutton2": "shellybutton1", "shellysmoke2": "shellysmoke"}


def model_of(identity: str, code: str) -> Model | None:
    """Return the model by the code of an announcement, else by the id that a device has unless a person changed it."""
    if code in _CODES:
        return MODELS[_CODES[code]]
    name = identity.lower().rpartition("-")[0]
    return MODELS.get(_ALSO_CALLED.get(name, name))
