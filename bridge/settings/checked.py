"""From files and the environment to checked settings, or to every fault at once.

Brings pydantic with it, so only what is about to check imports it. Does not know in which process it runs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError

from bridge.errors import ConfigurationError
from bridge.settings.draft import Draft
from bridge.settings.environment import overlay_environment
from bridge.settings.model import SECTIONS, SettingsTable
from bridge.settings.problems import faults_of
from bridge.settings.rules import broken_rules
from bridge.settings.secret_files import read_credentials, read_secret_files
from bridge.settings.tables import Table
from bridge.settings.tls import place_tls_files, tls_faults, tls_files
from bridge.settings.toml_files import read_files
from bridge.settings.values import (
    DEVICES,
    Client,
    CustomEvent,
    Home,
    Ifttt,
    Log,
    Mqtt,
    Oauth,
    Pairing,
    Private,
    Public,
    Settings,
    SourceFile,
    Storage,
)

DEFAULT_HOME: Final = {"id": "home", "name": "Home"}

T = TypeVar("T")


def read_checked(file: Path, environ: Mapping[str, str]) -> Settings:
    """Read and check the configuration. Raises ConfigurationError with one line for each fault."""
    draft = read_files(file)
    overlay_environment(draft, environ)
    read_credentials(draft, environ)
    read_secret_files(draft, file.parent)
    place_tls_files(draft, file.parent)
    return check(draft)


def check(draft: Draft) -> Settings:
    """Check what was gathered. Raises ConfigurationError with one line for each fault."""
    _fill_in(draft)
    table = _validated(draft)
    draft.faults.extend(broken_rules(draft.table))
    draft.faults.extend(tls_faults(draft.table))
    lines = draft.lines()
    # raised out here, so that no chained error carries the values that were refused
    if table is None or lines:
        raise ConfigurationError(lines)
    return _values(table, draft.notes(), [*draft.sources, *tls_files(draft.table)])


def _fill_in(draft: Draft) -> None:
    """Put in what is understood: the sections themselves, one home, and the first home for what belongs to one."""
    for name in SECTIONS:
        draft.section(name)
    if draft.table.get("homes", []) == []:
        draft.table["homes"] = [dict(DEFAULT_HOME)]
    homes = draft.table["homes"]
    first = homes[0].get("id") if isinstance(homes, list) and isinstance(homes[0], dict) else None
    for name in ("devices", "custom_events"):
        elements = draft.table.get(name)
        for element in elements if isinstance(elements, list) else ():
            if isinstance(element, dict):
                element.setdefault("home", first if isinstance(first, str) else DEFAULT_HOME["id"])


def _validated(draft: Draft) -> SettingsTable | None:
    try:
        return SettingsTable.model_validate(draft.table)
    except ValidationError as error:
        draft.faults.extend(fault for fault in faults_of(error, draft.table) if fault.location not in draft.unread)
    return None


def _values(table: SettingsTable, notes: list[str], sources: list[SourceFile]) -> Settings:
    return Settings(
        public=_value(Public, table.public),
        private=_value(Private, table.private),
        mqtt=_value(Mqtt, table.mqtt),
        pairing=_value(Pairing, table.pairing),
        storage=_value(Storage, table.storage),
        ifttt=_value(Ifttt, table.ifttt),
        oauth=Oauth(table.oauth.code_life_s, tuple(_value(Client, client) for client in table.oauth.clients)),
        log=_value(Log, table.log),
        homes=tuple(_value(Home, home) for home in table.homes),
        devices=tuple(_value(DEVICES[device.kind], device) for device in table.devices),
        custom_events=tuple(_value(CustomEvent, event) for event in table.custom_events),
        notes=tuple(notes),
        sources=tuple(sources),
    )


def _value(kind: type[T], table: Table) -> T:
    """Return the value of a table: its fields have the same names."""
    return kind(**dict(table))
