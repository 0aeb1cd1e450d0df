"""From the tables of the configuration to homes, entities and the broker. Knows nothing of files and of the parts."""

from typing import assert_never

from bridge.dashboard.retained import TOPIC as HEALTH_TOPIC
from bridge.devices.dialects.plain import Dimming, PlainButton, PlainState, StateWords
from bridge.devices.entity import Device, Dialect, Entity, EntityKind
from bridge.devices.interpretation import LatePolicy
from bridge.homes.user import Home
from bridge.mqtt.session import Broker, Protocol, Tls
from bridge.settings import Button, Contact, Light, Secret, Settings, Switch
from bridge.settings import Device as DeviceTable


def homes_of(settings: Settings) -> list[Home]:
    """Return the homes."""
    return [Home(home.id, home.name) for home in settings.homes]


def entities_of(settings: Settings) -> list[Entity]:
    """Return the entities: each device of the configuration is one, with the same id."""
    return [
        Entity(table.id, Device(table.id, table.home, table.name, table.room), EntityKind(table.kind), _dialect(table))
        for table in settings.devices
    ]


def all_service_keys(settings: Settings) -> list[Secret]:
    """Return every service key that IFTTT may present: those of the service, and of its clients."""
    own = [client.service_key for client in settings.oauth.clients if client.service_key is not None]
    return [*settings.ifttt.service_keys, *own]


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
