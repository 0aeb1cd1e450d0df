"""How Homie devices describe themselves: version 4 attribute by attribute, version 5 in one object."""

from collections.abc import Iterable, Mapping
from typing import Final

from bridge.commands import Publication
from bridge.devices.described import (
    Announcement,
    DescribedDevice,
    DescribedEntity,
    Told,
    Unserved,
    hardware_address,
)
from bridge.devices.dialects.descriptions import first_of_each, text_in
from bridge.devices.dialects.homie import version4, version5
from bridge.devices.dialects.homie.model import Node
from bridge.devices.dialects.homie.nodes import entities_of
from bridge.devices.dialects.json_values import parse_object
from bridge.devices.dialects.told_availability import AvailabilityTopic, ToldAvailability
from bridge.devices.entity import EntityKind

_THERE: Final = ("ready", "sleeping", "alert")
_AWAY: Final = ("disconnected", "lost")
_BETWEEN: Final = ("init",)


class Homie:
    """Homie 4 below prefixes, and Homie 5 wherever it is spoken. The group is the topic of the device."""

    source = "homie"
    questions: tuple[Publication, ...] = ()

    def __init__(self, prefixes: tuple[str, ...] = ("homie",)) -> None:
        self._prefixes = prefixes

    @property
    def filters(self) -> tuple[str, ...]:
        """Where devices show themselves."""
        return (*(filter_ for prefix in self._prefixes for filter_ in version4.filters_of(prefix)), version5.FILTER)

    def tell(self, topic: str, payload: bytes) -> Told | None:
        """Take in an attribute, a description, or the removal of a device."""
        said = version5.tell(topic, payload)
        for prefix in self._prefixes:
            said = said or version4.tell(prefix, topic, payload)
        return said

    def read(self, group: str, parts: Mapping[str, bytes]) -> Announcement:
        """Describe the device as far as it has described itself."""
        domain, _, device = group.rpartition("/")
        if domain.endswith("/5"):
            return _version5(group, domain, device, parts)
        topics = version4.topics_of(group)
        if not parts.get(version4.NODES):
            return Announcement(topics=topics)
        nodes = list(version4.nodes_of(group, parts))
        address = version4.hardware_of(parts) or hardware_address(device)
        entities, unserved = _all_of(group, nodes, named_colors=False)
        described = DescribedDevice(
            id=_identity(group),
            name=version4.name_of(parts) or device,
            entities=entities,
            hardware=frozenset() if address is None else frozenset({address}),
            unserved=unserved,
        )
        return Announcement((described,), topics)


def _version5(group: str, domain: str, device: str, parts: Mapping[str, bytes]) -> Announcement:
    topics = (f"{group}/$description",)
    if not parts.get(version5.SHOWN) or not parts.get(version5.DESCRIPTION):
        return Announcement(topics=topics)
    description = parse_object(parts[version5.DESCRIPTION])
    root = version5.root_of(description)
    address = hardware_address(device)
    entities, unserved = _all_of(group, version5.nodes_of(group, description), named_colors=True)
    described = DescribedDevice(
        id=_identity(group),
        name=text_in(description.get("name")) or device,
        entities=entities,
        hardware=frozenset() if address is None else frozenset({address}),
        via=_identity(f"{domain}/{root}") if root and root != device else "",
        unserved=unserved,
    )
    return Announcement((described,), topics)


def _all_of(
    group: str, nodes: Iterable[Node], *, named_colors: bool
) -> tuple[tuple[DescribedEntity, ...], tuple[Unserved, ...]]:
    state = ToldAvailability((AvailabilityTopic(f"{group}/$state", _THERE, _AWAY, _BETWEEN),))
    found: list[DescribedEntity | Unserved] = [DescribedEntity("availability", EntityKind.AVAILABILITY, state)]
    for node in nodes:
        found += entities_of(node, named_colors=named_colors)
    return first_of_each(
        (one for one in found if isinstance(one, DescribedEntity)),
        (one for one in found if isinstance(one, Unserved)),
    )


def _identity(group: str) -> str:
    return group.replace("/", ".")
