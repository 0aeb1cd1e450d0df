"""How Tasmota devices announce themselves: two retained messages for each, by its MAC address.

`config` says what there is, `sensors` shows a sample of what its sensors report. Where a device reports its sensors,
one that is a bridge tells of Zigbee devices too.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from bridge.commands import Publication
from bridge.devices.described import (
    Announcement,
    DescribedDevice,
    DescribedEntity,
    Told,
    Unserved,
    hardware_address,
)
from bridge.devices.dialects.descriptions import canonical, first_of_each, object_in, text_in
from bridge.devices.dialects.json_values import parse_object
from bridge.devices.dialects.tasmota import config as configs
from bridge.devices.dialects.tasmota import sensors, zigbee
from bridge.devices.dialects.tasmota.config import DISCOVERY, TasmotaConfig, read_config
from bridge.devices.dialects.tasmota.inputs import buttons_of, switches_of
from bridge.devices.dialects.tasmota.lights import relays_of
from bridge.devices.dialects.tasmota.sensors import battery_of, sensors_of
from bridge.devices.dialects.tasmota.shutters import fan_of, shutters_of
from bridge.devices.dialects.told_availability import AvailabilityTopic, ToldAvailability
from bridge.devices.entity import EntityKind
from bridge.errors import UnreadableMessage

CONFIG: Final = "config"
SENSORS: Final = "sensors"


class Tasmota:
    """Tasmota's own discovery (SetOption19 0)."""

    source = "tasmota"
    filters = (f"{DISCOVERY}+/{CONFIG}", f"{DISCOVERY}+/{SENSORS}")
    questions: tuple[Publication, ...] = ()

    def tell(self, topic: str, payload: bytes) -> Told | None:
        """Take in a `config` or a `sensors` message: the group is the address, in its one spelling.

        What a bridge received of Zigbee devices is a group of its own, since it does not say the address.
        """
        if not topic.startswith(DISCOVERY):
            return zigbee.tell(topic, payload)
        written, _, part = topic.removeprefix(DISCOVERY).partition("/")
        if part not in (CONFIG, SENSORS):
            return None
        mac = hardware_address(written)
        if mac is None:
            raise UnreadableMessage("a topic without an address")
        if not payload:
            return Told(mac, {part: b""})
        parsed = parse_object(payload)
        if part == SENSORS:
            return Told(mac, {SENSORS: canonical(sensors.kept_of(object_in(parsed.get("sn"))))})
        if hardware_address(text_in(parsed.get("mac"))) != mac:
            raise UnreadableMessage("another address than in the topic")
        return Told(mac, {CONFIG: canonical(configs.kept_of(parsed))})

    def read(self, group: str, parts: Mapping[str, bytes]) -> Announcement:
        """Describe the device. Without its config it is nothing yet: sensors alone do not say where they report."""
        if group.startswith(zigbee.GROUP):
            return Announcement(tuple(zigbee.devices_of(group, parts)))
        if not parts.get(CONFIG):
            return Announcement()
        config = read_config(parse_object(parts[CONFIG]))
        if config.mac != group:
            raise UnreadableMessage("another address than in the topic")
        sample = parse_object(parts[SENSORS]) if parts.get(SENSORS) else {}
        found = list(_all_of(config, sample))
        entities, unserved = first_of_each(
            (one for one in found if isinstance(one, DescribedEntity)),
            (one for one in found if isinstance(one, Unserved)),
        )
        device = DescribedDevice(
            id=config.mac,
            name=config.name or config.mac,
            entities=entities,
            model=config.model,
            hardware=frozenset({config.mac}),
            unserved=unserved,
        )
        answers = tuple(f"{config.topics.stat}STATUS{number}" for number in (8, 10, 11))
        return Announcement((device,), (f"{config.topics.tele}SENSOR",), _questions(config), answers)


def _all_of(config: TasmotaConfig, sample: dict[str, object]) -> Iterator[DescribedEntity | Unserved]:
    if not config.sleeps:  # a sleeper is away most of the time, and that is no fault
        topic = AvailabilityTopic(f"{config.topics.tele}LWT", (config.online,), (config.offline,))
        yield DescribedEntity("availability", EntityKind.AVAILABILITY, ToldAvailability((topic,)))
    yield from battery_of(config)
    yield from relays_of(config)
    yield from shutters_of(config)
    yield from fan_of(config)
    yield from switches_of(config)
    yield from buttons_of(config)
    yield from sensors_of(config, sample)


def _questions(config: TasmotaConfig) -> tuple[Publication, ...]:
    """Ask for the states of sensors and switches (10) and of relays (11): nothing of that is retained."""
    status = f"{config.topics.command}STATUS"
    return (Publication(status, b"10"), Publication(status, b"11"))
