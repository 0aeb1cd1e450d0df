"""What of a description is let in. Whoever may publish may describe devices, so a description decides neither where the
bridge listens nor where it speaks beyond what is a device's own business (device conventions, section 1.6).
"""  # noqa: D205 -- one sentence

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from bridge.commands import Command, Publication, Wish
from bridge.devices.described import Announcement, DescribedDevice, DescribedEntity, Unserved
from bridge.devices.entity import EntityKind
from bridge.devices.filters import FilterTree
from bridge.devices.topics import is_topic

MAX_TOPIC_BYTES: Final = 1024
MAX_TOPICS: Final = 64
MAX_LISTENING: Final = 1024
MAX_ENTITIES: Final = 256
MAX_UNSERVED: Final = 256
MAX_QUESTIONS: Final = 64
MAX_QUESTION_BYTES: Final = 16 * 1024
MAX_ID_CHARACTERS: Final = 256
MAX_LABEL_CHARACTERS: Final = 100

_WISHES: Final = {
    EntityKind.LIGHT: (Wish.TURN_ON, Wish.TURN_OFF),
    EntityKind.SWITCH: (Wish.TURN_ON, Wish.TURN_OFF),
    EntityKind.LOCK: (Wish.LOCK, Wish.UNLOCK),
    EntityKind.COVER: (Wish.OPEN, Wish.CLOSE, Wish.STOP, Wish.SET_POSITION),
}
"""What may be asked of each kind."""


@dataclass(frozen=True, slots=True)
class OwnTopics:
    """Where the bridge alone speaks. One that ends with a slash stands for all below it."""

    topics: tuple[str, ...] = ()

    def __contains__(self, topic: str) -> bool:
        return any(topic.startswith(own) if own.endswith("/") else topic == own for own in self.topics)


@dataclass(frozen=True, slots=True)
class Admission:
    """Lets in what is a device's own business. `describing`: the filters on which devices are described."""

    own: OwnTopics
    describing: FilterTree

    def of(self, announcement: Announcement) -> Announcement:
        """Return what is let in; what is not stands among what is not served, with the reason."""
        questions = [each for each in announcement.questions if self._may_ask(each)]
        topics = [each for each in announcement.topics if _is_narrow(each) and each not in self.own]
        return Announcement(
            tuple(self._device(device) for device in announcement.devices if _is_id(device.id)),
            tuple(topics[:MAX_LISTENING]),
            tuple(questions[:MAX_QUESTIONS]),
            announcement.answers[:MAX_LISTENING],
            announcement.unserved[:MAX_UNSERVED],
        )

    def _device(self, device: DescribedDevice) -> DescribedDevice:
        entities: dict[str, DescribedEntity] = {}
        unserved = [*device.unserved]
        for entity in device.entities:
            why = "more than 256 in one device" if len(entities) >= MAX_ENTITIES else self._refusal(entity)
            if why is None:
                entities.setdefault(entity.id, replace(entity, name=label(entity.name), unit=label(entity.unit)))
            else:
                unserved.append(Unserved(label(entity.name or entity.id), why))
        return replace(
            device,
            name=label(device.name) or label(device.id),
            model=label(device.model),
            room=label(device.room),
            entities=tuple(entities.values()),
            unserved=tuple(unserved[:MAX_UNSERVED]),
        )

    def _refusal(self, entity: DescribedEntity) -> str | None:
        """Return why an entity is not let in, None if it is."""
        heard = entity.dialect.state_topics
        said = [publication.topic for publication in _orders(entity)]
        if not _is_id(entity.id):
            return "refused: its id cannot be used"
        if len(heard) > MAX_TOPICS:
            return "refused: it speaks on too many topics"
        if not all(_is_exact(topic) for topic in (*heard, *said)):
            return "refused: one of its topics cannot be used"
        if any(topic in self.own for topic in (*heard, *said)):
            return "refused: one of its topics is the bridge's own"
        if any(self.describing.taking(topic) for topic in said):
            return "refused: commands to it would describe devices"
        return None

    def _may_ask(self, question: Publication) -> bool:
        return (
            _is_exact(question.topic)
            and question.topic not in self.own
            and not self.describing.taking(question.topic)
            and len(question.payload) <= MAX_QUESTION_BYTES
        )


def label(text: str) -> str:
    """Return a name as people can be shown it: one line of at most 100 characters."""
    printable = "".join(character if character.isprintable() else " " for character in text[: 4 * MAX_LABEL_CHARACTERS])
    return " ".join(printable.split())[:MAX_LABEL_CHARACTERS].rstrip()


def _orders(entity: DescribedEntity) -> Iterator[Publication]:
    """Return what would be published for the sake of an entity, whatever is asked of it."""
    for wish in _WISHES.get(entity.kind, ()):
        whole = wish is Wish.TURN_ON and entity.kind is EntityKind.LIGHT
        position = 50 if wish is Wish.SET_POSITION else None
        yield from entity.dialect.write(Command("", entity.id, wish, position=position))
        if whole:
            yield from entity.dialect.write(Command("", entity.id, wish, brightness=50, color="#ff8000"))


def _is_id(text: str) -> bool:
    return 0 < len(text) <= MAX_ID_CHARACTERS and text.isprintable()


def _is_exact(topic: str) -> bool:
    return is_topic(topic) and len(topic.encode()) <= MAX_TOPIC_BYTES


def _is_narrow(filter_: str) -> bool:
    """Tell whether a filter is well formed and its first level names somebody."""
    levels = filter_.split("/")
    plain = [level for place, level in enumerate(levels) if level != "+" and (level != "#" or place < len(levels) - 1)]
    return levels[0] in plain[:1] and _is_exact("/".join(plain))
