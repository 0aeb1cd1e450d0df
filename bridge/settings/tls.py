"""The files of an encrypted connection to the broker: are they there, and do they fit? Looks into files, keeps nothing.

Their keys end with _file but hold no secret: unlike a KEY_file the path itself is the value.
"""

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bridge.settings.addresses import parse_broker_url
from bridge.settings.draft import Draft, Fault
from bridge.settings.text_files import reason_of
from bridge.settings.values import SourceFile
from bridge.settings.words import one_line

TLS_KEYS: Final = ("ca_file", "cert_file", "key_file")
LARGEST_PEM: Final = 4 * 1024 * 1024

_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"
_NEEDS_TLS: Final = "is for an encrypted connection; let mqtt.url begin with mqtts:// or wss://, or remove it"
_KEY: Final = b"PRIVATE KEY-----"
_ENCRYPTED: Final = (b"ENCRYPTED PRIVATE KEY-----", b"Proc-Type: 4,ENCRYPTED")


def place_tls_files(draft: Draft, folder: Path) -> None:
    """Let relative paths start at `folder`."""
    mqtt = draft.section("mqtt") or {}
    for key in TLS_KEYS:
        given = mqtt.get(key)
        if isinstance(given, str) and given:
            mqtt[key] = str(folder / given)


def tls_files(table: Mapping[str, object]) -> Iterator[SourceFile]:
    """Yield the files that are given."""
    for key, file in _given(table).items():
        yield SourceFile(f"mqtt.{key}: the file", file.absolute())


def tls_faults(table: Mapping[str, object]) -> Iterator[Fault]:
    """Yield what is wrong with the files, and with giving them."""
    mqtt, given = _mqtt(table), _given(table)
    if given and _is_plain(mqtt.get("url")):
        for key in given:
            yield Fault(("mqtt", key), _NEEDS_TLS)
        return
    if "key_file" in mqtt and "cert_file" not in mqtt:
        yield Fault(("mqtt", "cert_file"), "is missing; give the certificate that belongs to key_file")
    if "cert_file" in mqtt and "key_file" not in mqtt:
        yield Fault(("mqtt", "key_file"), "is missing; give the private key of cert_file (the same file may hold both)")
    faults = [Fault(("mqtt", key), fault) for key, file in given.items() if (fault := _fault_of(key, file))]
    yield from faults
    if not faults and "cert_file" in given and "key_file" in given:
        yield from _misfit(given["cert_file"], given["key_file"])


def _mqtt(table: Mapping[str, object]) -> Mapping[str, object]:
    found = table.get("mqtt")
    return found if isinstance(found, dict) else {}


def _given(table: Mapping[str, object]) -> dict[str, Path]:
    return {key: Path(value) for key in TLS_KEYS if isinstance(value := _mqtt(table).get(key), str) and value}


def _is_plain(url: object) -> bool:
    try:
        return not parse_broker_url(url).tls
    except ValueError:
        return False  # that is told already


def _fault_of(key: str, file: Path) -> str | None:
    """Return what is wrong with one file, None if nothing is."""
    name = f"the file {one_line(str(file))}"
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_PEM)
    except OSError as error:
        return f"{name} {reason_of(error)}"
    except ValueError:
        return f"{name} has a NUL character in its path; remove it"
    if key == "key_file":
        return _fault_of_key(name, content)
    if _CERTIFICATE not in content:
        return f'{name} holds no certificate in PEM form; such a file says "{_CERTIFICATE.decode()}"'
    return None if key == "cert_file" else _fault_of_authority(name, file)


def _fault_of_key(name: str, content: bytes) -> str | None:
    if any(mark in content for mark in _ENCRYPTED):
        return f"{name} is protected by a passphrase, and nobody is there to type it; write the key without one"
    if _KEY not in content:
        return f'{name} holds no private key in PEM form; such a file says "-----BEGIN PRIVATE KEY-----"'
    return None


def _fault_of_authority(name: str, file: Path) -> str | None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except (OSError, ValueError) as error:
        return f"{name} holds a broken certificate ({_reason(error)}); copy it anew"
    return None


def _misfit(certificate: Path, key: Path) -> Iterator[Fault]:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        if "MISMATCH" in _reason(error).upper():
            yield Fault(("mqtt", "key_file"), "does not belong to cert_file; give the key that it was made with")
        else:
            yield Fault(("mqtt", "cert_file"), f"cannot be used with key_file ({_reason(error)}); copy both anew")


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or type(error).__name__)
