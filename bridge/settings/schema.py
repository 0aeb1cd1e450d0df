"""The configuration as a JSON Schema, for editors: made from the model, so that it cannot say anything else.

Knows what an editor sees: one file, to which other files, the environment and credentials may add. So nothing is
called missing in a section; a table of a list stands as a whole.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Final

from bridge.settings.devices import KINDS
from bridge.settings.model import ARRAYS, SECTIONS, SettingsTable, secret_keys
from bridge.settings.rules import JSON_ONLY
from bridge.settings.single import Address, Size
from bridge.settings.tables import Table

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
DAY_S: Final = 86_400
FILLED_IN: Final = "home"  # the first home, where a table names none


def configuration_schema() -> Schema:
    """Return the schema of a configuration file."""
    schema = SettingsTable.model_json_schema(by_alias=True)
    for table in {*SECTIONS.values(), *ARRAYS.values(), *KINDS.values()}:
        described = schema["$defs"].get(table.__name__)  # what devices have in common is no table of its own
        if described is not None:
            _complete(described, table)
    _tidy(schema, SettingsTable)
    del schema["required"]
    schema["properties"]["devices"]["items"].pop("discriminator")  # OpenAPI's word; each kind is told by its const
    title, description = "ifttt-bridge", "The configuration of ifttt-bridge: bridge.toml, and each file in conf.d"
    return {"$schema": DIALECT, **schema, "title": title, "description": description}


def _complete(schema: Schema, table: type[Table]) -> None:
    """Add to one table what the model says in other ways."""
    secrets = secret_keys(table)
    _tidy(schema, table)
    for key in secrets:
        schema["properties"][f"{key}_file"] = {
            "type": "string",
            "minLength": 1,
            "description": f"A file that holds {key} and nothing else; of a list, one a line",
        }
    rules: list[Schema] = [{"not": {"required": [key, f"{key}_file"]}} for key in secrets]
    given_elsewhere = {FILLED_IN, *secrets}
    required = [key for key in schema.pop("required", ()) if key not in given_elsewhere]
    if required and table not in SECTIONS.values():
        schema["required"] = required
    json_only = [key for key in JSON_ONLY if key in schema["properties"]]
    if json_only:
        given = {"anyOf": [{"required": [key]} for key in json_only]}
        is_json = {"properties": {"schema": {"const": "json"}}, "required": ["schema"]}
        rules.append({"if": given, "then": is_json})  # Taplo does not know dependentSchemas
    if rules:
        schema["allOf"] = rules


def _tidy(schema: Schema, table: type[Table]) -> None:
    """Say defaults as they are written, and leave out what TOML has no word for."""
    for key, default in _defaults(table):
        described = schema["properties"][key]
        described.pop("title", None)
        described.pop("default", None)
        forms = [form for form in described.get("anyOf", ()) if form != {"type": "null"}]
        if len(forms) == 1:
            described |= forms[0]
            del described["anyOf"]
        if default is not None:
            described["default"] = default
    schema.pop("title", None)


def _defaults(table: type[Table]) -> Iterator[tuple[str, object]]:
    """Yield each key, and its default as a person would write it; None if there is none."""
    for name, field in table.model_fields.items():
        yield field.alias or name, None if field.is_required() else _written(field.default)


def _written(value: object) -> object:
    match value:
        case Address() | Size():
            return str(value)
        case Path():
            return f"sqlite://{value}"
        case IPv4Network() | IPv6Network():
            return str(value.network_address) if value.num_addresses == 1 else str(value)
        case float():
            return f"{value / DAY_S:g}d" if value and value % DAY_S == 0 else f"{value:g}s"
        case tuple():
            return [_written(element) for element in value]
        case _:
            return value
