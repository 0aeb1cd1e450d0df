"""The configuration as values: what the rest of the bridge is built from.

Plain and immutable, so that a process that only uses them does without what checks them. Knows no file and none of its
keys.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Final, Literal

from bridge.settings.single import Address, BrokerUrl, Secret, Size

DEFAULT_STATE_PATH: Final = ("state",)

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Public:
    """What IFTTT reaches, through a tunnel or a reverse proxy."""

    listen: Address
    url: str
    trusted_proxies: tuple[Network, ...]
    max_connections: int


@dataclass(frozen=True, slots=True)
class Private:
    """Where the dashboard, metrics and health are. `trusted`: who may read the latter two without signing in."""

    listen: Address
    trusted: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class Mqtt:
    """The broker, and what to do with what arrives late."""

    url: BrokerUrl
    username: str | None
    password: Secret | None
    ca_file: Path | None
    cert_file: Path | None
    key_file: Path | None
    client_id: str
    status_topic: str | None
    discovery: tuple[Literal["homeassistant", "zigbee2mqtt", "tasmota", "shelly", "homie"], ...]
    homeassistant_prefix: str
    zigbee2mqtt_bases: tuple[str, ...]
    homie_prefixes: tuple[str, ...]
    shelly_prefixes: tuple[str, ...]
    late_press_limit_s: float
    changed_while_away: Literal["record", "fire"]
    protocol: Literal["auto", "5", "3.1.1"]
    receive_maximum: int


@dataclass(frozen=True, slots=True)
class Pairing:
    """What becomes of devices that announce themselves."""

    accept: Literal["ask", "all"]
    allow_unlock: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Storage:
    """Where everything is kept, for how long, and how much of it. `copies`: so many automatic copies, 0 for none."""

    path: Path
    keep_events_s: float
    max_size: Size
    copies: int
    copy_every_s: float
    copies_folder: Path | None

    @property
    def folder_of_copies(self) -> Path:
        """Where automatic copies are kept."""
        return self.copies_folder or self.path.with_name("copies")


@dataclass(frozen=True, slots=True)
class Ifttt:
    """The service at IFTTT."""

    service_keys: tuple[Secret, ...]
    realtime_url: str
    timeline_start: Literal["first-sight", "everything"]
    notify: Literal["identity", "user"]


@dataclass(frozen=True, slots=True)
class Client:
    """A service at IFTTT. Without a key of its own it uses the first of `Ifttt.service_keys`.

    `name` is for people. `previous_client_secrets` are accepted as `client_secret` is.
    """

    client_id: str
    name: str
    client_secret: Secret
    previous_client_secrets: tuple[Secret, ...]
    redirect_uris: tuple[str, ...]
    service_key: Secret | None


@dataclass(frozen=True, slots=True)
class Oauth:
    """The services at IFTTT that may ask for the grant of a person, and how long a code is good for."""

    code_life_s: float
    clients: tuple[Client, ...]


@dataclass(frozen=True, slots=True)
class Log:
    """How much is said, and in which form."""

    level: Literal["debug", "info", "warning", "error"]
    format: Literal["text", "json"]


@dataclass(frozen=True, slots=True)
class Home:
    """One home."""

    id: str
    name: str
    publish_topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnyDevice:
    """What every kind has."""

    id: str
    name: str
    home: str
    room: str
    state_topic: str
    debounce_s: float
    debounce_max_s: float | None
    min_interval_s: float
    availability_topic: str | None
    payload_available: str
    payload_not_available: str
    battery_topic: str | None
    battery_path: tuple[str, ...] | None
    battery_low: int


@dataclass(frozen=True, slots=True)
class WithWords(AnyDevice):
    """What says a word, plainly or inside a JSON object."""

    payload_schema: Literal["plain", "json"]
    state_path: tuple[str, ...] | None

    @property
    def path(self) -> tuple[str, ...] | None:
        """Where the state stands in the JSON object; None: the payload is the word."""
        return None if self.payload_schema == "plain" else self.state_path or DEFAULT_STATE_PATH


@dataclass(frozen=True, slots=True)
class WithState(WithWords):
    """What has one of two states."""

    payload_on: str
    payload_off: str


@dataclass(frozen=True, slots=True)
class Contact(WithState):
    """A door or window contact; "on" is open."""

    kind: Literal["contact"]


@dataclass(frozen=True, slots=True)
class Button(AnyDevice):
    """A button: each live message is a press."""

    kind: Literal["button"]
    press_path: tuple[str, ...] | None

    @property
    def path(self) -> tuple[str, ...] | None:
        """Where the word stands in the JSON object; None: the payload is the word."""
        return self.press_path


@dataclass(frozen=True, slots=True)
class Switch(WithState):
    """A switch or a plug."""

    kind: Literal["switch"]
    command_topic: str


@dataclass(frozen=True, slots=True)
class Light(WithState):
    """A lamp. Brightness and colour only with JSON."""

    kind: Literal["light"]
    command_topic: str
    brightness_scale: int
    supports_brightness: bool
    supports_color: bool

    @property
    def full_brightness(self) -> int | None:
        """The number that stands for full brightness; None: it cannot be dimmed."""
        return self.brightness_scale if self.payload_schema == "json" and self.supports_brightness else None

    @property
    def takes_color(self) -> bool:
        """Whether commands may carry a colour."""
        return self.payload_schema == "json" and self.supports_color


@dataclass(frozen=True, slots=True)
class Detector(WithState):
    """What detects something; "on" is that it does."""

    kind: Literal["motion", "leak", "smoke", "gas", "co", "tamper", "vibration"]


@dataclass(frozen=True, slots=True)
class Lock(WithWords):
    """A lock of a door."""

    kind: Literal["lock"]
    payload_locked: str
    payload_unlocked: str
    payload_jammed: str | None
    command_topic: str
    payload_lock: str
    payload_unlock: str
    allow_unlock: bool


@dataclass(frozen=True, slots=True)
class Cover(WithWords):
    """A blind, a shutter, a garage door, a gate."""

    kind: Literal["cover"]
    state_open: str
    state_opening: str
    state_closed: str
    state_closing: str
    state_stopped: str
    command_topic: str
    payload_open: str
    payload_close: str
    payload_stop: str
    position_topic: str | None
    position_path: tuple[str, ...] | None
    set_position_topic: str | None
    position_open: int
    position_closed: int


@dataclass(frozen=True, slots=True)
class Sensor(AnyDevice):
    """What measures: its state is a number."""

    kind: Literal["sensor"]
    value_path: tuple[str, ...] | None
    unit: str
    hysteresis: float

    @property
    def path(self) -> tuple[str, ...] | None:
        """Where the number stands in the JSON object; None: the payload is the number."""
        return self.value_path


Device = Contact | Button | Light | Switch | Detector | Lock | Cover | Sensor

DEVICES: Final[dict[str, type[Device]]] = {
    "contact": Contact,
    "button": Button,
    "light": Light,
    "switch": Switch,
    "motion": Detector,
    "leak": Detector,
    "smoke": Detector,
    "gas": Detector,
    "co": Detector,
    "tamper": Detector,
    "vibration": Detector,
    "lock": Lock,
    "cover": Cover,
    "sensor": Sensor,
}


@dataclass(frozen=True, slots=True)
class CustomEvent:
    """What a message on some topic is called at IFTTT."""

    slug: str
    name: str
    home: str
    topic: str
    when: str | None
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that holds what a key stands for. `what`: the key and the kind of file, as a person says it."""

    what: str
    path: Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration. `notes` are lines for a person: nothing is wrong, but something should be known.

    `sources`: the files of secrets and certificates that the next start needs again.
    """

    public: Public
    private: Private
    mqtt: Mqtt
    pairing: Pairing
    storage: Storage
    ifttt: Ifttt
    oauth: Oauth
    log: Log
    homes: tuple[Home, ...]
    devices: tuple[Device, ...]
    custom_events: tuple[CustomEvent, ...]
    notes: tuple[str, ...] = ()
    sources: tuple[SourceFile, ...] = ()
