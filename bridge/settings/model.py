"""The sections of the configuration: their keys, types and defaults. The one place where a key is declared.

Knows nothing of files, of the environment, and of faults that concern several keys (rules.py).
"""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Final, Literal, get_args, get_origin

from pydantic import Field, JsonValue, PlainValidator

from bridge.settings.addresses import (
    parse_address,
    parse_broker_url,
    parse_database_url,
    parse_folder,
    parse_network,
    parse_public_url,
    parse_realtime_url,
    parse_redirect_uri,
)
from bridge.settings.devices import DeviceTable, KindTable
from bridge.settings.single import Address, BrokerUrl, Secret, Size
from bridge.settings.tables import DurationText, Id, Loose, Name, Seconds, ServiceKey, Table, Topic, written
from bridge.settings.values import Network
from bridge.settings.words import (
    CLIENT,
    LONGEST_CODE_LIFE_S,
    PAIRED_ID,
    SIZE,
    parse_client_id,
    parse_client_secret,
    parse_code_life,
    parse_copy_every,
    parse_filter,
    parse_kept,
    parse_oauth_client_id,
    parse_paired_id,
    parse_password,
    parse_pem_file,
    parse_size,
    parse_template,
    parse_username,
    parse_when,
)

DEFAULT_PUBLIC_LISTEN: Final = Address("127.0.0.1", 8080)
DEFAULT_PRIVATE_LISTEN: Final = Address("127.0.0.1", 8081)
UNIQUE: Final[dict[str, JsonValue]] = {"uniqueItems": True}  # rules.py checks it, with better words
MOST_PREVIOUS: Final = 8  # each one is compared with whatever is presented
MOST_PREFIXES: Final = 8  # each is a subscription
MOST_UNLOCKED: Final = 100
MOST_COPIES: Final = 1000
MOST_VALUES: Final = 3  # the ingredients value1, value2 and value3

RedirectUri: Final = r"https://[!-~]+|http://(?:127\.0\.0\.1|\[::1\]|localhost)(?:[:/?][!-~]*)?"
WebUrl: Final = r"[Hh][Tt][Tt][Pp][Ss]?://[!-~]+"
Listen = Annotated[Address, written(parse_address, pattern=r".+:[0-9]{1,5}")]
ProxyNetwork = Annotated[Network, written(parse_network)]
PemFile = Annotated[Path, written(parse_pem_file, min_length=1)]
Password = Annotated[Secret, written(parse_password, min_length=1)]
Filter = Annotated[str, written(parse_filter, pattern=r"(?=[^$])(?:(?:[^+#/]*|\+)/)*(?:[^+#/]*|\+|#)")]
PairedId = Annotated[str, written(parse_paired_id, pattern=PAIRED_ID.pattern)]
Template = Annotated[str, written(parse_template, min_length=1)]
When = Annotated[str, written(parse_when, min_length=1)]
ClientSecret = Annotated[Secret, written(parse_client_secret, pattern="[!-~]{16,256}")]
PositiveSeconds = Annotated[float, Field(gt=0, le=LONGEST_CODE_LIFE_S)]
Convention = Literal["homeassistant", "zigbee2mqtt", "tasmota", "shelly", "homie"]


class PublicTable(Table):
    """[public]: what IFTTT reaches, through a tunnel or a reverse proxy."""

    listen: Listen = Field(DEFAULT_PUBLIC_LISTEN, description="Where the bridge waits for the tunnel or reverse proxy")
    url: Annotated[str, written(parse_public_url, pattern=f"(?:{WebUrl})?")] = Field(
        "", examples=["https://home.example.org"], description="The address that IFTTT calls"
    )
    trusted_proxies: Annotated[tuple[ProxyNetwork, ...], Loose] = Field(
        (IPv4Network("127.0.0.1/32"),),
        examples=[["127.0.0.1"]],
        description="Who may tell in a header where a request really came from",
    )
    max_connections: int = Field(
        512, ge=16, le=20000, description="How many connections there may be at once; beyond it those go that rest"
    )


class PrivateTable(Table):
    """[private]: dashboard, metrics, health."""

    listen: Listen = Field(DEFAULT_PRIVATE_LISTEN, description="Where dashboard, metrics and health answer")
    trusted: Annotated[tuple[ProxyNetwork, ...], Loose] = Field(
        (),
        examples=[["192.168.1.20"]],
        description="From where metrics and health may be read without signing in, besides this machine itself",
    )


class MqttTable(Table):
    """[mqtt]: the broker, and what to do with what arrives late."""

    url: Annotated[BrokerUrl, PlainValidator(parse_broker_url, json_schema_input_type=str)] = Field(
        examples=["mqtt://localhost:1883"], description="Where the broker is"
    )
    username: Annotated[str, written(parse_username, min_length=1)] | None = Field(
        None, description="The bridge's user at the broker"
    )
    password: Password | None = Field(None, description="The password of that user")
    # paths all three, read where the broker is spoken to: key_file is no KEY_file of a secret
    ca_file: PemFile | None = Field(None, description="Who vouches for the broker, with mqtts:// and wss://")
    cert_file: PemFile | None = Field(None, description="The certificate that the bridge shows to the broker")
    key_file: PemFile | None = Field(None, description="The private key of that certificate, without a passphrase")
    client_id: Annotated[str, written(parse_client_id, pattern="[^/+#]{1,64}")] = Field(
        "ifttt-bridge", description="The name under which the broker keeps messages while the bridge is away"
    )
    status_topic: Topic | None = Field(
        None, description="Where the broker keeps, retained, whether the bridge is online or offline"
    )
    discovery: Annotated[tuple[Convention, ...], Loose] = Field(
        (),
        examples=[["homeassistant", "zigbee2mqtt"]],
        description="The conventions by which devices may announce themselves: nobody listens for any other",
        json_schema_extra=UNIQUE,
    )
    homeassistant_prefix: Topic = Field(
        "homeassistant", description="Where devices announce themselves as Home Assistant wants it"
    )
    zigbee2mqtt_bases: Annotated[tuple[Topic, ...], Loose, Field(min_length=1, max_length=MOST_PREFIXES)] = Field(
        ("zigbee2mqtt",), description="The base topic of each Zigbee2MQTT", json_schema_extra=UNIQUE
    )
    homie_prefixes: Annotated[tuple[Topic, ...], Loose, Field(min_length=1, max_length=MOST_PREFIXES)] = Field(
        ("homie",), description="Where Homie devices announce themselves", json_schema_extra=UNIQUE
    )
    shelly_prefixes: Annotated[tuple[Topic, ...], Loose, Field(max_length=MOST_PREFIXES)] = Field(
        (),
        examples=[["upstairs/plug"]],
        description="The prefixes of Shellies since the second generation that hold a slash",
        json_schema_extra=UNIQUE,
    )
    late_press_limit_s: Seconds = Field(
        120.0, alias="late_press_limit", description="How old a button press may be and still start something"
    )
    changed_while_away: Literal["record", "fire"] = Field(
        "record", description="What becomes of a change that nobody saw"
    )
    protocol: Literal["auto", "5", "3.1.1"] = Field("auto", description="Which MQTT is spoken")
    receive_maximum: int = Field(
        1000, ge=20, le=65535, description="How many messages may be under way at once, with MQTT 5"
    )


class PairingTable(Table):
    """[pairing]: what becomes of devices that announce themselves."""

    accept: Literal["ask", "all"] = Field(
        "ask", description="Whether a new device waits for `device accept`, or is taken into the first home at once"
    )
    allow_unlock: Annotated[tuple[PairedId, ...], Loose, Field(max_length=MOST_UNLOCKED)] = Field(
        (),
        examples=[["d_0123456789abcdef"]],
        description="The ids of the locks that IFTTT may unlock; it may lock every one",
        json_schema_extra=UNIQUE,
    )


class StorageTable(Table):
    """[storage]: where everything is kept, for how long, and how much of it."""

    path: Annotated[Path, written(parse_database_url, pattern="sqlite:///[^?#]*[^?#/]")] = Field(
        Path("/var/lib/ifttt-bridge/bridge.db"), alias="url", description="The database file"
    )
    copies: int = Field(
        7, ge=0, le=MOST_COPIES, description="How many automatic copies of it are kept; 0: none is made"
    )
    copy_every_s: Annotated[float, written(parse_copy_every, DurationText | Annotated[float, Field(ge=1)])] = Field(
        86_400.0, alias="copy_every", description="How long the bridge runs between two automatic copies"
    )
    copies_folder: Annotated[Path, written(parse_folder, pattern="/.*")] | None = Field(
        None,
        examples=["/var/backups/ifttt-bridge"],
        description='Where automatic copies are kept (default: the folder "copies" beside the database)',
    )
    keep_events_s: Annotated[float, written(parse_kept, DurationText | Annotated[float, Field(ge=86_400)])] = Field(
        400 * 86_400.0,
        alias="keep_events",
        description="How long the bridge runs until an event may be erased; the newest of each timeline stay",
    )
    max_size: Annotated[Size, written(parse_size, pattern=rf"\s*{SIZE.pattern}\s*")] = Field(
        Size(4 * 1000**3), description="What the database may take on disk: beyond, the oldest events go early"
    )


class IftttTable(Table):
    """[ifttt]: the service at IFTTT."""

    service_keys: Annotated[tuple[ServiceKey, ...], Loose, Field(min_length=1)] = Field(
        description="The keys by which IFTTT and the bridge know each other; the first is used for calls",
        json_schema_extra=UNIQUE,
    )
    realtime_url: Annotated[str, written(parse_realtime_url, pattern=WebUrl)] = Field(
        "https://realtime.ifttt.com/v1/notifications", description="Where IFTTT is told that something happened"
    )
    timeline_start: Literal["first-sight", "everything"] = Field(
        "first-sight", description="What a new Applet finds in its first answer"
    )
    notify: Literal["identity", "user"] = Field(
        "identity",
        description="Whether IFTTT is told which Applets are concerned, or only whose: then it asks for all of theirs",
    )


class ClientTable(Table):
    """One of [[oauth.clients]]: a service at IFTTT, the real one or a clone for trials."""

    client_id: Annotated[str, written(parse_oauth_client_id, pattern=CLIENT.pattern)] = Field(
        examples=["production"], description="The client id that the service at IFTTT is given"
    )
    name: Name = Field(
        "IFTTT", description="What people are told is asking, where they agree", examples=["IFTTT (trial)"]
    )
    client_secret: ClientSecret = Field(description="The client secret that the service at IFTTT is given")
    previous_client_secrets: Annotated[tuple[ClientSecret, ...], Loose, Field(max_length=MOST_PREVIOUS)] = Field(
        (),
        description="Client secrets that are still accepted while a new one is typed into IFTTT's form",
        json_schema_extra=UNIQUE,
    )
    redirect_uris: Annotated[
        tuple[Annotated[str, written(parse_redirect_uri, pattern=RedirectUri)], ...], Loose, Field(min_length=1)
    ] = Field(
        examples=[["https://ifttt.com/channels/my_service/authorize"]],
        description="Where a person is sent back to, exactly as IFTTT shows it",
        json_schema_extra=UNIQUE,
    )
    service_key: ServiceKey | None = Field(
        None, description="The service key of this service (default: the first of [ifttt].service_keys)"
    )


class OauthTable(Table):
    """[oauth]: who may ask IFTTT's questions."""

    code_life_s: Annotated[float, written(parse_code_life, DurationText | PositiveSeconds)] = Field(
        60.0, alias="code_life", description="How long the code is good for with which a person comes back to IFTTT"
    )
    clients: Annotated[tuple[ClientTable, ...], Loose] = Field((), description="The services at IFTTT")


class LogTable(Table):
    """[log]: how much is said, and in which form."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important lines that are still written"
    )
    format: Literal["text", "json"] = Field("text", description="Lines for people, or JSON for programs")


class HomeTable(Table):
    """One of [[homes]]."""

    id: Id = Field(examples=["home"], description="What the home is called inside: never change it")
    name: Name = Field(examples=["Elm Street 4"], description="What people call it")
    publish_topics: Annotated[tuple[Filter, ...], Loose] = Field(
        (),
        examples=[["home/announce/+"]],
        description="The topics to which Applets may publish",
        json_schema_extra=UNIQUE,
    )


class CustomEventTable(Table):
    """One of [[custom_events]]: what a message on some topic is called at IFTTT."""

    slug: Id = Field(examples=["parcel"], description="What IFTTT remembers in Applets: never change it")
    name: Name = Field(examples=["Parcel in the box"], description="What people see when they choose")
    home: str = Field(description="The id of the home it belongs to (default: the first home)")
    topic: Filter = Field(examples=["home/mailbox/+"], description="The messages that it is about; + and # are allowed")
    when: When | None = Field(
        None, examples=["value_json.weight > 50"], description="What must be true of a message (default: nothing)"
    )
    values: Annotated[tuple[Template, ...], Loose, Field(max_length=MOST_VALUES)] = Field(
        (), examples=[["{{ value_json.weight }}"]], description="What the ingredients value1, value2 and value3 say"
    )


class SettingsTable(Table):
    """The whole configuration."""

    public: PublicTable
    private: PrivateTable
    mqtt: MqttTable
    pairing: PairingTable
    storage: StorageTable
    ifttt: IftttTable
    oauth: OauthTable
    log: LogTable
    homes: Annotated[tuple[HomeTable, ...], Loose]
    devices: Annotated[tuple[Annotated[KindTable, Field(discriminator="kind")], ...], Loose] = ()
    custom_events: Annotated[tuple[CustomEventTable, ...], Loose] = ()


SECTIONS: Final[dict[str, type[Table]]] = {
    "public": PublicTable,
    "private": PrivateTable,
    "mqtt": MqttTable,
    "pairing": PairingTable,
    "storage": StorageTable,
    "ifttt": IftttTable,
    "oauth": OauthTable,
    "log": LogTable,
}

ARRAYS: Final[dict[tuple[str, ...], type[Table]]] = {
    ("oauth", "clients"): ClientTable,
    ("homes",): HomeTable,
    ("devices",): DeviceTable,
    ("custom_events",): CustomEventTable,
}
"""The lists of tables. Of a device this is what every kind has."""


def known_keys(table: type[Table]) -> list[str]:
    """Return every key that may stand in a table, KEY_file of its secrets included."""
    keys = [field.alias or name for name, field in table.model_fields.items()]
    return keys + [f"{key}_file" for key in secret_keys(table)]


def secret_keys(table: type[Table]) -> list[str]:
    """Return the keys that hold secrets."""
    fields = table.model_fields.items()
    return [field.alias or name for name, field in fields if _holds(field.annotation, Secret)]


def list_keys(table: type[Table]) -> list[str]:
    """Return the keys that hold lists."""
    fields = table.model_fields.items()
    return [field.alias or name for name, field in fields if get_origin(field.annotation) is tuple]


def number_keys(table: type[Table]) -> list[str]:
    """Return the keys that hold whole numbers."""
    return [field.alias or name for name, field in table.model_fields.items() if field.annotation is int]


def _holds(annotation: object, wanted: type) -> bool:
    """Tell whether a value is of a type, or a list of them; what stands in a table below does not count."""
    return annotation is wanted or any(_holds(part, wanted) for part in get_args(annotation))
