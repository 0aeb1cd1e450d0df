"""The topics of Home Assistant discovery: where descriptions are, what they are of, and where nothing else may be.

Plain text; knows nothing of what a description says.
"""

import re
from dataclasses import dataclass
from typing import Final

from bridge.devices.dialects.descriptions import LONGEST_TOPIC
from bridge.devices.topics import is_topic
from bridge.errors import UnreadableMessage

DEVICE: Final = "device"
"""The component under which a device describes itself whole."""

AUTOMATION: Final = "device_automation"

HEARD: Final = (
    "alarm_control_panel",
    "binary_sensor",
    "button",
    "climate",
    "cover",
    "event",
    "fan",
    "humidifier",
    "lawn_mower",
    "light",
    "lock",
    "number",
    "scene",
    "select",
    "sensor",
    "siren",
    "switch",
    "vacuum",
    "valve",
    "water_heater",
    AUTOMATION,
    DEVICE,
)
"""What is asked for: what is served, and what a person would miss and is told about."""

_UNHEARD: Final = ("camera", "device_tracker", "image", "notify", "tag", "text", "update")
"""What nobody would look for here. It is told about only inside the description of a whole device."""

COMPONENTS: Final = frozenset(HEARD + _UNHEARD)
_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
_CONFIG: Final = "config"
_STATUS: Final = "status"


@dataclass(frozen=True, slots=True)
class Place:
    """The topic of a description, taken apart. `node` "": it has none."""

    component: str
    node: str
    object: str

    @property
    def path(self) -> str:
        """The place in one text. A part of a whole device has the same one as it would have by itself."""
        return "/".join(filter(None, (self.component, self.node, self.object)))

    def within(self, component: str, key: str) -> "Place":
        """Return the place that a part of a whole device would have by itself."""
        return Place(component, "/".join(filter(None, (self.node, self.object))), key)


def filters(prefix: str) -> tuple[str, ...]:
    """Return what to subscribe to. Never all of the prefix: states live below it, too."""
    return tuple(f"{prefix}/{component}/{levels}/{_CONFIG}" for component in HEARD for levels in ("+", "+/+"))


def read_place(prefix: str, topic: str) -> Place | None:
    """Take the topic of a description apart; None for any other topic.

    Raises UnreadableMessage for one with letters that Home Assistant refuses.
    """
    levels = _levels(prefix, topic)
    if levels is None or levels[0] not in COMPONENTS:
        return None
    if not all(_ID.fullmatch(level) for level in levels):
        raise UnreadableMessage("a discovery topic with illegal letters")
    return Place(levels[0], "/".join(levels[1:-1]), levels[-1])


def may_be_heard(prefix: str, topic: str) -> bool:
    """Tell whether a description may name this as a topic to listen to (rule H1)."""
    return is_topic(topic) and len(topic.encode()) <= LONGEST_TOPIC and _levels(prefix, topic) is None


def may_be_told(prefix: str, topic: str) -> bool:
    """Tell whether a description may name this as a topic to publish to (rule H1)."""
    return may_be_heard(prefix, topic) and topic != f"{prefix}/{_STATUS}"


def _levels(prefix: str, topic: str) -> list[str] | None:
    """Return the levels between the prefix and the end of what may be the topic of a description."""
    if not topic.startswith(f"{prefix}/"):
        return None
    *levels, last = topic.removeprefix(f"{prefix}/").split("/")
    return levels if last == _CONFIG and len(levels) in (2, 3) else None
