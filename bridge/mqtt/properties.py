"""The MQTT 5 properties that go with a connection and with a command, both ways. Knows paho's way to write them."""

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from bridge.mqtt.limits import Grant
from bridge.mqtt.session import COMMAND_EXPIRY_S, MAX_PACKET_BYTES, SESSION_EXPIRY_S, Broker


def connect_properties(broker: Broker) -> Properties:
    """Return how long the broker keeps our session, how much it may hand over at once, and how large a message."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho leaves it untyped
    properties.SessionExpiryInterval = SESSION_EXPIRY_S
    properties.ReceiveMaximum = broker.receive_maximum
    properties.MaximumPacketSize = MAX_PACKET_BYTES
    return properties


def command_properties() -> Properties:
    """Return how long the broker may hold a command."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call] # paho leaves it untyped
    properties.MessageExpiryInterval = COMMAND_EXPIRY_S
    return properties


def subscription_properties(number: int) -> Properties:
    """Return the number that comes with each message of a subscription."""
    properties = Properties(PacketTypes.SUBSCRIBE)  # type: ignore[no-untyped-call] # paho leaves it untyped
    properties.SubscriptionIdentifier = number
    return properties


def routes_of(properties: Properties) -> tuple[int, ...]:
    """Return the numbers of the subscriptions that a message came by."""
    return tuple(vars(properties).get("SubscriptionIdentifier", ()))


def grant_of(properties: Properties | None) -> Grant:
    """Return what the broker said with its CONNACK; paho has an attribute for each property that came."""
    said = vars(properties) if properties is not None else {}
    return Grant(
        maximum_qos=said.get("MaximumQoS", 1),
        retain=bool(said.get("RetainAvailable", 1)),
        wildcards=bool(said.get("WildcardSubscriptionAvailable", 1)),
        receive_maximum=said.get("ReceiveMaximum", 65535),
        maximum_packet=said.get("MaximumPacketSize"),
        session_expiry_s=said.get("SessionExpiryInterval"),
        keepalive_s=said.get("ServerKeepAlive"),
        client_id=said.get("AssignedClientIdentifier"),
        subscription_numbers=bool(said.get("SubscriptionIdentifierAvailable", 1)),
    )
