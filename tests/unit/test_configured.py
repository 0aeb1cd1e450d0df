"""From the tables of a configuration file to homes, entities and the broker."""

from decimal import Decimal
from pathlib import Path

import pytest

from bridge.configured import broker_of, clients_of, code_life_ms_of, entities_of, homes_of, policy_of
from bridge.devices.dialects.custom import CustomMessages
from bridge.devices.dialects.plain import Dimming, PlainButton, PlainState, StateWords
from bridge.devices.dialects.plain_availability import PlainAvailability
from bridge.devices.dialects.plain_cover import CoverWords, PlainCover, Positions
from bridge.devices.dialects.plain_lock import LockWords, PlainLock
from bridge.devices.dialects.plain_number import PlainNumber
from bridge.devices.entity import NOT_SHAPED, Device, EntityKind, Shaping
from bridge.devices.interpretation import LatePolicy
from bridge.devices.reading import CustomReading
from bridge.devices.templates.template import parse_condition, parse_template
from bridge.homes.user import Home
from bridge.mqtt.session import Broker, Protocol, Tls
from bridge.oauth.clients import Client
from bridge.settings import Settings, load
from tests.parts.certificates import Authority

FILE = """
[ifttt]
service_keys = ["an-example-key"]
[public]
url = "https://home.example.org"
[mqtt]
url = "mqtt://192.0.2.7:1884"
username = "bridge"
password = "pass-of-the-example"
protocol = "3.1.1"
client_id = "elm-street"
receive_maximum = 50
late_press_limit = "30s"
changed_while_away = "fire"
[[homes]]
id = "home"
name = "Elm Street 4"
[[homes]]
id = "cabin"
name = "Cabin"
[[devices]]
id = "front-door"
name = "Front door"
home = "cabin"
room = "Hall"
kind = "contact"
state_topic = "door"
[[devices]]
id = "window"
name = "Window"
kind = "contact"
state_topic = "windows"
schema = "json"
state_path = "kitchen.contact"
payload_on = false
payload_off = true
debounce = "500ms"
[[devices]]
id = "bell"
name = "Bell"
kind = "button"
state_topic = "bell"
press_path = "event.type"
min_interval = "5s"
[[devices]]
id = "kettle"
name = "Kettle"
kind = "switch"
state_topic = "kettle"
command_topic = "kettle/set"
debounce = 2
debounce_max = "1m"
[[devices]]
id = "hall-light"
name = "Hall light"
kind = "light"
state_topic = "lamp"
command_topic = "lamp/set"
schema = "json"
brightness_scale = 100
supports_color = true
[[devices]]
id = "shed-light"
name = "Shed light"
kind = "light"
state_topic = "shed"
command_topic = "shed/set"
"""
PARCEL = """
[[custom_events]]
slug = "parcel"
name = "Parcel in the box"
home = "cabin"
topic = "home/mailbox/+"
when = "value_json.weight > 50"
values = ["{{ value_json.weight }}"]
"""
OAUTH = """
[oauth]
code_life = "1.1s"
[[oauth.clients]]
client_id = "production"
client_secret = "a-secret-of-production"
redirect_uris = ["https://ifttt.com/channels/elm/authorize"]
[[oauth.clients]]
client_id = "staging"
name = "IFTTT (trial)"
client_secret = "a-secret-of-staging"
previous_client_secrets = ["an-older-secret-of-staging", "the-oldest-secret-of-staging"]
redirect_uris = ["https://ifttt.com/channels/elm_staging/authorize", "http://localhost:8765/"]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "bridge.toml"
    file.write_text(FILE)
    return load(file, {})


def test_every_home_is_there(settings: Settings) -> None:
    assert homes_of(settings) == [Home("home", "Elm Street 4"), Home("cabin", "Cabin")]


def test_a_device_of_the_file_is_one_entity_with_the_same_id(settings: Settings) -> None:
    entities = entities_of(settings)
    assert [(each.id, each.device.id, each.kind) for each in entities] == [
        ("front-door", "front-door", EntityKind.CONTACT),
        ("window", "window", EntityKind.CONTACT),
        ("bell", "bell", EntityKind.BUTTON),
        ("kettle", "kettle", EntityKind.SWITCH),
        ("hall-light", "hall-light", EntityKind.LIGHT),
        ("shed-light", "shed-light", EntityKind.LIGHT),
    ]
    door, window = entities[0].device, entities[1].device
    assert (door.home, door.name, door.room) == ("cabin", "Front door", "Hall")
    assert (window.home, window.room) == ("home", "")


def test_each_device_speaks_as_its_table_says(settings: Settings) -> None:
    dialects = {each.id: each.dialect for each in entities_of(settings)}
    assert dialects == {
        "front-door": PlainState("door", StateWords("open", "closed", "open", "closed")),
        "window": PlainState("windows", StateWords("false", "true", "open", "closed"), ("kitchen", "contact")),
        "bell": PlainButton("bell", ("event", "type")),
        "kettle": PlainState("kettle", StateWords("ON", "OFF", "on", "off"), None, "kettle/set"),
        "hall-light": PlainState(
            "lamp", StateWords("ON", "OFF", "on", "off"), ("state",), "lamp/set", Dimming(100, color=True)
        ),
        "shed-light": PlainState("shed", StateWords("ON", "OFF", "on", "off"), None, "shed/set", Dimming()),
    }


def test_a_custom_event_is_an_entity_of_its_own_home(tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(FILE + PARCEL)
    event = entities_of(load(file, {}))[-1]
    assert (event.id, event.device.id, event.home) == ("custom.parcel", "custom.parcel", "cabin")
    assert (event.kind, event.device.name, event.device.room) == (EntityKind.CUSTOM, "Parcel in the box", "")
    when, weight = parse_condition("value_json.weight > 50"), parse_template("{{ value_json.weight }}")
    assert event.dialect == CustomMessages("home/mailbox/+", when, (weight,))
    assert event.dialect.read("home/mailbox/1", b'{"weight": 60}') == CustomReading(("60",))


def test_what_is_held_back_is_as_the_file_says(settings: Settings) -> None:
    shaped = {each.id: each.shaping for each in entities_of(settings)}
    assert shaped == {
        "front-door": NOT_SHAPED,
        "window": Shaping(debounce_ms=500, debounce_max_ms=5000),
        "bell": Shaping(min_interval_ms=5000),
        "kettle": Shaping(debounce_ms=2000, debounce_max_ms=60_000),
        "hall-light": NOT_SHAPED,
        "shed-light": NOT_SHAPED,
    }
    assert shaped["front-door"] is NOT_SHAPED  # the quick way for what holds nothing back


def test_what_comes_late_is_treated_as_the_file_says(settings: Settings) -> None:
    assert policy_of(settings) == LatePolicy(30.0, fire_changed_while_away=True)


def test_each_client_is_there_with_all_of_its_secrets_and_nothing_that_shows_them(tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(FILE + OAUTH)
    clients = clients_of(load(file, {}))
    secrets = ("a-secret-of-staging", "an-older-secret-of-staging", "the-oldest-secret-of-staging")
    assert clients == (
        Client("production", "IFTTT", ("a-secret-of-production",), ("https://ifttt.com/channels/elm/authorize",)),
        Client(
            "staging",
            "IFTTT (trial)",
            secrets,
            ("https://ifttt.com/channels/elm_staging/authorize", "http://localhost:8765/"),
        ),
    )
    assert not any(secret in repr(clients) for secret in ("a-secret-of-production", *secrets))


def test_without_clients_nobody_may_ask(settings: Settings) -> None:
    assert clients_of(settings) == ()


@pytest.mark.parametrize(("written", "life_ms"), [("1.1s", 1100), ("48h", 172_800_000), ("0.1ms", 1)])
def test_a_code_lives_for_as_long_as_the_file_says(tmp_path: Path, written: str, life_ms: int) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(FILE + OAUTH.replace("1.1s", written))
    assert code_life_ms_of(load(file, {})) == life_ms


def test_the_broker_is_the_one_of_the_file(settings: Settings) -> None:
    expected = Broker("192.0.2.7", 1884, "elm-street", "bridge", "pass-of-the-example", Protocol.V311, 50)
    assert broker_of(settings) == expected


def test_an_embedded_broker_brings_its_own_port(settings: Settings) -> None:
    assert broker_of(settings, port=4242).port == 4242


def test_an_encrypted_websocket_becomes_one_with_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    folder.mkdir()
    authority = Authority(folder)
    client = authority.issue("bridge")
    file = tmp_path / "bridge.toml"
    file.write_text(
        '[ifttt]\nservice_keys = ["an-example-key"]\n[mqtt]\nurl = "wss://broker.lan:8884/ws"\n'
        'ca_file = "tls/authority.pem"\ncert_file = "tls/bridge.pem"\nkey_file = "tls/bridge.key"\n'
        'status_topic = "bridges/elm-street"\n'
    )
    broker = broker_of(load(file, {}))
    assert broker.address == "wss://broker.lan:8884/ws"
    assert broker.tls == Tls(authority.own.file, client.file, client.key)
    assert (broker.status_topic, broker.beside_status("health")) == ("bridges/elm-street", "bridges/health")


MORE = """
[ifttt]
service_keys = ["an-example-key"]
[mqtt]
url = "mqtt://broker"
[[devices]]
id = "cellar"
name = "Cellar"
room = "Below"
kind = "leak"
state_topic = "z/cellar"
schema = "json"
state_path = "water_leak"
payload_on = true
payload_off = false
availability_topic = "z/cellar/availability"
battery_path = "battery"
battery_low = 20
[[devices]]
id = "back"
name = "Back"
kind = "lock"
state_topic = "back"
command_topic = "back/set"
payload_jammed = "JAMMED"
allow_unlock = true
battery_topic = "back/battery"
payload_available = "1"
payload_not_available = "0"
availability_topic = "back/up"
[[devices]]
id = "blind"
name = "Blind"
kind = "cover"
state_topic = "blind"
command_topic = "blind/set"
state_closed = "shut"
payload_stop = "HALT"
position_topic = "blind/pos"
set_position_topic = "blind/pos/set"
position_open = 0
position_closed = 255
[[devices]]
id = "attic"
name = "Attic"
kind = "sensor"
state_topic = "attic"
value_path = "t.now"
unit = "°C"
hysteresis = 0.1
"""


def test_a_number_has_its_hysteresis_as_it_is_written_and_what_tells_of_a_device_is_not_shaped(tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(MORE.replace('kind = "leak"', 'kind = "leak"\nmin_interval = "1m"'))
    shaped = {each.id: each.shaping for each in entities_of(load(file, {})) if each.shaping is not NOT_SHAPED}
    assert shaped == {"attic": Shaping(hysteresis=Decimal("0.1")), "cellar": Shaping(min_interval_ms=60_000)}


def test_a_device_may_be_three_entities(tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(MORE)
    found = {each.id: each for each in entities_of(load(file, {}))}
    assert {identity: (each.kind, each.dialect) for identity, each in found.items()} == {
        "cellar": (
            EntityKind.LEAK,
            PlainState("z/cellar", StateWords("true", "false", "on", "off"), ("water_leak",)),
        ),
        "cellar.availability": (EntityKind.AVAILABILITY, PlainAvailability("z/cellar/availability")),
        "cellar.battery": (EntityKind.BATTERY, PlainNumber("z/cellar", ("battery",), (0, 100))),
        "back": (EntityKind.LOCK, PlainLock("back", "back/set", LockWords(jammed="JAMMED"))),
        "back.availability": (EntityKind.AVAILABILITY, PlainAvailability("back/up", "1", "0")),
        "back.battery": (EntityKind.BATTERY, PlainNumber("back/battery", None, (0, 100))),
        "blind": (
            EntityKind.COVER,
            PlainCover(
                "blind",
                "blind/set",
                CoverWords(is_closed="shut", stop="HALT"),
                None,
                Positions("blind/pos", None, "blind/pos/set", 0, 255),
            ),
        ),
        "attic": (EntityKind.SENSOR, PlainNumber("attic", ("t", "now"))),
    }
    assert {each.device for identity, each in found.items() if identity.startswith("cellar")} == {
        Device("cellar", "home", "Cellar", "Below")
    }
    assert (found["cellar.battery"].low_level, found["back.battery"].low_level) == (20, 15)
    assert (found["attic"].unit, found["cellar.battery"].unit, found["back"].unit) == ("°C", "%", "")
    assert [identity for identity, each in found.items() if each.can_unlock] == ["back"]
