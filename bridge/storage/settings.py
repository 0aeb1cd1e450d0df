"""Small facts the daemon keeps for itself between runs, by name."""

from collections.abc import Mapping
from typing import Final

from bridge.storage.database import Database

LAST_CONNECTED_MS: Final = "mqtt.last_connected_ms"
"""When the broker was last known to be connected (epoch, milliseconds)."""

TOLD_UP_TO: Final = "realtime.told_up_to"
"""The sequence number up to which nothing is owed to any identity."""

RESTORED: Final = "realtime.restored"
"""1 while this is a copy that was put back, and IFTTT has not been told so: what it was told since the copy was made is
not known. Whoever puts a copy back sets it."""

RESTORED_NOTE: Final = "storage.restored"
"""What people should know of a copy that the bridge itself put back, as JSON (mending.py)."""

DELIVERIES_LOST: Final = "mqtt.deliveries_lost"
"""1 while it is not known which messages were taken from the broker before a copy was put back."""

SUBSCRIBED_TOPICS: Final = "mqtt.subscribed_topics"
"""What the broker's session for us was subscribed to last, one topic a line."""

RUN_MS: Final = "oauth.run_ms"
"""How long the bridge has run, all its runs together (milliseconds)."""

BROWSERS_KEY: Final = "oauth.browsers_key"
"""What the cookies of known browsers are sealed with, in hexadecimal."""

CURSOR_KEY: Final = "queries.cursor_key"
"""What the cursors of queries are signed with, in hexadecimal."""

SETUP_TICKS: Final = "setup.ticks"
"""What somebody says is done of the set-up, one a line."""


class KeptSettings:
    """Named texts and whole numbers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def text(self, name: str) -> str | None:
        """Return a text, None if it was never kept."""
        row = await self._database.read(
            lambda connection: connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        )
        return None if row is None else str(row[0])

    async def number(self, name: str) -> int | None:
        """Return a number, None if it was never kept."""
        text = await self.text(name)
        return None if text is None else int(text)

    async def kept_first(self, name: str, value: str) -> str:
        """Keep a text unless one of that name is kept already; return the one that is."""
        known = await self.text(name)
        if known is None:
            await self.keep(name, value)
        return value if known is None else known

    async def keep(self, name: str, value: str | int) -> None:
        """Keep a text or a number."""
        await self.keep_all({name: value})

    async def keep_all(self, values: Mapping[str, str | int]) -> None:
        """Keep texts and numbers in one transaction: a memory card is spared each other one."""
        rows = [(name, str(value)) for name, value in values.items()]
        await self._database.write(
            lambda connection: connection.executemany(
                "INSERT INTO settings (name, value) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                rows,
            )
        )
