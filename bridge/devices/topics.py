"""Topics and filters as MQTT has them (sections 4.7 of 3.1.1 and 5.0). Plain text; knows nothing of devices."""

from typing import Final

MAX_TOPIC_BYTES: Final = 65535


def is_topic(text: str) -> bool:
    """Tell whether somebody may publish to this: no wildcard, no NUL, not too long, none of the broker's own."""
    return (
        bool(text)
        and not text.startswith("$")
        and not any(character in text for character in "+#\0")
        and len(text.encode(errors="replace")) <= MAX_TOPIC_BYTES
    )


def matches(filter_: str, topic: str) -> bool:
    """Tell whether a filter takes a topic. A wildcard in front takes nothing that begins with `$`."""
    if topic.startswith("$") and filter_[:1] in {"+", "#"}:
        return False
    levels, wanted = topic.split("/"), filter_.split("/")
    if wanted[-1] == "#":
        wanted.pop()
        if len(levels) < len(wanted):
            return False
        levels = levels[: len(wanted)]
    return len(levels) == len(wanted) and all(want in ("+", level) for want, level in zip(wanted, levels, strict=True))
