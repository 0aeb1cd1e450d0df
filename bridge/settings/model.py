"""The sections of the configuration: their keys, types and defaults. The one place where a key is declared.

Knows nothing of files, of the environment, and of faults that concern several keys (rules.py).
"""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Final, Literal, get_args, get_origin

from pydantic import Field, PlainValidator, Strict

from bridge.settings.addresses import (
    parse_address,
    parse_broker_url,
    parse_database_url,
    parse_network,
    parse_public_url,
    parse_realtime_url,
)
from bridge.settings.devices import KindTable, Name, Table
from bridge.settings.values import Address, BrokerUrl, Network, Secret
from bridge.settings.words import (
    parse_client_id,
    parse_duration,
    parse_id,
    parse_password,
    parse_service_key,
    parse_username,
)

DEFAULT_PUBLIC_LISTEN: Final = Address("127.0.0.1", 8080)
DEFAULT_PRIVATE_LISTEN: Final = Address("127.0.0.1", 8081)

Id = Annotated[str, PlainValidator(parse_id, json_schema_input_type=str)]
Listen = Annotated[Address, PlainValidator(parse_address, json_schema_input_type=str)]
Seconds = Annotated[float, PlainValidator(parse_duration, json_schema_input_type=str | int | float)]
ProxyNetwork = Annotated[Network, PlainValidator(parse_network, json_schema_input_type=str)]
ServiceKey = Annotated[Secret, PlainValidator(parse_service_key, json_schema_input_type=str)]
Password = Annotated[Secret, PlainValidator(parse_password, json_schema_input_type=str)]
# TOML and JSON have lists only; what comes out must not be changed
Loose = Strict(strict=False)


class PublicTable(Table):
    """[public]: what IFTTT reaches, through a tunnel or a reverse proxy."""

    listen: Listen = DEFAULT_PUBLIC_LISTEN
    url: Annotated[str, PlainValidator(parse_public_url, json_schema_input_type=str)] = ""
    trusted_proxies: Annotated[tuple[ProxyNetwork, ...], Loose] = Field(
        (IPv4Network("127.0.0.1/32"),), examples=[["127.0.0.1"]]
    )


class PrivateTable(Table):
    """[private]: dashboard, metrics, health."""

    listen: Listen = DEFAULT_PRIVATE_LISTEN


class MqttTable(Table):
    """[mqtt]: the broker, and what to do with what arrives late."""

    url: Annotated[BrokerUrl, PlainValidator(parse_broker_url, json_schema_input_type=str)] = Field(
        examples=["mqtt://localhost:1883"]
    )
    username: Annotated[str, PlainValidator(parse_username, json_schema_input_type=str)] | None = None
    password: Password | None = None
    client_id: Annotated[str, PlainValidator(parse_client_id, json_schema_input_type=str)] = "ifttt-bridge"
    late_press_limit_s: Seconds = Field(120.0, alias="late_press_limit")
    changed_while_away: Literal["record", "fire"] = "record"
    protocol: Literal["auto", "5", "3.1.1"] = "auto"
    receive_maximum: int = Field(1000, ge=20, le=65535)


class StorageTable(Table):
    """[storage]: where everything is kept."""

    path: Annotated[Path, PlainValidator(parse_database_url, json_schema_input_type=str)] = Field(
        Path("/var/lib/ifttt-bridge/bridge.db"), alias="url"
    )


class IftttTable(Table):
    """[ifttt]: the service at IFTTT."""

    service_keys: Annotated[tuple[ServiceKey, ...], Loose, Field(min_length=1)]
    realtime_url: Annotated[str, PlainValidator(parse_realtime_url, json_schema_input_type=str)] = (
        "https://realtime.ifttt.com/v1/notifications"
    )
    timeline_start: Literal["first-sight", "everything"] = "first-sight"


class LogTable(Table):
    """[log]: how much is said, and in which form."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class HomeTable(Table):
    """One of [[homes]]."""

    id: Id = Field(examples=["home"])
    name: Name = Field(examples=["Elm Street 4"])


class SettingsTable(Table):
    """The whole configuration."""

    public: PublicTable
    private: PrivateTable
    mqtt: MqttTable
    storage: StorageTable
    ifttt: IftttTable
    log: LogTable
    homes: Annotated[tuple[HomeTable, ...], Loose]
    devices: Annotated[tuple[Annotated[KindTable, Field(discriminator="kind")], ...], Loose] = ()


SECTIONS: Final[dict[str, type[Table]]] = {
    "public": PublicTable,
    "private": PrivateTable,
    "mqtt": MqttTable,
    "storage": StorageTable,
    "ifttt": IftttTable,
    "log": LogTable,
}


def known_keys(table: type[Table]) -> list[str]:
    """Return every key that may stand in a table, KEY_file of its secrets included."""
    keys = [field.alias or name for name, field in table.model_fields.items()]
    return keys + [f"{key}_file" for key in secret_keys(table)]


def secret_keys(table: type[Table]) -> list[str]:
    """Return the keys that hold secrets."""
    fields = table.model_fields.items()
    return [field.alias or name for name, field in fields if _mentions(field.annotation, Secret)]


def list_keys(table: type[Table]) -> list[str]:
    """Return the keys that hold lists."""
    fields = table.model_fields.items()
    return [field.alias or name for name, field in fields if get_origin(field.annotation) is tuple]


def number_keys(table: type[Table]) -> list[str]:
    """Return the keys that hold whole numbers."""
    return [field.alias or name for name, field in table.model_fields.items() if field.annotation is int]


def _mentions(annotation: object, wanted: type) -> bool:
    return annotation is wanted or any(_mentions(part, wanted) for part in get_args(annotation))
