"""Checked settings, or what is wrong with them, as bytes for another process of this program; and back.

The bytes hold the secrets: they are for a pipe, never for a file.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bridge.errors import ConfigurationError
from bridge.settings.single import Address, Secret
from bridge.settings.values import (
    DEVICES,
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

T = TypeVar("T")


class Answer(msgspec.Struct, frozen=True):
    """What one process tells the other: sections by name, or problems."""

    sections: dict[str, Any] | None
    problems: tuple[str, ...]


def settings_to_bytes(settings: Settings) -> bytes:
    """Return the bytes that stand for settings."""
    return _encoded(settings, ())


def problems_to_bytes(problems: Sequence[str]) -> bytes:
    """Return the bytes that stand for a configuration that was refused."""
    return _encoded(None, problems)


def settings_from_bytes(content: bytes) -> Settings:
    """Return the settings. Raises ConfigurationError with the problems; bytes from elsewhere end in other errors."""
    answer = msgspec.msgpack.decode(content, type=Answer)
    if answer.sections is None:
        raise ConfigurationError(answer.problems)
    return _settings(answer.sections)


def _encoded(settings: Settings | None, problems: Sequence[str]) -> bytes:
    return msgspec.msgpack.encode({"sections": settings, "problems": problems}, enc_hook=_as_text)


def _as_text(value: object) -> str:
    match value:
        case Secret():
            return value.get_secret_value()
        case Path() | IPv4Network() | IPv6Network():
            return str(value)
        case _:
            raise NotImplementedError(type(value).__name__)


def _settings(sections: dict[str, Any]) -> Settings:
    return Settings(
        public=_public(sections["public"]),
        private=Private(_made(sections["private"]["listen"], Address), _networks(sections["private"]["trusted"])),
        mqtt=_made(sections["mqtt"], Mqtt),
        pairing=_made(sections["pairing"], Pairing),
        storage=_made(sections["storage"], Storage),
        ifttt=_made(sections["ifttt"], Ifttt),
        oauth=_made(sections["oauth"], Oauth),
        log=_made(sections["log"], Log),
        homes=_made(sections["homes"], tuple[Home, ...]),
        devices=tuple(_made(device, DEVICES[device["kind"]]) for device in sections["devices"]),
        custom_events=_made(sections["custom_events"], tuple[CustomEvent, ...]),
        notes=_made(sections["notes"], tuple[str, ...]),
        sources=_made(sections["sources"], tuple[SourceFile, ...]),
    )


def _public(section: dict[str, Any]) -> Public:
    """Make a section whose types msgspec does not take: a network is of one class or of another."""
    listen, url = _made(section["listen"], Address), _made(section["url"], str)
    return Public(listen, url, _networks(section["trusted_proxies"]), _made(section["max_connections"], int))


def _networks(texts: list[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)


def _made(plain: object, kind: type[T]) -> T:
    return msgspec.convert(plain, kind, dec_hook=_from_text)


def _from_text(kind: type, value: object) -> object:
    if kind in (Secret, Path) and isinstance(value, str):
        return kind(value)
    raise NotImplementedError(kind.__name__)
