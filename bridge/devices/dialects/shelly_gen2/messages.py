"""Where a Shelly says how its components are, and how it is called.

Answers to a call go to a topic named after the caller. Ours is one for each device, beside all topics that anybody
else has: an answer reaches only those who wait for this device, and never ourselves as if it were a call.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from bridge.commands import Publication
from bridge.devices.dialects.json_values import parse_object

EVENTS: Final = "/events/rpc"
ONLINE: Final = "/online"
_CALLER: Final = "ifttt-bridge-"
_ANSWERS: Final = "/rpc"


def answers_to(prefix: str) -> str:
    """Return where a device answers our calls."""
    return f"{_CALLER}{prefix}{_ANSWERS}"


def prefix_of_answers(topic: str) -> str | None:
    """Return the prefix of the device that answers on a topic; None for a topic without answers to us."""
    if not topic.startswith(_CALLER) or not topic.endswith(_ANSWERS):
        return None
    return topic[len(_CALLER) : -len(_ANSWERS)] or None


def call(prefix: str, method: str, **params: object) -> Publication:
    """Return the call of a method."""
    body: dict[str, object] = {"id": 1, "src": f"{_CALLER}{prefix}", "method": method}
    if params:
        body["params"] = params
    return Publication(f"{prefix}{_ANSWERS}", msgspec.json.encode(body))


@dataclass(frozen=True, slots=True)
class Place:
    """A component of a device: `prefix` of its topics, the sort of component, and its number."""

    prefix: str
    sort: str
    number: int

    @property
    def name(self) -> str:
        """The name of the component, such as `switch:0`."""
        return f"{self.sort}:{self.number}"

    @property
    def topics(self) -> tuple[str, ...]:
        """Where its status is told: notifications, its own topic, and answers to our calls."""
        return (f"{self.prefix}{EVENTS}", f"{self.prefix}/status/{self.name}", answers_to(self.prefix))

    def call(self, method: str, **params: object) -> tuple[Publication, ...]:
        """Return the call of a method of this component."""
        return (call(self.prefix, method, id=self.number, **params),)

    def said(self, topic: str, payload: bytes) -> dict[str, object] | None:
        """Return what a message says of this component: all of it, or only what has changed."""
        if not payload:
            return None
        parsed = parse_object(payload)
        if topic == self.topics[1]:
            return parsed
        if "method" in parsed:
            notified = parsed["method"] in ("NotifyStatus", "NotifyFullStatus")
            said = parsed.get("params") if notified else None
        else:
            said = parsed.get("result")
        inner = said.get(self.name) if isinstance(said, dict) else None
        return inner if isinstance(inner, dict) else None
