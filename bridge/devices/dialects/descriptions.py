"""What conventions read out of descriptions that anybody may have written: bounded texts, whole numbers, topics.

Knows no convention. What is odd is left out here, never raised: a description with one odd key still describes.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from bridge.devices.described import DescribedEntity, Unserved
from bridge.devices.entity import EntityKind
from bridge.devices.topics import is_topic
from bridge.errors import UnreadableMessage

MAX_ENTITIES: Final = 256
"""Of one device: more is no device, but somebody who wants to fill our memory."""

LONGEST_TOPIC: Final = 1024
LONGEST_DESCRIPTION: Final = 64 * 1024
LONGEST_TEXT: Final = 128
LARGEST_WHOLE: Final = 1_000_000
_OF_THE_DEVICE: Final = frozenset({EntityKind.BATTERY, EntityKind.AVAILABILITY})
_OUTSIDE_IDS: Final = re.compile(r"[^a-z0-9_-]+")


def text_in(value: object, longest: int = LONGEST_TEXT) -> str:
    """Return a label of a description: printable, not too long, "" for anything that is no text."""
    if not isinstance(value, str):
        return ""
    return "".join(character for character in value[:longest] if character.isprintable()).strip()


def exact_in(value: object, longest: int = LONGEST_TEXT) -> str:
    """Return a text of which nothing may be changed, such as a word, a key or a topic; "" for anything else."""
    return value if isinstance(value, str) and len(value) <= longest else ""


def whole_in(value: object) -> int | None:
    """Return a small whole number, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) <= LARGEST_WHOLE else None


def list_in(value: object, longest: int) -> list[object]:
    """Return the first entries of a list; none for anything else."""
    return value[:longest] if isinstance(value, list) else []


def object_in(value: object) -> dict[str, object]:
    """Return a JSON object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def is_safe_topic(topic: str, not_below: Iterable[str]) -> bool:
    """Tell whether a described topic may be listened to and spoken on (rule H1).

    `not_below`: the trees in which descriptions are told, such as `tasmota/discovery/`.
    """
    return (
        is_topic(topic)
        and len(topic.encode(errors="replace")) <= LONGEST_TOPIC
        and not any(topic.startswith(tree) for tree in not_below)
    )


def canonical(value: object) -> bytes:
    """Return the one spelling of a JSON value: equal descriptions give equal bytes.

    Raises UnreadableMessage for more than a device can have to say.
    """
    try:
        written = msgspec.json.encode(value, order="deterministic")
    except (msgspec.EncodeError, OverflowError, UnicodeEncodeError, ValueError):
        raise UnreadableMessage("a description that cannot be kept") from None
    if len(written) > LONGEST_DESCRIPTION:
        raise UnreadableMessage("a description that is too long")
    return written


def entity_id(*names: str) -> str:
    """Return the id of an entity out of the names by which its device calls it.

    Never that of the battery or of the availability, of which a device has one each: nothing is one by its name alone.
    """
    identity = ".".join(_OUTSIDE_IDS.sub("_", name.lower()).strip("_") or "_" for name in names)
    return f"{identity}_" if identity in _OF_THE_DEVICE else identity


def first_of_each(
    entities: Iterable[DescribedEntity], unserved: Iterable[Unserved]
) -> tuple[tuple[DescribedEntity, ...], tuple[Unserved, ...]]:
    """Return at most MAX_ENTITIES entities, one of each id, and what is not served: also what was too much."""
    kept: dict[str, DescribedEntity] = {}
    left_out = list(unserved)
    for entity in entities:
        if entity.id in kept:
            left_out.append(Unserved(entity.name or entity.id, "another one is called the same"))
        elif len(kept) == MAX_ENTITIES:
            left_out.append(Unserved("everything further", f"a device has at most {MAX_ENTITIES} entities"))
            break
        else:
            kept[entity.id] = entity
    return tuple(kept.values()), tuple(left_out[:MAX_ENTITIES])
