"""From the tables of the configuration to homes, entities and the broker. Knows nothing of files and of the parts."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, assert_never

from bridge.dashboard.retained import TOPIC as HEALTH_TOPIC
from bridge.devices.dialects.custom import CustomMessages
from bridge.devices.dialects.plain import Dimming, PlainButton, PlainState, StateWords
from bridge.devices.dialects.plain_availability import PlainAvailability
from bridge.devices.dialects.plain_cover import CoverWords, PlainCover, Positions
from bridge.devices.dialects.plain_lock import LockWords, PlainLock
from bridge.devices.dialects.plain_number import PlainNumber
from bridge.devices.entity import (
    NOT_SHAPED,
    Device,
    Dialect,
    Entity,
    EntityKind,
    Shaping,
    availability_id,
    battery_id,
)
from bridge.devices.interpretation import LatePolicy
from bridge.devices.templates.template import parse_condition, parse_template
from bridge.events import custom_kind
from bridge.homes.user import Home
from bridge.mqtt.session import Broker, Protocol, Tls
from bridge.oauth.clients import Client
from bridge.realtime.account import Account
from bridge.settings import (
    Button,
    Contact,
    Cover,
    CustomEvent,
    Detector,
    Light,
    Lock,
    Secret,
    Sensor,
    Settings,
    Switch,
)
from bridge.settings import Device as DeviceTable

DEBOUNCES_AT_MOST: Final = 10
"""Where a person does not say how long something may keep changing: so many times what a state must last."""

PERCENT: Final = (0, 100)


def homes_of(settings: Settings) -> list[Home]:
    """Return the homes."""
    return [Home(home.id, home.name) for home in settings.homes]


def entities_of(settings: Settings) -> list[Entity]:
    """Return the entities: each device of the configuration is one, with the same id, and may have two more; so is each
    custom event.
    """  # noqa: D205 -- one sentence
    devices = [entity for table in settings.devices for entity in _entities(table)]
    return devices + [_custom(event) for event in settings.custom_events]


def all_service_keys(settings: Settings) -> list[Secret]:
    """Return every service key that IFTTT may present: those of the service, and of its clients."""
    own = [client.service_key for client in settings.oauth.clients if client.service_key is not None]
    return [*settings.ifttt.service_keys, *own]


def accounts_of(settings: Settings) -> list[Account]:
    """Return with which service key the identities of each client are told; the first of [ifttt] is for all others."""
    url, first = settings.ifttt.realtime_url, settings.ifttt.service_keys[0]
    keys = {"": first} | {
        client.client_id: client.service_key for client in settings.oauth.clients if client.service_key is not None
    }
    return [Account(client, url, key.get_secret_value()) for client, key in keys.items()]


def clients_of(settings: Settings) -> tuple[Client, ...]:
    """Return the services at IFTTT that may ask for tokens; of the secrets of each, all are accepted."""
    return tuple(
        Client(
            client.client_id,
            client.name,
            tuple(secret.get_secret_value() for secret in (client.client_secret, *client.previous_client_secrets)),
            client.redirect_uris,
        )
        for client in settings.oauth.clients
    )


def code_life_ms_of(settings: Settings) -> int:
    """Return how long an authorization code is good for, in milliseconds: at least one."""
    return max(1, round(settings.oauth.code_life_s * 1000))


def publish_topics_of(settings: Settings, home: str) -> tuple[str, ...]:
    """Return the topics to which the Applets of a home may publish, as filters."""
    return next((each.publish_topics for each in settings.homes if each.id == home), ())


def own_topics_of(broker: Broker) -> tuple[str, ...]:
    """Return the topics on which the bridge speaks of itself."""
    return (broker.status_topic, broker.marker_topic, broker.probe_topic, broker.beside_status(HEALTH_TOPIC))


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


def _custom(event: CustomEvent) -> Entity:
    when = None if event.when is None else parse_condition(event.when)
    messages = CustomMessages(event.topic, when, tuple(map(parse_template, event.values)))
    identity = custom_kind(event.slug)
    return Entity(identity, Device(identity, event.home, event.name), EntityKind.CUSTOM, messages)


def _entities(table: DeviceTable) -> Iterator[Entity]:
    """Yield what a device does, whether it can be reached, and how full its battery is."""
    device = Device(table.id, table.home, table.name, table.room)
    yield Entity(
        table.id,
        device,
        EntityKind(table.kind),
        _dialect(table),
        unit=table.unit if isinstance(table, Sensor) else "",
        can_unlock=isinstance(table, Lock) and table.allow_unlock,
        shaping=_shaping(table),
    )
    if table.availability_topic is not None:
        words = table.payload_available, table.payload_not_available
        dialect = PlainAvailability(table.availability_topic, *words)
        yield Entity(availability_id(table.id), device, EntityKind.AVAILABILITY, dialect)
    if table.battery_topic is not None or table.battery_path is not None:
        level = PlainNumber(table.battery_topic or table.state_topic, table.battery_path, PERCENT)
        yield Entity(battery_id(table.id), device, EntityKind.BATTERY, level, unit="%", low_level=table.battery_low)


def _shaping(table: DeviceTable) -> Shaping:
    debounce_s = table.debounce_s
    longest_s = DEBOUNCES_AT_MOST * debounce_s if table.debounce_max_s is None else table.debounce_max_s
    hysteresis = Decimal(str(table.hysteresis if isinstance(table, Sensor) else 0))
    shaping = Shaping(round(debounce_s * 1000), round(longest_s * 1000), round(table.min_interval_s * 1000), hysteresis)
    return NOT_SHAPED if shaping == NOT_SHAPED else shaping


def _dialect(table: DeviceTable) -> Dialect:  # noqa: PLR0911 -- a table of kinds
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
        case Detector():
            return PlainState(table.state_topic, _words(table, "on", "off"), table.path)
        case Lock():
            return _lock(table)
        case Cover():
            return _cover(table)
        case Sensor():
            return PlainNumber(table.state_topic, table.path)
        case _:
            assert_never(table)


def _lock(table: Lock) -> PlainLock:
    words = LockWords(
        table.payload_locked, table.payload_unlocked, table.payload_jammed, table.payload_lock, table.payload_unlock
    )
    return PlainLock(table.state_topic, table.command_topic, words, table.path)


def _cover(table: Cover) -> PlainCover:
    words = CoverWords(
        table.state_open,
        table.state_opening,
        table.state_closed,
        table.state_closing,
        table.state_stopped,
        table.payload_open,
        table.payload_close,
        table.payload_stop,
    )
    positions = None
    if table.position_topic is not None or table.position_path is not None:
        positions = Positions(
            table.position_topic or table.state_topic,
            table.position_path,
            table.set_position_topic,
            table.position_open,
            table.position_closed,
        )
    return PlainCover(table.state_topic, table.command_topic, words, table.path, positions)


def _words(table: Contact | Switch | Light | Detector, on: str, off: str) -> StateWords:
    return StateWords(table.payload_on, table.payload_off, on, off)
