"""Homie 5: a device describes itself in one JSON object, and shows that it is there by its state."""

import re
from collections.abc import Iterator
from typing import Final

from bridge.devices.described import Told
from bridge.devices.dialects.descriptions import canonical, exact_in, object_in, text_in
from bridge.devices.dialects.homie.model import MAX_NODES, MAX_PROPERTIES, NAME, Node, Property
from bridge.devices.dialects.json_values import parse_object, parse_text
from bridge.devices.topics import is_topic
from bridge.errors import UnreadableMessage

FILTER: Final = "+/5/+/$state"
SHOWN: Final = "shown"
DESCRIPTION: Final = "description"
_TOPIC: Final = re.compile(r"([^/+#$][^/+#]{0,63})/5/([^/]*)/(\$state|\$description)")
_LONGEST_FORMAT: Final = 2048
_KEPT: Final = ("name", "type", "datatype", "format", "unit", "settable", "retained")


def tell(topic: str, payload: bytes) -> Told | None:
    """Take in a state or a description. An empty state removes the device; others only show that it is there."""
    found = _TOPIC.fullmatch(topic)
    if found is None:
        return None
    domain, device, attribute = found.groups()
    if not NAME.fullmatch(device) or not is_topic(topic):
        raise UnreadableMessage("not an id")
    group = f"{domain}/5/{device}"
    if attribute == "$state":
        return Told(group, {SHOWN: b"1"}) if parse_text(payload) else Told(group, whole=True)
    return Told(group, {DESCRIPTION: canonical(_kept(parse_object(payload))) if payload else b""})


def nodes_of(base: str, description: dict[str, object]) -> Iterator[Node]:
    """Return the nodes with their properties."""
    for node, described in list(object_in(description.get("nodes")).items())[:MAX_NODES]:
        said = object_in(described)
        if NAME.fullmatch(node):
            listed = list(object_in(said.get("properties")).items())[:MAX_PROPERTIES]
            properties = tuple(
                _property(f"{base}/{node}/{name}", name, object_in(found))
                for name, found in listed
                if NAME.fullmatch(name)
            )
            yield Node(node, properties, text_in(said.get("name")), text_in(said.get("type")))


def root_of(description: dict[str, object]) -> str:
    """Return the id of the device that this one is lost with, "" if it stands alone."""
    root = exact_in(description.get("root"))
    return root if NAME.fullmatch(root) else ""


def _property(topic: str, name: str, said: dict[str, object]) -> Property:
    return Property(
        id=name,
        topic=topic,
        datatype=text_in(said.get("datatype")),
        name=text_in(said.get("name")),
        format=exact_in(said.get("format"), _LONGEST_FORMAT),
        unit=text_in(said.get("unit")),
        settable=said.get("settable") is True,
        retained=said.get("retained") is not False,
    )


def _kept(parsed: dict[str, object]) -> dict[str, object]:
    """Return what is worth keeping of a description."""
    nodes: dict[str, object] = {}
    for node, described in object_in(parsed.get("nodes")).items():
        said = object_in(described)
        properties = {name: _only(object_in(found)) for name, found in object_in(said.get("properties")).items()}
        nodes[node] = _only(said) | {"properties": properties}
    return {key: parsed[key] for key in ("name", "root") if key in parsed} | {"nodes": nodes}


def _only(said: dict[str, object]) -> dict[str, object]:
    return {key: said[key] for key in _KEPT if key in said}
