"""What is done about the database before anything opens it: what a crash interrupted is finished, a database that is
damaged or gone is replaced by the newest copy that is whole, and one of an older schema is copied before it is changed.

Where nothing can be put back, the start is refused: a home is never emptied without a word. For whoever holds the lock.
"""  # noqa: D205 -- one paragraph

from contextlib import closing
from pathlib import Path
from typing import Final

import structlog

from bridge.errors import CopyRefused, DatabaseDamaged
from bridge.storage.copies import clean, copies_in, place_of_next
from bridge.storage.copying import copy_database
from bridge.storage.database import damage_mark
from bridge.storage.looking import Damage, is_missing, look
from bridge.storage.migrate import load_migrations
from bridge.storage.replacing import PREPARED, finish_replacing
from bridge.storage.restored import Restored
from bridge.storage.restoring import Reason, prepare, put_in_place
from bridge.storage.verifying import CopyFacts, open_to_read, verify

ADVICE: Final = (
    "there is no copy that could be put back. Put one back yourself: ifttt-bridge restore FILE. Or, to begin with "
    "nothing, move the database away"
)

START: Final = "start the daemon, which puts the newest copy in its place; or put one there: ifttt-bridge restore FILE"

log = structlog.get_logger("bridge.storage")


def mend(database: Path, copies: Path, *, now_ms: int) -> Restored | None:
    """Let there be a whole database. Return what was put back, None where nothing had to be.

    Raises DatabaseDamaged where there is nothing to put back, StorageUnavailable or CopyRefused where that is not
    possible now, such as for want of room.
    """
    if finish_replacing(database):
        log.warning("storage.replacing_finished", note="putting a copy in place had been interrupted; it is done now")
    if is_missing(database):
        return _put_back(database, copies, Damage("the file is gone"), now_ms) if copies_in(copies, database) else None
    damage = look(database)
    if damage is None:
        return None
    if damage.noted and _is_whole(database):
        damage_mark(database).unlink(missing_ok=True)
        log.warning("storage.undamaged", cause=damage.cause, note="all of it was looked at, and is whole")
        return None
    log.error("storage.damaged", path=str(database), cause=damage.cause)
    if damage.cut:
        return _without_the_newest(database, copies, damage, now_ms)
    return _put_back(database, copies, damage, now_ms)


def check_whole(database: Path, copies: Path) -> None:
    """For a command where no daemon runs: finish what was interrupted, and refuse what only a start puts right.

    Raises DatabaseDamaged. Opening a database that is gone would begin one with nothing in it.
    """
    finish_replacing(database)
    if is_missing(database):
        if copies_in(copies, database):
            raise DatabaseDamaged(f"the database {database} is gone; {START}")
        return
    damage = look(database)
    if damage is not None:
        raise DatabaseDamaged(f"the database {database} is damaged: {damage.cause}; {START}")


def copy_before_migrating(database: Path, copies: Path, *, keep: int, now_ms: int) -> None:
    """Copy a database of an older schema, before it is changed. One that cannot be copied is changed all the same."""
    if is_missing(database) or not 0 < _schema(database) < len(load_migrations()):
        return
    try:
        facts = copy_database(database, place_of_next(copies, database, now_ms=now_ms))
    except CopyRefused as error:
        log.warning("copies.failed", reason=str(error), note="the database is of an older version and is changed now")
        return
    clean(copies, database, keep=max(1, keep))
    log.info("copies.made", path=str(facts.path), bytes=facts.bytes, note="before the database is changed")


def _is_whole(database: Path) -> bool:
    try:
        verify(database)
    except CopyRefused:
        return False
    return True


def _schema(database: Path) -> int:
    with closing(open_to_read(database)) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").fetchone() is None:
            return 0
        return int(connection.execute("SELECT max(version) FROM schema_version").fetchone()[0] or 0)


def _put_back(database: Path, copies: Path, damage: Damage, now_ms: int) -> Restored:
    newest = _newest_whole(database, copies)
    if newest is None:
        raise DatabaseDamaged(f"the database {database} is damaged: {damage.cause}; {ADVICE}")
    prepare(newest.path, database, verified=True)
    return _say(put_in_place(database, Reason(str(newest.path), damage.cause), now_ms=now_ms), damage)


def _newest_whole(database: Path, copies: Path) -> CopyFacts | None:
    for kept in reversed(copies_in(copies, database)):
        try:
            return verify(kept.path)
        except CopyRefused as error:
            log.warning("copies.unusable", path=str(kept.path), reason=str(error))
    return None


def _without_the_newest(database: Path, copies: Path, damage: Damage, now_ms: int) -> Restored:
    """Keep all that is whole, or take a copy that has more. Nobody knows what the newest commits were: either counts
    as a copy from before them.
    """  # noqa: D205 -- one paragraph
    place = database.with_name(f"{database.name}{PREPARED}")
    facts, newest = copy_database(database, place, overwrite=True), _newest_whole(database, copies)
    named = database
    if newest is not None and (newest.newest_seq, newest.run_ms or 0) > (facts.newest_seq, facts.run_ms or 0):
        prepare(newest.path, database, verified=True)
        named = newest.path
    reason = Reason(str(named), damage.cause, trusted=False)
    return _say(put_in_place(database, reason, now_ms=now_ms, wreck=False), damage)


def _say(restored: Restored, damage: Damage) -> Restored:
    log.error(
        "storage.restored",
        cause=damage.cause,
        copy=restored.copy,
        quarantine=restored.aside or "",
        events_taken_over=restored.carried,
        events_missing="unknown" if restored.missing is None else restored.missing,
        unread=", ".join(restored.unread),
    )
    return restored
