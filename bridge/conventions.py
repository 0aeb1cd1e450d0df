"""Which conventions devices may announce themselves in, by their names in the configuration.

Each is imported where it is spoken: none weighs on a home that does not listen to it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bridge.devices.described import Convention
from bridge.errors import ConfigurationError
from bridge.settings import Settings


@dataclass(frozen=True, slots=True)
class Places:
    """Where devices announce themselves, for the conventions that let a person choose."""

    homeassistant: str = "homeassistant"
    zigbee2mqtt: tuple[str, ...] = ("zigbee2mqtt",)
    homie: tuple[str, ...] = ("homie",)
    shelly: tuple[str, ...] = ()


def _homeassistant(places: Places) -> tuple[Convention, ...]:
    from bridge.devices.dialects.homeassistant import HomeAssistant  # noqa: PLC0415 -- only where it is spoken

    return (HomeAssistant(places.homeassistant),)


def _zigbee2mqtt(places: Places) -> tuple[Convention, ...]:
    """Return one for each network: the first is the plain one, so that its base may be another one day."""
    from bridge.devices.dialects.zigbee2mqtt import Zigbee2Mqtt  # noqa: PLC0415 -- the same

    first, *more = places.zigbee2mqtt
    return (Zigbee2Mqtt(first), *(Zigbee2Mqtt(base, f"zigbee2mqtt:{base}") for base in more))


def _tasmota(_places: Places) -> tuple[Convention, ...]:
    from bridge.devices.dialects.tasmota.convention import Tasmota  # noqa: PLC0415 -- the same

    return (Tasmota(),)


def _shelly(places: Places) -> tuple[Convention, ...]:
    from bridge.devices.dialects.shelly import Shelly  # noqa: PLC0415 -- the same

    return (Shelly(places.shelly),)


def _homie(places: Places) -> tuple[Convention, ...]:
    from bridge.devices.dialects.homie.convention import Homie  # noqa: PLC0415 -- the same

    return (Homie(places.homie),)


CONVENTIONS: Final[Mapping[str, Callable[[Places], tuple[Convention, ...]]]] = {
    "homeassistant": _homeassistant,
    "zigbee2mqtt": _zigbee2mqtt,
    "tasmota": _tasmota,
    "shelly": _shelly,
    "homie": _homie,
}
"""By name, how each is made."""


def conventions_of(settings: Settings) -> tuple[Convention, ...]:
    """Return the conventions that are listened to. Raises ConfigurationError for one that there is not."""
    return conventions_named(settings.mqtt.discovery, places_of(settings))


def places_of(settings: Settings) -> Places:
    """Return where devices announce themselves in this home."""
    mqtt = settings.mqtt
    return Places(mqtt.homeassistant_prefix, mqtt.zigbee2mqtt_bases, mqtt.homie_prefixes, mqtt.shelly_prefixes)


def conventions_named(
    names: Iterable[str] = tuple(CONVENTIONS),
    places: Places = Places(),
) -> tuple[Convention, ...]:
    """Return the conventions of some names, by default all there are. Raises ConfigurationError for an unknown name."""
    wanted = tuple(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in CONVENTIONS]
    if unknown:
        known = ", ".join(CONVENTIONS) or "none"
        raise ConfigurationError([f"{name!r} is no convention; there are: {known}" for name in unknown])
    return tuple(convention for name in wanted for convention in CONVENTIONS[name](places))
