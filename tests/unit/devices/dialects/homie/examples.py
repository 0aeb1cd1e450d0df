"""Homie devices to test with."""

from typing import Any

from bridge.devices.described import DescribedDevice, DescribedEntity
from bridge.devices.dialects.homie.convention import Homie
from tests.unit.devices.dialects.hearing import Household, Message, told


def home(*messages: Message) -> Household:
    """Return what is known after messages."""
    return Household(Homie()).hear(messages)


def version4(nodes: dict[str, dict[str, Any]], device: str = "thing", **attributes: str) -> list[Message]:
    """Return the messages of a device of version 4: `{node: {"$type": ..., property: {"$datatype": ...}}}`."""
    base = f"homie/{device}"
    messages = [(f"{base}/$homie", b"4.0.0"), (f"{base}/$nodes", ",".join(nodes).encode())]
    messages += [(f"{base}/${name}", value.encode()) for name, value in attributes.items()]
    for node, described in nodes.items():
        properties = [name for name in described if not name.startswith("$")]
        messages.append((f"{base}/{node}/$properties", ",".join(properties).encode()))
        messages += [(f"{base}/{node}/{key}", described[key].encode()) for key in described if key.startswith("$")]
        for name in properties:
            messages += [(f"{base}/{node}/{name}/{key}", value.encode()) for key, value in described[name].items()]
    return messages


def version5(nodes: dict[str, Any], device: str = "thing", **more: Any) -> list[Message]:  # noqa: ANN401 -- of JSON
    """Return the messages of a device of version 5."""
    base = f"homie/5/{device}"
    description = {"homie": "5.0", "version": 1, "name": "Thing", "nodes": nodes} | more
    return [(f"{base}/$state", b"ready"), told(f"{base}/$description", description)]


def described(nodes: dict[str, Any], **more: Any) -> DescribedDevice:  # noqa: ANN401 -- of JSON
    """Return a device of version 5."""
    (device,) = home(*version5(nodes, **more)).devices().values()
    return device


def single(
    datatype: str,
    name: str = "value",
    node: str = "node",
    node_type: str = "",
    **more: Any,  # noqa: ANN401 -- of JSON
) -> DescribedEntity:
    """Return the entity of a device with one property, beside its availability."""
    device = described({node: {"type": node_type, "properties": {name: {"datatype": datatype} | more}}})
    _, entity = device.entities
    return entity
