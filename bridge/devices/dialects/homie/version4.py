"""Homie 4 (and 3): each attribute of a device, its nodes and their properties is a retained message of its own."""

from collections.abc import Iterator, Mapping
from typing import Final

from bridge.devices.described import Told, hardware_address
from bridge.devices.dialects.descriptions import text_in
from bridge.devices.dialects.homie.model import MAX_NODES, MAX_PROPERTIES, NAME, Node, Property
from bridge.devices.dialects.json_values import parse_text
from bridge.errors import UnreadableMessage

NODES: Final = "$nodes"
_OF_DEVICES: Final = frozenset({"$homie", "$name", NODES, "$mac"})
_OF_NODES: Final = ("$name", "$type", "$properties")
_OF_PROPERTIES: Final = ("$name", "$datatype", "$format", "$settable", "$retained", "$unit")
_LONGEST: Final = 2048


def filters_of(prefix: str) -> tuple[str, ...]:
    """Return where devices show themselves."""
    return tuple(f"{prefix}/+/{attribute}" for attribute in ("$homie", "$name", NODES))


def topics_of(base: str) -> tuple[str, ...]:
    """Return where a device describes its nodes and properties."""
    return (
        f"{base}/$mac",
        *(f"{base}/+/{attribute}" for attribute in _OF_NODES),
        *(f"{base}/+/+/{attribute}" for attribute in _OF_PROPERTIES),
    )


def tell(prefix: str, topic: str, payload: bytes) -> Told | None:
    """Take in an attribute; None for a value and for what is no attribute of a description."""
    device, _, rest = topic.removeprefix(f"{prefix}/").partition("/")
    *path, attribute = rest.split("/")
    known: tuple[frozenset[str], ...] = (_OF_DEVICES, frozenset(_OF_NODES), frozenset(_OF_PROPERTIES))
    if not topic.startswith(f"{prefix}/") or len(path) >= len(known) or attribute not in known[len(path)]:
        return None
    if not all(NAME.fullmatch(name) for name in (device, *path)):
        raise UnreadableMessage("not an id")
    if len(payload) > _LONGEST:
        raise UnreadableMessage("an attribute that is too long")
    parse_text(payload)
    return Told(f"{prefix}/{device}", {rest: payload})


def nodes_of(base: str, parts: Mapping[str, bytes]) -> Iterator[Node]:
    """Return the nodes that are described, with the properties that are: those with a type of data."""
    for node in _names(parts.get(NODES), MAX_NODES):
        properties = tuple(
            _property(f"{base}/{node}/{name}", name, parts, f"{node}/{name}/")
            for name in _names(parts.get(f"{node}/$properties"), MAX_PROPERTIES)
            if parts.get(f"{node}/{name}/$datatype")
        )
        yield Node(node, properties, _label(parts, f"{node}/$name"), _label(parts, f"{node}/$type"))


def name_of(parts: Mapping[str, bytes]) -> str:
    """Return what the device is called, "" if it is not."""
    return _label(parts, "$name")


def hardware_of(parts: Mapping[str, bytes]) -> str | None:
    """Return the address of the device, if it says one."""
    return hardware_address(_label(parts, "$mac"))


def _property(topic: str, name: str, parts: Mapping[str, bytes], path: str) -> Property:
    def said(attribute: str) -> str:
        return parse_text(parts.get(f"{path}{attribute}", b""))

    return Property(
        id=name,
        topic=topic,
        datatype=text_in(said("$datatype")),
        name=text_in(said("$name")),
        format=said("$format"),
        unit=text_in(said("$unit")),
        settable=said("$settable") == "true",
        retained=said("$retained") != "false",
    )


def _names(listed: bytes | None, most: int) -> list[str]:
    """Return the ids of a list. Old devices write the type behind a node, and brackets behind an array of them."""
    names = (entry.partition(":")[0].strip() for entry in parse_text(listed or b"").split(","))
    return [name for name in names if NAME.fullmatch(name)][:most]


def _label(parts: Mapping[str, bytes], key: str) -> str:
    return text_in(parse_text(parts.get(key, b"")))
