"""The examples for people, against what real programs say: a home with Zigbee2MQTT, and a staging clone."""

from pathlib import Path

import pytest

from bridge.commands import Command, Wish
from bridge.configured import all_service_keys, entities_of
from bridge.devices.entity import Entity
from bridge.devices.reading import PressReading, Reading, StateReading
from bridge.settings import load

EXAMPLES = Path(__file__).parents[2] / "config" / "examples"


@pytest.fixture(scope="module")
def home() -> dict[str, Entity]:
    return {entity.id: entity for entity in entities_of(load(EXAMPLES / "zigbee2mqtt.toml", {}))}


@pytest.mark.parametrize(
    ("entity", "payload", "reading"),
    [
        ("front-door", '{"battery":97,"contact":true,"linkquality":120,"voltage":3015}', StateReading("closed")),
        ("front-door", '{"battery":97,"contact":false,"linkquality":120,"voltage":3015}', StateReading("open")),
        ("front-door", '{"battery":97,"contact":null,"linkquality":120}', StateReading(None)),
        ("bedside-button", '{"action":"single","battery":90,"linkquality":80}', PressReading("single")),
        ("bedside-button", '{"action":"hold","battery":90}', PressReading("long")),
        ("bedside-button", '{"battery":90,"linkquality":80,"update":{"state":"idle"}}', None),
        ("bedside-button", '{"action":"","battery":90}', None),
        (
            "hall-light",
            '{"brightness":127,"color":{"x":0.17,"y":0.21},"color_mode":"xy","state":"ON"}',
            StateReading("on", 50),
        ),
        ("hall-light", '{"brightness":254,"color_mode":"color_temp","state":"OFF"}', StateReading("off", 100)),
        ("kettle", '{"power":1980,"state":"ON","update":{"state":null}}', StateReading("on")),
        ("desk-lamp", '{"state_left":"ON","state_right":"OFF"}', StateReading("on")),
        ("printer", '{"state_left":"ON","state_right":"OFF"}', StateReading("off")),
        ("hall-motion", '{"battery":88,"illuminance":12,"occupancy":true}', StateReading("on")),
        ("cellar-leak", '{"battery":100,"battery_low":false,"tamper":false,"water_leak":false}', StateReading("off")),
        ("cellar-leak.battery", '{"battery":100,"water_leak":false}', StateReading("100")),
        ("cellar-leak.battery", '{"battery":null,"water_leak":false}', None),
        ("cellar-leak.availability", '{"state":"offline"}', StateReading("offline")),
        ("cellar-leak.availability", "online", StateReading("online")),
        ("front-door-lock", '{"battery":70,"lock_state":"locked","state":"LOCK"}', StateReading("locked")),
        ("front-door-lock", '{"lock_state":"not_fully_locked","state":"UNLOCK"}', StateReading("jammed")),
        ("front-door-lock", '{"lock_state":null,"state":"UNLOCK"}', None),
        ("bedroom-blind", '{"moving":"STOP","position":60,"state":"OPEN"}', StateReading("open", position=60)),
        ("bedroom-blind", '{"position":0,"state":"CLOSE"}', StateReading("closed", position=0)),
        ("bathroom-temperature", '{"battery":60,"humidity":48.2,"temperature":21.37}', StateReading("21.37")),
    ],
)
def test_what_zigbee2mqtt_says_is_understood(
    home: dict[str, Entity], entity: str, payload: str, reading: Reading | None
) -> None:
    dialect = home[entity].dialect
    (topic,) = dialect.state_topics
    assert dialect.read(topic, payload.encode()) == reading


def orders(
    entity: Entity,
    wish: Wish = Wish.TURN_ON,
    *,
    brightness: int | None = None,
    color: str | None = None,
    position: int | None = None,
) -> list[tuple[str, bytes]]:
    command = Command("home", entity.id, wish, brightness, color, position)
    return [(publication.topic, publication.payload) for publication in entity.dialect.write(command)]


def test_what_zigbee2mqtt_is_told_is_what_it_understands(home: dict[str, Entity]) -> None:
    assert orders(home["hall-light"], brightness=50, color="#2e6696") == [
        ("zigbee2mqtt/Hall light/set", b'{"state":"ON","brightness":127,"color":{"r":46,"g":102,"b":150}}')
    ]
    assert orders(home["kettle"]) == [("zigbee2mqtt/Kettle/set", b'{"state":"ON"}')]
    assert orders(home["printer"]) == [("zigbee2mqtt/Desk plug/right/set", b'{"state":"ON"}')]
    assert orders(home["front-door-lock"], Wish.LOCK) == [("zigbee2mqtt/Front door lock/set", b'{"state":"LOCK"}')]
    blind, topic = home["bedroom-blind"], "zigbee2mqtt/Bedroom blind/set"
    assert orders(blind, Wish.SET_POSITION, position=60) == [(topic, b'{"position":60}')]
    assert orders(blind, Wish.STOP) == [(topic, b'{"state":"STOP"}')]


def test_production_and_staging_each_bring_a_service_key() -> None:
    settings = load(EXAMPLES / "staging.toml", {})
    assert [client.client_id for client in settings.oauth.clients] == ["production", "staging"]
    assert [key.get_secret_value() for key in all_service_keys(settings)] == [
        *("replace-me-by-the-key-of-production", "replace-me-by-the-key-of-staging")
    ]
