"""Bringing what was written from the journal (WAL) into the database file, beside the writer and not in its way.

By itself SQLite does that inside a commit, each thousand pages, and whoever commits then waits for two syncs. On a
connection of its own it holds up nobody. While it cannot keep up, the writer does it after all: the journal does not
grow for ever.
"""

import asyncio
from contextlib import suppress
from typing import Final

from bridge.errors import StorageError
from bridge.storage.database import Database

REST_S: Final = 0.2
"""At least so long from one to the next: each costs two syncs."""


class Checkpoints:
    """Does it whenever enough has been written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Go on until cancelled. What does not work now works later, or the writer meets it, which says so."""
        while True:
            await self._database.much_changed.wait()
            with suppress(StorageError):
                await self._database.checkpoint()
            await asyncio.sleep(REST_S)
