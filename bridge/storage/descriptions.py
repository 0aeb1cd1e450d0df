"""What devices said of themselves. Written with the batch that changes it; knows nothing of what it means."""

import sqlite3
from collections.abc import Mapping

from bridge.devices.described import KeptPart, PartKey
from bridge.storage.database import Database

_KEEP = """
INSERT INTO descriptions (source, family, part, content) VALUES (?, ?, ?, ?)
ON CONFLICT (source, family, part) DO UPDATE SET content = excluded.content
"""
_DROP = "DELETE FROM descriptions WHERE source = ? AND family = ? AND part = ?"


def change_descriptions(connection: sqlite3.Connection, parts: Mapping[PartKey, bytes | None]) -> None:
    """Write what has become of descriptions; None: it is gone."""
    connection.executemany(_KEEP, [(*key, content) for key, content in parts.items() if content is not None])
    connection.executemany(_DROP, [key for key, content in parts.items() if content is None])


class Descriptions:
    """The register of descriptions. They are written with the batches of the journal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> tuple[KeptPart, ...]:
        """Return all that is kept."""
        return await self._database.read(_all)


def _all(connection: sqlite3.Connection) -> tuple[KeptPart, ...]:
    rows = connection.execute("SELECT source, family, part, content FROM descriptions ORDER BY source, family, part")
    return tuple(KeptPart(*row) for row in rows)
