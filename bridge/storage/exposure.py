"""What a person decided about devices: whether IFTTT sees them, who does, and what they are called."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from bridge.errors import AccountError
from bridge.homes.sight import Placed, Share
from bridge.homes.user import User
from bridge.storage.database import Database
from bridge.storage.events import newest_seq


@dataclass(frozen=True, slots=True)
class GivenNames:
    """What a person calls a device, and where they say it is; None: as its configuration says."""

    name: str | None
    room: str | None


class Exposure:
    """The register of these decisions. Devices are named by their ids, which are never reused; so is one of the things
    that a device does, where only that is meant.
    """  # noqa: D205 -- one sentence

    def __init__(self, database: Database) -> None:
        self._database = database

    async def placed(self) -> list[Placed]:
        """Return every entity of every home, those that are gone too."""
        rows = await self._database.read(
            lambda connection: connection.execute(
                "SELECT id, device, home, exposed, since_seq, aside FROM entities ORDER BY id"
            ).fetchall()
        )
        return [
            Placed(entity, device, home, bool(exposed), since, bool(aside))
            for entity, device, home, exposed, since, aside in rows
        ]

    async def shares(self) -> list[Share]:
        """Return where users see other things than the rest of their home."""
        rows = await self._database.read(
            lambda connection: connection.execute("SELECT user, entity, shared, since_seq FROM shares").fetchall()
        )
        return [Share(user, entity, bool(shared), since) for user, entity, shared, since in rows]

    async def names(self) -> dict[str, GivenNames]:
        """Return the names that people gave, by device."""
        rows = await self._database.read(
            lambda connection: connection.execute(
                "SELECT DISTINCT device, given_name, given_room FROM entities "
                "WHERE given_name IS NOT NULL OR given_room IS NOT NULL"
            ).fetchall()
        )
        return {device: GivenNames(name, room) for device, name, room in rows}

    async def expose(self, device: str, *, exposed: bool) -> None:
        """Show a device to IFTTT, or hide it. Shown anew, it counts from now on. Raises AccountError.

        What is set aside is shown only if it is itself meant.
        """

        def unit(connection: sqlite3.Connection) -> None:
            _check(connection, device)
            since = newest_seq(connection) + 1
            connection.execute(
                "UPDATE entities SET exposed = :exposed, aside = aside AND NOT :exposed, "
                "since_seq = CASE WHEN :exposed THEN :since ELSE since_seq END "
                "WHERE (device = :it AND NOT (aside AND :exposed) OR id = :it) AND exposed <> :exposed",
                {"exposed": exposed, "since": since, "it": device},
            )

        await self._database.write(unit)

    async def share(self, device: str, user: User, *, shared: bool) -> None:
        """Let a user of the device's home see it, or no longer. Seen anew, it counts from now on.

        Raises AccountError.
        """

        def unit(connection: sqlite3.Connection) -> None:
            home = _check(connection, device)
            if home != user.home:
                raise AccountError(f"the device {device!r} is in another home than {user.name!r}")
            since = newest_seq(connection) + 1
            connection.execute(
                "INSERT INTO shares (user, entity, shared, since_seq) SELECT ?, id, ?, ? FROM entities "
                "WHERE (device = ? OR id = ?) "
                "AND (NOT ? OR id IN (SELECT entity FROM shares WHERE user = ? AND NOT shared)) "
                "ON CONFLICT (user, entity) DO UPDATE SET shared = excluded.shared, since_seq = excluded.since_seq "
                "WHERE shares.shared <> excluded.shared",
                (user.id, shared, since, device, device, shared, user.id),
            )

        await self._database.write(unit)

    async def rename(self, device: str, names: GivenNames) -> None:
        """Call a device otherwise from now on; what has happened keeps its names. Raises AccountError."""

        def unit(connection: sqlite3.Connection) -> None:
            row = (names.name, names.room, device)
            renamed = connection.execute("UPDATE devices SET given_name = ?, given_room = ? WHERE id = ?", row)
            if renamed.rowcount:
                return
            _check(connection, device)
            connection.execute("UPDATE entities SET given_name = ?, given_room = ? WHERE device = ?", row)

        await self._database.write(unit)

    async def taken_away(self, devices: Iterable[str]) -> dict[str, list[str]]:
        """Return the names of the users from whom each device was taken away."""
        wanted = frozenset(devices)
        rows = await self._database.read(
            lambda connection: connection.execute(
                "SELECT DISTINCT entities.device, users.name FROM shares JOIN entities ON entities.id = shares.entity "
                "JOIN users ON users.id = shares.user WHERE NOT shares.shared ORDER BY 1, 2"
            ).fetchall()
        )
        found: dict[str, list[str]] = {}
        for device, name in rows:
            if device in wanted:
                found.setdefault(device, []).append(name)
        return found


def _check(connection: sqlite3.Connection, device: str) -> str:
    """Return the home of a device that there is. Raises AccountError."""
    row = connection.execute(
        "SELECT home FROM entities WHERE (device = ? OR id = ?) AND removed_at_ms IS NULL LIMIT 1", (device, device)
    ).fetchone()
    if row is None:
        raise AccountError(f"there is no device {device!r}; `ifttt-bridge device list` shows which there are")
    return str(row[0])
