"""What became of a copy that was put in place of the database. Plain values; brings no weight with it."""

import msgspec


class Restored(msgspec.Struct, frozen=True):
    """What became of it. `aside`: where the replaced database is, None if there was none.

    `carried`: so many events that came since the copy were taken over; `missing`: so many could not be, None where
    nobody knows. `unread`: of what else not all could be read; `removed`: users who were removed since, and stay so.
    """

    copy: str
    aside: str | None
    carried: int
    missing: int | None
    unread: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Note(msgspec.Struct, frozen=True):
    """What people should know of a copy that was put back without being asked for: why, and what may be missing."""

    at_ms: int
    cause: str
    outcome: Restored
