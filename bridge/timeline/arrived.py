"""How a message came that an event was made of, in one short line: it is written with every event, and read only when
somebody wonders. Plain text and values; knows neither MQTT nor SQL.
"""  # noqa: D205 -- one sentence

from dataclasses import dataclass
from typing import Final

MOST_TOPIC_CHARACTERS: Final = 256
"""So much of a topic is kept. Longer ones are nearly unheard of, and there may be ten million events."""

_MOST_MS: Final = 10**12
_SOON_MS: Final = 100
_BEGINNINGS: Final = tuple(tuple(f"{qos} {delay_ms} " for delay_ms in range(_SOON_MS)) for qos in range(3))
"""Of the lines of messages that were understood soon: to put numbers into text takes most of the time otherwise."""

_RETAINED: Final = "r"
_DUPLICATE: Final = "d"
_BACKLOG: Final = "b"
_NOT_KNOWN: Final = "?"


@dataclass(frozen=True, slots=True)
class Arrived:
    """How a message came. `delay_ms`: from the socket until it was understood, to be written at once.

    `backlog`: it waited at the broker while the bridge was away for `away_s`, None where nobody knows for how long.
    """

    topic: str
    qos: int = 0
    retained: bool = False
    duplicate: bool = False
    delay_ms: int = 0
    backlog: bool = False
    away_s: int | None = None


def live_line(topic: str, qos: int, delay_s: float) -> str:
    """Put into a line how nearly all come: just now, for the first time. On the path of events."""
    delay_ms = int(delay_s * 1000)
    if 0 <= delay_ms < _SOON_MS and len(topic) <= MOST_TOPIC_CHARACTERS:
        return _BEGINNINGS[qos][delay_ms] + topic
    return line_of(topic, qos, delay_s, retained=False, duplicate=False, away_s=None)


def line_of(topic: str, qos: int, delay_s: float, *, retained: bool, duplicate: bool, away_s: float | None) -> str:
    """Put it into a line. `away_s` None: it did not wait at the broker."""
    delay_ms = int(delay_s * 1000) if delay_s > 0 else 0
    flags = f"{_RETAINED if retained else ''}{_DUPLICATE if duplicate else ''}"
    if away_s is None:
        return f"{qos}{flags} {delay_ms} {topic[:MOST_TOPIC_CHARACTERS]}"
    away = f"{int(away_s)}" if away_s * 1000 < _MOST_MS else _NOT_KNOWN
    return f"{qos}{flags}{_BACKLOG} {delay_ms} {away} {topic[:MOST_TOPIC_CHARACTERS]}"


def read_line(line: str) -> Arrived | None:
    """Read a line; None for what is none."""
    how, _, rest = line.partition(" ")
    delay, _, topic = rest.partition(" ")
    away, backlog = _NOT_KNOWN, _BACKLOG in how
    if backlog:
        away, _, topic = topic.partition(" ")
    if not (how[:1].isdecimal() and delay.isdecimal() and topic):
        return None
    return Arrived(
        topic,
        int(how[0]),
        retained=_RETAINED in how,
        duplicate=_DUPLICATE in how,
        delay_ms=int(delay),
        backlog=backlog,
        away_s=int(away) if away.isdecimal() else None,
    )
