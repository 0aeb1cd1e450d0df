"""Keeps what the broker grants less of than wanted, and says it: once when it is found, and once when it is over."""

from collections.abc import Mapping

import structlog

log = structlog.get_logger("bridge.mqtt")


class LimitBook:
    """The limits in force, by what showed them: an answer to a connection, to subscriptions."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, str]] = {}

    @property
    def texts(self) -> tuple[str, ...]:
        """What each limit means and what to do, for a person."""
        return tuple(text for limits in self._found.values() for text in limits.values())

    def replace(self, source: str, limits: Mapping[str, str]) -> None:
        """Note what a source shows now: `limits` by name."""
        before = self._found.get(source, {})
        for name, text in limits.items():
            if before.get(name) != text:
                log.warning("mqtt.limit", limit=name, note=text)
        for name in before.keys() - limits.keys():
            log.info("mqtt.limit_gone", limit=name)
        if limits:
            self._found[source] = dict(limits)
        else:
            self._found.pop(source, None)
