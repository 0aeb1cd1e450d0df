"""From the tables of the configuration to homes, entities and the broker. Knows nothing of files and of the parts."""

from decimal import Decimal
from typing import Final, assert_never

from bridge.devices.dialects.plain import Dimming, PlainButton, PlainState, StateWords
from bridge.devices.entity import NOT_SHAPED, Device, Dialect, Entity, EntityKind, Shaping
from bridge.devices.interpretation import LatePolicy
from bridge.homes.user import Home
from bridge.mqtt.session import Broker, Protocol, Tls
from bridge.settings import Button, Contact, Light, Secret, Settings, Switch
from bridge.settings import Device as DeviceTable

DEBOUNCES_AT_MOST: Final = 10
"""Where a person does not say how long something may keep changing: so many times what a state must last."""


def homes_of(settings: Settings) -> list[Home]:
    """Return the homes."""
    return [Home(home.id, home.name) for home in settings.homes]


def entities_of(settings: Settings) -> list[Entity]:
    """Return the entities: each device of the configuration is one, with the same id."""
    return [
        Entity(
            table.id,
            Device(table.id, table.home, table.name, table.room),
            EntityKind(table.kind),
            _dialect(table),
            shaping=_shaping(table),
        )
        for table in settings.devices
    ]


def _shaping(table: DeviceTable) -> Shaping:
    debounce_s = table.debounce_s
    longest_s = DEBOUNCES_AT_MOST * debounce_s if table.debounce_max_s is None else table.debounce_max_s
    hysteresis = Decimal(str(getattr(table, "hysteresis", 0)))  # only what is a number has one
    shaping = Shaping(round(debounce_s * 1000), round(longest_s * 1000), round(table.min_interval_s * 1000), hysteresis)
    return NOT_SHAPED if shaping == NOT_SHAPED else shaping


def all_service_keys(settings: Settings) -> list[Secret]:
    """Return every service key that IFTTT may present: those of the service, and of its clients."""
    own = [client.service_key for client in settings.oauth.clients if client.service_key is not None]
    return [*settings.ifttt.service_keys, *own]


def policy_of(settings: Settings) -> LatePolicy:
    """Return what to do with what arrives late."""
    mqtt = settings.mqtt
    return LatePolicy(mqtt.late_press_limit_s, fire_changed_while_away=mqtt.changed_while_away == "fire")


def broker_of(settings: Settings, *, port: int | None = None) -> Broker:
    """Return the broker to connect to; `port` where an embedded one chose its own."""
    mqtt = settings.mqtt
    return Broker(
        host=mqtt.url.host,
        port=mqtt.url.port if port is None else port,
        client_id=mqtt.client_id,
        username=mqtt.username,
        password=None if mqtt.password is None else mqtt.password.get_secret_value(),
        protocol=Protocol.V311 if mqtt.url.embedded else Protocol(mqtt.protocol),  # all that amqtt speaks
        receive_maximum=mqtt.receive_maximum,
        tls=Tls(mqtt.ca_file, mqtt.cert_file, mqtt.key_file) if mqtt.url.tls else None,
        websocket_path=mqtt.url.path,
        own_status_topic=mqtt.status_topic,
    )


def _dialect(table: DeviceTable) -> Dialect:
    match table:
        case Contact():
            return PlainState(table.state_topic, _words(table, "open", "closed"), table.path)
        case Switch():
            return PlainState(table.state_topic, _words(table, "on", "off"), table.path, table.command_topic)
        case Light():
            dimming = Dimming(table.full_brightness, table.takes_color)
            return PlainState(table.state_topic, _words(table, "on", "off"), table.path, table.command_topic, dimming)
        case Button():
            return PlainButton(table.state_topic, table.path)
        case _:
            assert_never(table)


def _words(table: Contact | Switch | Light, on: str, off: str) -> StateWords:
    return StateWords(table.payload_on, table.payload_off, on, off)
