"""Where things are: listeners, brokers, URLs, networks, the database file. Text in, values out.

Each parser raises ValueError with a sentence for a person. None of them repeats a URL: it may hold a password.
"""

import re
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bridge.settings.single import Address, BrokerUrl
from bridge.settings.values import Network
from bridge.settings.words import as_text, quoted

MQTT_PORT: Final = 1883
BROKER_PORTS: Final = {"mqtt": MQTT_PORT, "mqtts": 8883, "ws": 80, "wss": 443}
WEBSOCKET_PATH: Final = "/mqtt"
HIGHEST_PORT: Final = 65535
LONGEST_REDIRECT_URI: Final = 2000  # beyond, browsers and proxies cut
LOOPBACK: Final = "127.0.0.1"

_BROKER_FORMS: Final = (
    'must be "mqtt://HOST:PORT", "mqtts://HOST:PORT", "ws://HOST:PORT/PATH", "wss://HOST:PORT/PATH" or "embedded"'
)
_DATABASE_FORM: Final = (
    'must be "sqlite://" and an absolute path; for example "sqlite:///var/lib/ifttt-bridge/bridge.db"'
)
_AUTHORITY: Final = re.compile(r"(?:\[(?P<v6>[^\[\]]*)\]|(?P<name>[^\[\]:]*))(?::(?P<port>.*))?")
_HOST_NAME: Final = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_][A-Za-z0-9_-]{0,62}(?:\.[A-Za-z0-9_-]{1,63})*\.?")
"""Parts of 1 to 63 characters, as DNS has them: with any other Python cannot even ask for the name."""

_ONLY_NUMBERS: Final = re.compile(r"[0-9.]+")
_ODD_IN_PATH: Final = re.compile(r"[^!-~]|[?#]")
_ODD_IN_URI: Final = re.compile(r"[^A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]|%(?![0-9A-Fa-f]{2})")
"""What RFC 3986 has nowhere. A browser reads a backslash as a slash, and cuts tabs and line breaks out."""

_HERE: Final = re.compile(r"http://(?:127\.0\.0\.1|\[::1\]|localhost)(?=[:/?#]|\Z)")
_IPV6: Final = re.compile(r"[0-9A-Fa-f:.]+(?:%[A-Za-z0-9_.-]+)?")


def parse_address(value: object) -> Address:
    """Parse where to listen: `HOST:PORT`, an IPv6 address in brackets."""
    text = as_text(value)
    if text.count(":") > 1 and not text.startswith("["):
        raise ValueError('an IPv6 address stands in brackets; for example "[::1]:8080"')
    return _authority(text, lowest_port=0)


def parse_broker_url(value: object) -> BrokerUrl:
    """Parse `embedded`, `embedded:PORT`, `mqtt[s]://HOST[:PORT]` or `ws[s]://HOST[:PORT][/PATH]`."""
    text = as_text(value)
    if "@" in text:
        raise ValueError("a broker URL holds no user or password here; use username and password_file")
    word, colon, port = text.partition(":")
    if word == "embedded":
        return BrokerUrl(embedded=True, host=LOOPBACK, port=_port(port, lowest=0) if colon else MQTT_PORT)
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in BROKER_PORTS:
        raise ValueError(_BROKER_FORMS)
    websocket = scheme in ("ws", "wss")
    authority, slash, path = rest.partition("/") if websocket else (rest.removesuffix("/"), "", "")
    if any(mark in authority for mark in "/?#"):
        raise ValueError("nothing may follow the port of a broker; remove the rest")
    if _ODD_IN_PATH.search(path):
        raise ValueError("the path of a broker holds neither spaces nor ? and #, and ASCII only; remove the rest")
    where = _authority(authority, lowest_port=1, default_port=BROKER_PORTS[scheme])
    full_path = slash + path if slash else WEBSOCKET_PATH
    return BrokerUrl(
        embedded=False,
        host=where.host,
        port=where.port,
        tls=scheme in ("mqtts", "wss"),
        path=full_path if websocket else None,
    )


def parse_public_url(value: object) -> str:
    """Parse the address that IFTTT calls; empty when it is not known yet. The answer never ends with a slash."""
    return _web_url(value) if value != "" else ""


def parse_realtime_url(value: object) -> str:
    """Parse the address of IFTTT's Realtime API; http only to this machine, since the call carries a service key."""
    url = _web_url(value)
    parts = urlsplit(url)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("must begin with https://; plain http is for this machine only, because a key travels along")
    return url


def parse_redirect_uri(value: object) -> str:
    """Parse where a person is sent back to. It stays as it is written: IFTTT's must equal it, letter by letter.

    Plain http leads to this machine alone, as a native program listens for it (RFC 8252): a code that is sent there
    crosses no network. IFTTT's own are https.
    """
    text = as_text(value)
    here = _HERE.match(text) is not None
    if not here and text.startswith("http://"):
        raise ValueError("must begin with https://; plain http is for this machine only, because a code travels along")
    if not here and not text.startswith("https://"):
        raise ValueError("must begin with https:// in small letters; copy it from IFTTT")
    if len(text) > LONGEST_REDIRECT_URI:
        raise ValueError(f"is longer than {LONGEST_REDIRECT_URI} characters; copy it from IFTTT")
    if "*" in text:
        raise ValueError("holds a *; give the whole address, as IFTTT shows it")
    if "#" in text:
        raise ValueError("holds a fragment (#), which a redirect URI must not have; remove it")
    if _ODD_IN_URI.search(text):
        raise ValueError("holds a space, a backslash or another character that no URL has; write it as %20 and so on")
    _web_url(text.partition("?")[0])
    return text


def parse_network(value: object) -> Network:
    """Parse an IP address (a network of one) or a network as `10.0.0.0/24`."""
    text = as_text(value)
    try:
        return ip_network(text)
    except ValueError:
        pass
    try:
        near = ip_interface(text).network
    except ValueError:
        raise ValueError(f"{quoted(text)} is neither an IP address nor a network such as 10.0.0.0/24") from None
    raise ValueError(f"{quoted(text)} is an address inside a network; did you mean {quoted(str(near))}?")


def parse_database_url(value: object) -> Path:
    """Parse `sqlite://` followed by the absolute path of a file."""
    text = as_text(value)
    if not text.startswith("sqlite:"):
        raise ValueError(f"other databases than SQLite are not supported yet; {_DATABASE_FORM}")
    if ":memory:" in text or "mode=memory" in text or text in ("sqlite:", "sqlite://"):
        raise ValueError("a database in memory would forget everything at each restart; name a file")
    path = text.removeprefix("sqlite:///")
    if path == text or path.strip("/") == "" or path.endswith("/"):
        raise ValueError(_DATABASE_FORM)
    if any(mark in path for mark in "?#\0"):
        raise ValueError("the path of the database holds none of ? and # and no NUL; rename the file")
    return Path("/", path.lstrip("/"))


def parse_folder(value: object) -> Path:
    """Parse the absolute path of a folder."""
    text = as_text(value)
    if not text.startswith("/") or "\0" in text:
        raise ValueError('must be the absolute path of a folder, such as "/var/backups/ifttt-bridge"')
    return Path(text)


def _web_url(value: object) -> str:
    text = as_text(value)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("a URL holds neither spaces nor other characters than ASCII; write those as %20 and so on")
    if "?" in text or "#" in text:
        raise ValueError("a URL here has no query (?) and no fragment (#); remove it")
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in ("http", "https"):
        raise ValueError("must be a URL that begins with https:// or http://")
    authority, slash, path = rest.partition("/")
    if "@" in authority:
        raise ValueError("a URL here holds no user or password; remove them")
    _authority(authority, lowest_port=1, default_port=0)
    return f"{scheme.lower()}://{authority.lower()}{slash}{path}".rstrip("/")


def _authority(text: str, *, lowest_port: int, default_port: int | None = None) -> Address:
    found = _AUTHORITY.fullmatch(text)
    if found is None or (found["port"] is None and default_port is None):
        raise ValueError('must be HOST:PORT; for example "127.0.0.1:8080"')
    host = _bracketed(found["v6"]) if found["v6"] is not None else _host(found["name"])
    if found["port"] is None:
        return Address(host, default_port or 0)
    return Address(host, _port(found["port"], lowest=lowest_port))


def _bracketed(host: str) -> str:
    if _IPV6.fullmatch(host) is None or not _is_ip(host):
        raise ValueError(f"{quoted(host)} in brackets is not an IPv6 address")
    return host


def _host(host: str) -> str:
    if not host:
        raise ValueError('the host is missing; "127.0.0.1" is this machine, "0.0.0.0" every address of it')
    if _HOST_NAME.fullmatch(host) is None or (_ONLY_NUMBERS.fullmatch(host) and not _is_ip(host)):
        raise ValueError(f"{quoted(host)} is neither the name of a host nor an IP address")
    return host


def _port(text: str, *, lowest: int) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not lowest <= int(text) <= HIGHEST_PORT:
        raise ValueError(f"the port must be a number from {lowest} to {HIGHEST_PORT}")
    return int(text)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    return host == "localhost" or (_is_ip(host) and ip_address(host).is_loopback)
