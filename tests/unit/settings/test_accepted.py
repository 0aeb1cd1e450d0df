"""What a right configuration becomes."""

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from ipaddress import IPv4Network, IPv6Network
from itertools import chain
from pathlib import Path

import pytest

from bridge.settings import (
    Address,
    BrokerUrl,
    Button,
    Contact,
    Cover,
    Detector,
    Home,
    Light,
    Lock,
    Secret,
    Sensor,
    Settings,
    Size,
    Switch,
    load,
)
from bridge.settings.devices import KINDS
from bridge.settings.model import ARRAYS, SECTIONS
from bridge.settings.tables import Table

CONFIG = Path(__file__).parents[3] / "config"
START = '[mqtt]\nurl = "mqtt://localhost"\n[ifttt]\nservice_keys = ["first-key"]\n'
Load = Callable[..., Settings]


def every_table() -> list[type[Table]]:
    return [*SECTIONS.values(), *ARRAYS.values(), *KINDS.values()]


def test_the_least_configuration_gets_every_default(loaded: Load) -> None:
    settings = loaded(START)
    assert settings.public.listen == Address("127.0.0.1", 8080)
    assert settings.public.url == ""
    assert settings.public.trusted_proxies == (IPv4Network("127.0.0.1/32"),)
    assert settings.public.max_connections == 512
    assert settings.private.listen == Address("127.0.0.1", 8081)
    assert settings.mqtt.url == BrokerUrl(embedded=False, host="localhost", port=1883)
    assert (settings.mqtt.username, settings.mqtt.password) == (None, None)
    assert (settings.mqtt.ca_file, settings.mqtt.cert_file, settings.mqtt.key_file) == (None, None, None)
    assert settings.mqtt.client_id == "ifttt-bridge"
    assert settings.mqtt.status_topic is None
    assert settings.mqtt.late_press_limit_s == 120.0
    assert settings.mqtt.changed_while_away == "record"
    assert settings.mqtt.protocol == "auto"
    assert settings.mqtt.receive_maximum == 1000
    assert settings.storage.path == Path("/var/lib/ifttt-bridge/bridge.db")
    assert (settings.storage.keep_events_s, settings.storage.max_size) == (400 * 86_400.0, Size(4_000_000_000))
    assert settings.ifttt.realtime_url == "https://realtime.ifttt.com/v1/notifications"
    assert settings.ifttt.timeline_start == "first-sight"
    assert (settings.oauth.code_life_s, settings.oauth.clients) == (60.0, ())
    assert (settings.log.level, settings.log.format) == ("info", "text")
    assert settings.homes == (Home(id="home", name="Home", publish_topics=()),)
    assert settings.devices == ()


def test_the_complete_example_is_right() -> None:
    settings = load(CONFIG / "bridge.toml", {})
    assert [device.id for device in settings.devices] == [
        *("front-door", "bathroom-window", "bedside-button", "desk-button", "hall-light", "kettle"),
        *("hall-motion", "front-door-lock", "bedroom-blind", "bathroom-temperature"),
    ]
    door, window, bedside, desk, lamp, kettle = settings.devices[:6]
    assert isinstance(door, Contact)
    assert (door.path, door.payload_on, door.payload_off) == (None, "open", "closed")
    assert isinstance(window, Contact)
    assert (window.path, window.payload_on, window.payload_off) == (("sensor", "contact"), "false", "true")
    assert isinstance(bedside, Button)
    assert bedside.path is None
    assert isinstance(desk, Button)
    assert desk.path == ("event", "type")
    assert isinstance(lamp, Light)
    assert (lamp.path, lamp.command_topic, lamp.full_brightness, lamp.takes_color) == (
        *(("state",), "home/hall-light/set", 255, False),
    )
    assert isinstance(kettle, Switch)
    assert (kettle.path, kettle.payload_on, kettle.command_topic) == (None, "ON", "home/kettle/set")


def test_the_complete_example_shows_every_kind_of_table() -> None:
    motion, lock, blind, temperature = load(CONFIG / "bridge.toml", {}).devices[6:]
    assert isinstance(motion, Detector)
    assert (motion.kind, motion.path, motion.availability_topic, motion.battery_low) == ("motion", None, None, 15)
    assert isinstance(lock, Lock)
    assert (lock.payload_jammed, lock.command_topic, lock.allow_unlock) == ("JAMMED", "home/front-door-lock/set", False)
    assert isinstance(blind, Cover)
    assert (blind.position_path, blind.set_position_topic) == (("position",), "home/bedroom-blind/position/set")
    assert isinstance(temperature, Sensor)
    assert (temperature.path, temperature.unit) == (("temperature",), "°C")


def test_the_minimal_example_is_right() -> None:
    settings = load(CONFIG / "examples" / "minimal.toml", {})
    assert [(device.kind, device.home) for device in settings.devices] == [("contact", "home")]


@pytest.mark.parametrize("file", sorted((CONFIG / "examples").iterdir()), ids=lambda file: file.name)
def test_every_example_is_right(file: Path) -> None:
    settings = load(file, {})
    assert settings.devices or settings.mqtt.discovery


def test_the_complete_example_holds_every_key() -> None:
    text = (CONFIG / "bridge.toml").read_text()
    fields = chain.from_iterable(table.model_fields.items() for table in every_table())
    bare = text.replace("\n# ", "\n")  # what only an encrypted connection takes stands as a comment
    assert [
        name for name, field in fields if not re.search(rf"\n(\[\[.*\.)?{field.alias or name}( = |\]\])", bare)
    ] == []


def test_the_readme_tells_every_key() -> None:
    text = (CONFIG / "README.md").read_text()
    fields = chain.from_iterable(table.model_fields.items() for table in every_table())
    assert [name for name, field in fields if not re.search(rf"[`.]{field.alias or name}(\]\])?`", text)] == []


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("embedded", BrokerUrl(embedded=True, host="127.0.0.1", port=1883)),
        ("embedded:0", BrokerUrl(embedded=True, host="127.0.0.1", port=0)),
        ("embedded:18830", BrokerUrl(embedded=True, host="127.0.0.1", port=18830)),
        ("mqtt://broker.lan", BrokerUrl(embedded=False, host="broker.lan", port=1883)),
        ("MQTT://broker_1:1884/", BrokerUrl(embedded=False, host="broker_1", port=1884)),
        ("mqtt://[fe80::1%eth0]:1884", BrokerUrl(embedded=False, host="fe80::1%eth0", port=1884)),
        ("mqtts://broker.lan/", BrokerUrl(embedded=False, host="broker.lan", port=8883, tls=True)),
        ("ws://broker.lan", BrokerUrl(embedded=False, host="broker.lan", port=80, path="/mqtt")),
        ("ws://[::1]:9001/", BrokerUrl(embedded=False, host="::1", port=9001, path="/")),
        ("WSS://broker.lan/a/b", BrokerUrl(embedded=False, host="broker.lan", port=443, tls=True, path="/a/b")),
    ],
)
def test_a_broker_is_inside_or_somewhere(loaded: Load, written: str, url: BrokerUrl) -> None:
    assert loaded(START.replace("mqtt://localhost", written)).mqtt.url == url


@pytest.mark.parametrize(
    ("public", "private"),
    [
        ("0.0.0.0:8080", "0.0.0.0:8081"),
        ("0.0.0.0:8080", "[::1]:8080"),
        ("127.0.0.1:8080", "127.0.0.2:8080"),
        ("0.0.0.0:0", "127.0.0.1:0"),
    ],
)
def test_listeners_that_do_not_meet_may_share_a_port(loaded: Load, public: str, private: str) -> None:
    settings = loaded(f'{START}[public]\nlisten = "{public}"\n[private]\nlisten = "{private}"')
    assert (str(settings.public.listen), str(settings.private.listen)) == (public, private)


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("sqlite:///tmp/a b.db", "/tmp/a b.db"),  # noqa: S108 -- nothing is opened there
        ("sqlite:////srv/bridge.db", "/srv/bridge.db"),
    ],
)
def test_a_database_is_a_file_by_its_absolute_path(loaded: Load, written: str, path: str) -> None:
    assert str(loaded(f'{START}[storage]\nurl = "{written}"').storage.path) == path


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("", ""),
        ("https://home.example.org/", "https://home.example.org"),
        ("HTTPS://Home.example.org/Bridge/", "https://home.example.org/Bridge"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_public_url_never_ends_with_a_slash(loaded: Load, written: str, url: str) -> None:
    assert loaded(f'{START}[public]\nurl = "{written}"').public.url == url


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9000", "127.1.2.3", "[::1]:9000"])
def test_this_machine_may_be_told_over_plain_http(loaded: Load, host: str) -> None:
    assert loaded(f'{START}realtime_url = "http://{host}/v1"').ifttt.realtime_url == f"http://{host}/v1"


@pytest.mark.parametrize(
    ("written", "seconds"), [('"1d"', 86_400.0), ('"36500d"', 3_153_600_000.0), ("86400", 86_400.0)]
)
def test_events_are_kept_for_a_day_to_a_century(loaded: Load, written: str, seconds: float) -> None:
    assert loaded(f"{START}[storage]\nkeep_events = {written}").storage.keep_events_s == seconds


@pytest.mark.parametrize(
    ("written", "size", "again"),
    [
        ("64MB", 64_000_000, "64MB"),
        (" 1.5 GB ", 1_500_000_000, "1500MB"),
        ("2TB", 2 * 1000**4, "2000GB"),
        ("1GiB", 1024**3, "1073.741824MB"),
    ],
)
def test_a_size_has_a_unit(loaded: Load, written: str, size: int, again: str) -> None:
    found = loaded(f'{START}[storage]\nmax_size = "{written}"').storage.max_size
    assert (found, str(found)) == (Size(size), again)


@pytest.mark.parametrize(("written", "seconds"), [('"48h"', 172_800.0), ('"1ms"', 0.001), ("90", 90.0)])
def test_a_code_lives_for_up_to_two_days(loaded: Load, written: str, seconds: float) -> None:
    assert loaded(f"{START}[oauth]\ncode_life = {written}").oauth.code_life_s == seconds


def test_a_client_is_called_ifttt_and_has_one_secret_unless_it_says_otherwise(loaded: Load) -> None:
    client = '[[oauth.clients]]\nclient_id = "{0}"\nclient_secret = "a-secret-of-{0}"\nredirect_uris = ["https://a/"]\n'
    more = 'name = "IFTTT (trial)"\nprevious_client_secrets = ["an-older-secret-of-it"]\n'
    clients = client.format("production") + client.format("staging") + more
    production, staging = loaded(f'{START}[public]\nurl = "https://home.example.org"\n{clients}').oauth.clients
    assert (production.name, production.previous_client_secrets) == ("IFTTT", ())
    assert (staging.name, staging.previous_client_secrets) == ("IFTTT (trial)", (Secret("an-older-secret-of-it"),))


def test_networks_count_as_proxies(loaded: Load) -> None:
    proxies = loaded(f'{START}[public]\ntrusted_proxies = ["10.0.0.0/24", "::1"]').public.trusted_proxies
    assert proxies == (IPv4Network("10.0.0.0/24"), IPv6Network("::1/128"))


def test_both_listeners_may_let_the_system_choose_a_port(loaded: Load) -> None:
    settings = loaded(f'{START}[public]\nlisten = "127.0.0.1:0"\n[private]\nlisten = "127.0.0.1:0"')
    assert settings.public.listen == settings.private.listen == Address("127.0.0.1", 0)


def test_a_device_belongs_to_the_first_home_unless_it_says_otherwise(loaded: Load) -> None:
    homes = '[[homes]]\nid = "elm"\nname = "Elm"\n[[homes]]\nid = "cabin"\nname = "Cabin"\n'
    button = '[[devices]]\nid = "{0}"\nname = "B"\nkind = "button"\nstate_topic = "{0}"\n'
    settings = loaded(START + homes + button.format("a") + button.format("b") + 'home = "cabin"')
    assert [device.home for device in settings.devices] == ["elm", "cabin"]


def test_devices_share_a_topic_but_not_a_path(loaded: Load) -> None:
    window = '[[devices]]\nid = "{0}"\nname = "W"\nkind = "contact"\nstate_topic = "w"\nschema = "json"\n'
    settings = loaded(START + window.format("a") + window.format("b") + 'state_path = "b"')
    assert [device.path for device in settings.devices] == [("state",), ("b",)]


def test_a_plain_light_is_neither_dimmed_nor_coloured(loaded: Load) -> None:
    light = '[[devices]]\nid = "a"\nname = "L"\nkind = "light"\nstate_topic = "a"\ncommand_topic = "a/set"\n'
    (plain,) = loaded(START + light).devices
    (json,) = loaded(START + light + 'schema = "json"\nbrightness_scale = 100\nsupports_color = true').devices
    (fixed,) = loaded(START + light + 'schema = "json"\nsupports_brightness = false').devices
    assert isinstance(plain, Light)
    assert isinstance(json, Light)
    assert isinstance(fixed, Light)
    assert [(lamp.full_brightness, lamp.takes_color) for lamp in (plain, json, fixed)] == [
        *((None, False), (100, True), (None, False))
    ]


@pytest.mark.parametrize(("written", "text"), [("true", "true"), ("1", "1"), ("1.5", "1.5"), ('"An"', "An")])
def test_booleans_and_numbers_are_the_text_that_devices_write(loaded: Load, written: str, text: str) -> None:
    door = '[[devices]]\nid = "a"\nname = "D"\nkind = "contact"\nstate_topic = "a"\n'
    (device,) = loaded(f"{START}{door}payload_on = {written}").devices
    assert isinstance(device, Contact)
    assert device.payload_on == text


def test_settings_never_change(loaded: Load) -> None:
    settings = loaded(START)
    with pytest.raises(FrozenInstanceError):
        settings.mqtt.client_id = "another"  # type: ignore[misc]  # that it is read-only is what is tested
    with pytest.raises(AttributeError):
        settings.public.listen.port = 1  # type: ignore[misc]  # that it is read-only is what is tested
