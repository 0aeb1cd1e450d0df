"""The newest numbers of each sensor, as a ring: bounded by count and by age. Written with the batch that has them."""

import sqlite3
from collections.abc import Sequence
from typing import Final

import msgspec

from bridge.devices.crossings import Measured
from bridge.storage.database import Database

READINGS_KEPT: Final = 1000
"""So many of each sensor: one every ten minutes for a week."""

KEPT_FOR_MS: Final = 7 * 24 * 3600 * 1000

_ADD = """
INSERT INTO readings (entity, number, at_ms, value)
SELECT said.entity, said.place + coalesce((SELECT max(number) FROM readings WHERE readings.entity = said.entity), 0),
    said.at_ms, said.value
FROM (
    SELECT json_extract(value, '$[0]') AS entity, json_extract(value, '$[1]') AS at_ms,
        json_extract(value, '$[2]') AS value,
        row_number() OVER (PARTITION BY json_extract(value, '$[0]') ORDER BY key) AS place
    FROM json_each(?)
) AS said
"""
# From the oldest on, up to the first that is young enough: work for what goes, not for what stays.
_TRIM = """
DELETE FROM readings WHERE (entity, number) IN (
    SELECT old.entity, old.number FROM json_each(?) AS said JOIN readings AS old ON old.entity = said.value
    WHERE old.number < max(
        (SELECT max(number) FROM readings AS newest WHERE newest.entity = said.value) - ? + 1,
        coalesce((SELECT number FROM readings AS young WHERE young.entity = said.value AND young.at_ms >= ?
            ORDER BY number LIMIT 1), 0)))
"""
_SINCE = """
SELECT readings.entity, at_ms, value FROM readings JOIN entities ON entities.id = readings.entity
WHERE entities.home = ? AND readings.entity = ? AND at_ms >= ? ORDER BY number
"""


class Readings:
    """The register of readings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, home: str, entity: str, at_ms: int) -> list[Measured]:
        """Return what a sensor of this home has said since then, oldest first."""
        rows = await self._database.read(
            lambda connection: connection.execute(_SINCE, (home, entity, at_ms)).fetchall()
        )
        return [Measured(*row) for row in rows]

    async def forget_old(self, *, now_ms: int) -> None:
        """Forget what is too old, also of sensors that say nothing any more."""
        old = (now_ms - KEPT_FOR_MS,)
        await self._database.write(lambda connection: connection.execute("DELETE FROM readings WHERE at_ms < ?", old))


def add_readings(connection: sqlite3.Connection, readings: Sequence[Measured]) -> None:
    """Add what sensors have said, and let go of what is too much or too old by now."""
    rows = [(each.entity, each.at_ms, each.value) for each in readings]
    connection.execute(_ADD, (msgspec.json.encode(rows).decode(),))
    entities = msgspec.json.encode(sorted({each.entity for each in readings})).decode()
    youngest_ms = max(each.at_ms for each in readings)
    connection.execute(_TRIM, (entities, READINGS_KEPT, youngest_ms - KEPT_FOR_MS))
