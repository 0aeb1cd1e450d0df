"""A way to announce devices that no device speaks: one JSON object a fragment, and one a message.

A description, on `<prefix>/<device>/<fragment>/config`: `{"name", "room", "hardware": [...], "via", "topics": [...],
"questions": [topic ...], "answers": [topic ...], "entities": [{"id", "kind", "topic", "command", ...}]}`. A message of
an entity: `{"value": "on"}`, `{"press": "long", "at": 5, "stamp": "7"}` or `{"online": true}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from bridge.commands import Command, Publication
from bridge.devices.described import Announcement, DescribedDevice, DescribedEntity, Told, hardware_address
from bridge.devices.dialects.json_values import parse_object
from bridge.devices.entity import AvailabilityMode, EntityKind
from bridge.devices.reading import AvailabilityReading, PressReading, Reading, StateReading
from bridge.errors import UnreadableMessage


class FakeEntity(msgspec.Struct):
    """How a fragment describes an entity."""

    id: str
    kind: EntityKind
    topic: str
    command: str = ""
    name: str = ""
    unit: str = ""
    minor: bool = False
    mode: AvailabilityMode = AvailabilityMode.LATEST
    more_topics: list[str] = []
    off_after_s: float | None = None
    expires_after_s: float | None = None
    hold_repeats: bool = False


class FakeFragment(msgspec.Struct):
    """How a device describes itself, or a part of itself."""

    name: str = ""
    room: str = ""
    hardware: list[str] = []
    via: str = ""
    topics: list[str] = []
    questions: list[str] = []
    answers: list[str] = []
    entities: list[FakeEntity] = []


@dataclass(frozen=True, slots=True)
class FakeDialect:
    """Reads what the module says."""

    topics: tuple[str, ...]
    command: str = ""

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it speaks."""
        return self.topics

    def read(self, topic: str, payload: bytes) -> Reading | None:
        """Say what a message means."""
        said = parse_object(payload)
        if "online" in said:
            return AvailabilityReading(self.topics.index(topic), online=said["online"] is True)
        if "count" in said:
            return PressReading(str(said["press"]), stamp=str(said["count"]), counted=True)
        if "press" in said:
            at = said.get("at")
            return PressReading(str(said["press"]), at if isinstance(at, int) else None, str(said.get("stamp", "")))
        return StateReading(str(said["value"])) if "value" in said else None

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Put the wish into one word."""
        return (Publication(self.command, command.wish.encode()),) if self.command else ()


@dataclass(slots=True)
class FakeConvention:
    """Reads what the module says. `breaks_at`: a payload at which it fails as no convention may.

    A fragment belongs to one device alone where its name begins with `sole`, as those of Home Assistant do.
    """

    source: str = "fake"
    prefix: str = "fake"
    questions: tuple[Publication, ...] = ()
    breaks_at: bytes = b"break"

    @property
    def filters(self) -> tuple[str, ...]:
        """Where fragments are."""
        return (f"{self.prefix}/+/+/config",)

    def tell(self, topic: str, payload: bytes) -> Told | None:
        """Keep a fragment under its name."""
        if payload == self.breaks_at:
            raise ZeroDivisionError(topic)
        if not topic.endswith("/config"):
            _, device, key = topic.split("/", 2)
            return Told(device, {key: payload})
        _, device, fragment, _ = topic.split("/")
        if payload:
            self._parse(payload)
        sole = fragment.startswith("sole")
        return Told("" if sole and not payload else device, {fragment: payload}, sole=sole)

    def read(self, group: str, parts: Mapping[str, bytes]) -> Announcement:
        """Put fragments together."""
        fragments = [self._parse(content) for key, content in sorted(parts.items()) if "/" not in key]
        device = DescribedDevice(
            id=group,
            name=next((each.name for each in fragments if each.name), group),
            room=next((each.room for each in fragments if each.room), ""),
            via=next((each.via for each in fragments if each.via), ""),
            hardware=frozenset(
                address for each in fragments for text in each.hardware if (address := hardware_address(text))
            ),
            entities=tuple(_entity(each) for fragment in fragments for each in fragment.entities),
        )
        topics = tuple(topic for each in fragments for topic in each.topics)
        questions = tuple(Publication(topic, b"?") for each in fragments for topic in each.questions)
        answers = tuple(topic for each in fragments for topic in each.answers)
        return Announcement((device,) if fragments else (), topics, questions, answers)

    def _parse(self, payload: bytes) -> FakeFragment:
        try:
            return msgspec.json.decode(payload, type=FakeFragment)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise UnreadableMessage("not a description") from None


def _entity(told: FakeEntity) -> DescribedEntity:
    return DescribedEntity(
        id=told.id,
        kind=told.kind,
        dialect=FakeDialect((told.topic, *told.more_topics), told.command),
        name=told.name,
        unit=told.unit,
        minor=told.minor,
        availability=told.mode,
        off_after_s=told.off_after_s,
        expires_after_s=told.expires_after_s,
        hold_repeats=told.hold_repeats,
    )


def described(*entities: dict[str, object], **more: object) -> bytes:
    """Return a fragment as it is published."""
    return msgspec.json.encode({"entities": list(entities), **more})
