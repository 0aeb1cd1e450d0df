"""Topics and filters as MQTT has them (sections 4.7 of 3.1.1 and 5.0). Plain text; knows nothing of devices."""

import re
from typing import Final

MAX_TOPIC_BYTES: Final = 65535
MAX_SLASHES: Final = 200
"""Mosquitto takes no more, and ends the connection of whoever sends them."""

_NONCHARACTERS: Final = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_FORBIDDEN: Final = re.compile(f"[+#\x00-\x1f\x7f-\x9f\ufdd0-\ufdef{_NONCHARACTERS}]")
"""Wildcards; and what a broker may end the connection for (section 1.5.4 of MQTT 5), as Mosquitto does."""


def is_topic(text: str) -> bool:
    """Tell whether somebody may publish to this: no wildcard, not too long, nothing that brokers refuse or keep."""
    return (
        bool(text)
        and not text.startswith("$")
        and not _FORBIDDEN.search(text)
        and text.count("/") <= MAX_SLASHES
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
