"""What concerns several keys at once: ids used twice, topics shared, keys that exclude each other.

Looks at the table as it was written and not at checked values, so that one wrong key does not hide the next fault.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain, combinations, product
from typing import Final
from urllib.parse import urlsplit

from bridge.settings.addresses import is_loopback, parse_address, parse_public_url
from bridge.settings.devices import (
    COMMAND_TOPICS,
    KINDS,
    NEEDED,
    STATE_TOPICS,
    STATE_WORDS,
    ButtonTable,
    DeviceTable,
    SensorTable,
)
from bridge.settings.draft import Fault, Location
from bridge.settings.model import DEFAULT_PRIVATE_LISTEN, DEFAULT_PUBLIC_LISTEN
from bridge.settings.values import DEFAULT_STATE_PATH
from bridge.settings.words import parse_duration, parse_path, parse_payload, quoted

EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 -- to find them
_OWN: Final = "each listener needs a port of its own"

TableOf = Mapping[str, object]
DO_NOT_LAST: Final = {
    "button": "a press does not last; use min_interval to hold presses back",
    "cover": "a cover counts only when it has arrived, so there is nothing to wait for; remove this key",
    "sensor": "a number does not last; use hysteresis to hold events back",
}
"""Kinds that have no state to wait for, and what to say of it."""

POSITIONS: Final = ("position_open", "position_closed")
JSON_ONLY: Final = ("state_path", "brightness_scale", "supports_brightness", "supports_color")


def broken_rules(table: TableOf) -> Iterator[Fault]:
    """Yield each rule that is broken."""
    homes, devices = _tables(table, "homes"), _tables(table, "devices")
    clients, events = _tables(_table(table, "oauth"), "clients"), _tables(table, "custom_events")
    yield from _sections(table)
    yield from _clients(clients, _table(table, "public"))
    yield from _used_twice(("homes",), homes, "id")
    yield from _used_twice(("devices",), devices, "id")
    yield from _used_twice(("custom_events",), events, "slug")
    yield from _homeless(homes, "devices", devices)
    yield from _homeless(homes, "custom_events", events)
    for index, home in homes:
        yield from _repeated(("homes", index, "publish_topics"), home.get("publish_topics"))
    yield from chain.from_iterable(_device(("devices", index), device) for index, device in devices)
    yield from _same_source(devices)


def _sections(table: TableOf) -> Iterator[Fault]:
    mqtt = _table(table, "mqtt")
    if "password" in mqtt and "username" not in mqtt:
        yield Fault(("mqtt", "username"), "is missing; a password needs a username beside it")
    yield from _status_topic(table)
    yield from _listeners(_table(table, "public"), _table(table, "private"))
    for key in ("discovery", "zigbee2mqtt_bases", "homie_prefixes", "shelly_prefixes"):
        yield from _repeated(("mqtt", key), mqtt.get(key))
    yield from _repeated(("pairing", "allow_unlock"), _table(table, "pairing").get("allow_unlock"))
    yield from _repeated(("ifttt", "service_keys"), _table(table, "ifttt").get("service_keys"))


def _clients(clients: list[tuple[int, TableOf]], public: TableOf) -> Iterator[Fault]:
    if clients and public.get("url", "") == "":
        why = "with [[oauth.clients]] people sign in at this address"
        yield Fault(("public", "url"), f'is missing; {why}; for example: url = "https://home.example.org"')
    if clients and _is_plain(public.get("url")):
        why = "with [[oauth.clients]] people type passwords there; plain http is for this machine only"
        yield Fault(("public", "url"), f"must begin with https://; {why}")
    yield from _used_twice(("oauth", "clients"), clients, "client_id")
    for index, client in clients:
        location = ("oauth", "clients", index)
        yield from _repeated((*location, "redirect_uris"), client.get("redirect_uris"))
        yield from _repeated((*location, "previous_client_secrets"), client.get("previous_client_secrets"))
        yield from _not_previous((*location, "previous_client_secrets"), client)


def _is_plain(url: object) -> bool:
    """Tell whether what is sent to an address crosses a network for everybody to read."""
    try:
        parts = urlsplit(parse_public_url(url))
    except ValueError:
        return False  # that is another fault
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def _not_previous(location: Location, client: TableOf) -> Iterator[Fault]:
    secret, previous = client.get("client_secret"), client.get("previous_client_secrets")
    for index, value in enumerate(previous) if isinstance(previous, list) else ():
        if isinstance(value, str) and value == secret:
            yield Fault((*location, index), "is client_secret itself; give the one of before, or remove it")


def _repeated(location: Location, values: object) -> Iterator[Fault]:
    seen: list[object] = []
    for index, value in enumerate(values) if isinstance(values, list) else ():
        if value in seen:
            yield Fault((*location, index), "is the same as one before it; remove it")
        seen.append(value)


def _status_topic(table: TableOf) -> Iterator[Fault]:
    topic = _table(table, "mqtt").get("status_topic")
    keys = (*STATE_TOPICS, *COMMAND_TOPICS)
    taken = ([device.get(key) for key in keys] for _, device in _tables(table, "devices"))
    if topic is not None and any(topic in topics for topics in taken):
        yield Fault(("mqtt", "status_topic"), "is a topic of a device; give one that nothing else uses")


def _listeners(public: TableOf, private: TableOf) -> Iterator[Fault]:
    try:
        one = parse_address(public.get("listen", str(DEFAULT_PUBLIC_LISTEN)))
        other = parse_address(private.get("listen", str(DEFAULT_PRIVATE_LISTEN)))
    except ValueError:
        return
    if one.port != other.port or one.port == 0:
        return
    if one.host == other.host:
        yield Fault(("private", "listen"), f"is the same as public.listen; {_OWN}")
    elif _takes_too(one.host, other.host) or _takes_too(other.host, one.host):
        everywhere = one.host if one.host in EVERYWHERE else other.host
        yield Fault(("private", "listen"), f"has the port of public.listen, and {everywhere} is every address; {_OWN}")


def _takes_too(wide: str, host: str) -> bool:
    """Tell whether who listens at one address takes the other too. Each kind of IP has its own."""
    return wide in EVERYWHERE and (":" in wide) == (":" in host)


def _used_twice(location: Location, tables: list[tuple[int, TableOf]], key: str) -> Iterator[Fault]:
    counts = Counter(identity for _, table in tables if isinstance(identity := table.get(key), str))
    seen: set[str] = set()
    for index, table in tables:
        identity = table.get(key)
        if not isinstance(identity, str) or counts[identity] == 1:
            continue
        if identity in seen:
            yield Fault((*location, index, key), f"{quoted(identity)} is used before; choose another")
        seen.add(identity)


def _homeless(homes: list[tuple[int, TableOf]], array: str, tables: list[tuple[int, TableOf]]) -> Iterator[Fault]:
    known = [identity for _, home in homes if isinstance(identity := home.get("id"), str)]
    if len(known) < len(homes) or not known:
        return  # the home that is meant may be the one without an id
    for index, table in tables:
        home = table.get("home")
        if isinstance(home, str) and home not in known:
            listed = ", ".join(quoted(name) for name in known)
            yield Fault((array, index, "home"), f"there is no home {quoted(home)}; known: {listed}")


def _device(location: Location, device: TableOf) -> Iterator[Fault]:
    kind = device.get("kind")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    for order, told in product(COMMAND_TOPICS, STATE_TOPICS):
        if order in device and device[order] == device.get(told):
            yield Fault((*location, order), f"is the same as {told}; the bridge would hear its own commands")
    yield from _shaping(location, device)
    if model is None:
        return
    yield from _words(location, device, model)
    for key, needed in NEEDED.items():
        if key in device and key in model.model_fields and not any(other in device for other in needed):
            yield Fault((*location, key), f"needs {' or '.join(needed)}; add that, or remove this key")
    for key in JSON_ONLY:
        if key in device and key in model.model_fields and device.get("schema", "plain") == "plain":
            yield Fault((*location, key), 'needs schema = "json"; add that, or remove this key')
    yield from _beside_a_word(location, device)
    numbers = [device.get(key, model.model_fields[key].default) for key in POSITIONS if key in model.model_fields]
    if numbers and numbers[0] == numbers[1]:
        yield Fault((*location, POSITIONS[0]), f"is the same as {POSITIONS[1]}; open and closed need two numbers")


def _words(location: Location, device: TableOf, model: type[DeviceTable]) -> Iterator[Fault]:
    """Find words that mean two things."""
    for keys in STATE_WORDS:
        known = [key for key in keys if key in model.model_fields]
        words = {key: _payload(device.get(key, model.model_fields[key].default)) for key in known}
        for key, other in combinations(known, 2):
            word = words[key]
            if word is not None and word == words[other]:
                wrong, right = (key, other) if key in device else (other, key)
                told = f"is the same as {right} ({quoted(word)}); each needs a word of its own"
                yield Fault((*location, wrong), told)


def _beside_a_word(location: Location, device: TableOf) -> Iterator[Fault]:
    """Find what is looked for in the message of a state that is a plain word, or that the state itself is."""
    source = _source_path(device)
    battery = device.get("battery_topic")
    plainly = source is None or "battery_path" not in device
    if plainly and battery is not None and battery == device.get("state_topic"):
        told = "is state_topic; there both must stand in one JSON object, each at its path; or give another topic"
        yield Fault((*location, "battery_topic"), told)
    for path, topic in (("battery_path", "battery_topic"), ("position_path", "position_topic")):
        if path not in device or topic in device:
            continue
        if source is None:
            yield Fault((*location, path), f"needs {topic}: what comes on state_topic is a plain word")
        elif source and device[path] == ".".join(source):
            yield Fault((*location, path), "is where the state itself stands; give another path")


def _shaping(location: Location, device: TableOf) -> Iterator[Fault]:
    debounce_s = _duration(device.get("debounce", 0))
    kind = device.get("kind")
    if debounce_s and isinstance(kind, str) and kind in DO_NOT_LAST:
        yield Fault((*location, "debounce"), DO_NOT_LAST[kind])
    if "debounce_max" not in device or debounce_s is None:
        return
    longest_s = _duration(device["debounce_max"])
    if not debounce_s:
        yield Fault((*location, "debounce_max"), "needs debounce; add that, or remove this key")
    elif longest_s is not None and longest_s < debounce_s:
        yield Fault((*location, "debounce_max"), "is shorter than debounce; make it longer, or remove this key")


def _duration(value: object) -> float | None:
    try:
        return parse_duration(value)
    except ValueError:
        return None


def _payload(value: object) -> str | None:
    try:
        return parse_payload(value)
    except ValueError:
        return None


def _same_source(devices: list[tuple[int, TableOf]]) -> Iterator[Fault]:
    """Two devices that read the same value of the same topic are one device, or a slip of the pen."""
    first: dict[tuple[str, tuple[str, ...] | None], int] = {}
    for index, device in devices:
        topic, path = device.get("state_topic"), _source_path(device)
        if not isinstance(topic, str) or not topic or path == ():
            continue
        if (topic, path) not in first:
            first[topic, path] = index
            continue
        other = dict(devices)[first[topic, path]].get("id")
        named = quoted(other) if isinstance(other, str) else f"#{first[topic, path] + 1}"
        yield Fault(("devices", index, "state_topic"), f"device {named} reads the same; give another topic or path")


def _source_path(device: TableOf) -> tuple[str, ...] | None:
    """Return where a device's value stands in a message: None is the whole of it, () cannot be told."""
    kind = device.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        return ()
    own_path = {ButtonTable: "press_path", SensorTable: "value_path"}.get(KINDS[kind])
    if own_path is not None:
        written, default = device.get(own_path), None
    elif device.get("schema", "plain") == "plain":
        written, default = None, None
    else:
        written, default = device.get("state_path"), DEFAULT_STATE_PATH
    if written is None:
        return default
    try:
        return parse_path(written)
    except ValueError:
        return ()


def _table(table: TableOf, name: str) -> TableOf:
    found = table.get(name)
    return found if isinstance(found, dict) else {}


def _tables(table: TableOf, name: str) -> list[tuple[int, TableOf]]:
    found = table.get(name)
    elements = enumerate(found) if isinstance(found, list) else ()
    return [(index, element) for index, element in elements if isinstance(element, dict)]
