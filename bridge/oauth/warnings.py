"""Tells the log of troubles with connections: once when one begins, once when it is urgent, once when it is over."""

from collections.abc import Iterable

import structlog

from bridge.oauth.connection import LIMIT, URGENT_AT, Connection, ConnectionKey, cure_of

log = structlog.get_logger("bridge.oauth")


class Warnings:
    """Tells of troubles. A new one, as after a restart, tells again what is still so."""

    def __init__(self) -> None:
        self._told: dict[ConnectionKey, int] = {}

    def look(self, connections: Iterable[Connection]) -> None:
        """Tell what is new. Of a connection that is no more nothing is told."""
        before, self._told = self._told, {}
        for connection in connections:
            told = before.get(connection.key, 0)
            if connection.level > told:
                _warn(connection)
            elif told and connection.mended:
                log.info("connection.restored", user=connection.key.user, client=connection.key.client)
            if connection.level or (told and not connection.mended):
                self._told[connection.key] = max(told, connection.level)


def _warn(connection: Connection) -> None:
    trouble = connection.trouble
    reason = "" if trouble is None else trouble.reason
    say = log.error if connection.level >= URGENT_AT else log.warning
    say(
        "connection.failing",
        user=connection.key.user,
        client=connection.key.client,
        failed=connection.failed,
        of=LIMIT,
        reason=reason,
        note=f"{cure_of(reason)}; at {LIMIT} IFTTT disables the Applets of this user",
    )
