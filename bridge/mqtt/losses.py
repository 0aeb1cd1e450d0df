"""What may be missing, and why: said in the log when it is found, and wherever somebody asks how things are for a day.

Knows the words, not how it is found.
"""

import time
from collections.abc import Callable
from typing import Final

import structlog

KEPT_S: Final = 24 * 3600.0

FORGOTTEN: Final = (
    "the broker had forgotten the bridge: what waited there is missing; see that it keeps sessions on disk (Mosquitto: "
    "persistence true)"
)
WENT_BACK: Final = (
    "the broker went back to an older save, as after a crash: messages since that save may be missing, and some may "
    "count twice; let it save more often (Mosquitto: autosave_interval 30)"
)

log = structlog.get_logger("bridge.mqtt")


class Losses:
    """What was found within the last day. `clock` gives seconds that nobody sets."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._found: dict[str, tuple[float, str]] = {}
        self._missing = 0

    @property
    def texts(self) -> tuple[str, ...]:
        """Each kind of loss, what it means and what to do, for a person."""
        self._forget_old()
        return tuple(text for _, text in self._found.values())

    def forgotten(self) -> None:
        """The broker has a new session although we had one."""
        self._note("forgotten", FORGOTTEN)
        log.warning("mqtt.session_lost", note="the broker forgot us: what waited there is missing")

    def went_back(self) -> None:
        """The broker came back as it was some time ago."""
        self._note("went back", WENT_BACK)
        log.warning("mqtt.broker_went_back", note=WENT_BACK)

    def missing(self, count: int) -> None:
        """So many messages that the broker had for us never came."""
        self._forget_old()
        self._missing = count + (self._missing if "missing" in self._found else 0)
        text = (
            f"{self._missing} messages that the broker had for the bridge never came: too many waited (Mosquitto: "
            "raise max_queued_messages), their time ran out, they were too large, or another program came with the "
            "bridge's client id; events may be missing"
        )
        self._note("missing", text)
        log.warning("mqtt.messages_missing", count=count, note=text)

    def _note(self, kind: str, text: str) -> None:
        self._found[kind] = (self._clock(), text)

    def _forget_old(self) -> None:
        since_s = self._clock() - KEPT_S
        self._found = {kind: found for kind, found in self._found.items() if found[0] > since_s}
