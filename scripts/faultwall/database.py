"""The database under the bridge, damaged: flipped bytes at places left to chance, a log that was cut, an overwritten
header, another schema, a file that is gone; each time with presses waiting at the broker.

What has to hold: the bridge says so, works again with all that a copy, the broker and the wreck give, keeps tokens,
tells IFTTT nothing twice; or it refuses to start. It is never emptied.
"""  # noqa: D205 -- one sentence

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from scripts.faultwall.database_home import Home, Look, home
from scripts.faultwall.wall import Row, Wall

PAGE: Final = 4096
PRESSES: Final = 40
"""So many before a copy, and so many behind it."""

WAITING: Final = 20
"""So many wait at the broker when the bridge is started again."""

AS_BEFORE: Final = (
    "DELETE FROM schema_version WHERE version = 10",
    "DROP TABLE notifications",
    "DROP TABLE polls",
    "DROP INDEX events_home_kept_back",
    "DROP INDEX events_device_kept_back",
    "ALTER TABLE events DROP COLUMN arrived",
)
"""What makes of the tenth schema, the newest, the ninth."""

Harm = Callable[[Path, random.Random], str]
"""Breaks a closed database, and says what it did."""


@dataclass
class Tally:
    """What was found in all rounds of one sort. `could`: events that a copy and the broker can give.

    `unseen`: rounds in which nothing was noticed; `altered`: events that were altered there. SQLite keeps no sums of
    its pages: what is flipped inside a value is nobody's to see.
    """

    rounds: int = 0
    could: int = 0
    kept: int = 0
    behind_copy: int = 0
    saved: int = 0
    double: int = 0
    unseen: int = 0
    altered: int = 0
    broken: list[str] = field(default_factory=list)

    def row(self, name: str) -> Row:
        """Return the line of the table."""
        found = (
            f"{self.could - self.kept} lost of {self.could} that copy and broker give; "
            f"{self.behind_copy - self.saved} of {self.behind_copy} behind the copy lost; {self.double} double"
        )
        if self.unseen:
            found += f"; harm that no check can see in {self.unseen}, altering {self.altered} events"
        return Row(f"database: {name}", f"{self.rounds} starts", found, tuple(self.broken))


async def database(wall: Wall) -> Sequence[Row]:
    """Damage it in every way, one after the other."""
    rows = []
    async with home(wall.fresh("database")) as place:
        for name, (harm, short, long) in HARMS.items():
            tally, chance = Tally(), wall.chance(f"database {name}")
            for _ in range(wall.either(short=short, long=long)):
                await _round(place, harm, chance, tally)
            rows.append(tally.row(name))
            wall.say(f"   {name}: {rows[-1].found}")
        rows += [await _other_schemas(place), await _without_copies(place, wall.chance("database without copies"))]
    return rows


async def _round(place: Home, harm: Harm, chance: random.Random, tally: Tally) -> None:
    """Press, copy, press, die, be harmed, and look at what the next start makes of it."""
    before = await place.live(PRESSES, copy=True)
    after = await place.live(PRESSES, copy=False)
    if harm in OF_LOG:
        place.die()
    else:
        place.stop()
    said = harm(place.database, chance)
    await place.wait_at_broker(WAITING)
    look = await place.begin_again()
    altered = 0 if look.mended else sum(look.events.get(seq, each) != each for seq, each in {**before, **after}.items())
    tally.rounds += 1
    tally.could += len(before) + WAITING
    tally.kept += _kept(before, look) + min(WAITING, look.new) + altered
    tally.behind_copy += len(after)
    tally.saved += _kept(after, look)
    tally.double += max(0, look.new - WAITING)
    tally.unseen += not look.mended
    tally.altered += altered
    tally.broken += [f"{said}: {what}" for what in _wrong(look, before, after)]


def _kept(events: Mapping[int, str], look: Look) -> int:
    return len(look.ids.intersection(events.values()))


def _wrong(look: Look, before: Mapping[int, str], after: Mapping[int, str]) -> list[str]:
    """Say what did not hold."""
    if look.trouble:
        return [look.trouble]
    gone = [seq for seq in (*before, *after) if seq not in look.events]
    claims = {
        f"{len(before) - _kept(before, look)} events that were in the copy are gone": (
            not look.mended or _kept(before, look) == len(before)
        ),
        f"{len(gone)} events are gone without a word": look.mended or not gone,
        f"of {WAITING} presses that waited at the broker {look.new} are in the timeline": look.new == WAITING,
        f"{look.late} presses count as late though it is known when the broker was there": (
            not look.late or "settings" in look.unread
        ),
        "neither log nor readyz say that a copy was put in place": look.said or not look.mended,
        "the damaged file was not kept": look.quarantined or not look.mended,
        "the token from before opens nothing": look.token_works,
        f"{look.fired} events of a door are offered that only said again how it is": not look.fired,
        f"{look.hidden} new events are not shown to the Applet from before": not look.hidden,
    }
    return [claim for claim, holds in claims.items() if not holds]


async def _other_schemas(place: Home) -> Row:
    """A newer schema is refused and untouched; of an older one a copy is made, and it is changed."""
    broken = []
    before = await place.live(PRESSES, copy=False)
    place.stop()
    content = place.change("INSERT INTO schema_version (version) VALUES (99)")
    status, log = place.start_and_end()
    if status != 1 or "newer version" not in log:
        broken.append(f"a newer schema: it ended with {status} and said: {log[-200:]}")
    if place.database.read_bytes() != content:
        broken.append("a newer schema: the file was changed")
    place.change("DELETE FROM schema_version WHERE version = 99", *AS_BEFORE)
    copies = set(place.copies())
    look = await place.begin_again()
    if not set(place.copies()) - copies:
        broken.append("an older schema: no copy was made before it was changed")
    kept = _kept(before, look)
    if kept < len(before) or look.mended or look.trouble:
        broken.append(f"an older schema: {kept} of {len(before)} events are there; {look.trouble}")
    found = f"newer refused and untouched; older copied, then changed, {kept} of {len(before)} events"
    return Row("database: another schema", "2 starts", found, tuple(broken))


async def _without_copies(place: Home, chance: random.Random) -> Row:
    """Where there is nothing to put back, the start is refused, and nothing is emptied."""
    broken = []
    await place.live(PRESSES, copy=False)
    place.stop()
    place.forget_copies()
    destroy_header(place.database, chance)
    content = place.database.read_bytes()
    status, log = place.start_and_end()
    if status != 1 or "there is no copy that could be put back" not in log:
        broken.append(f"it ended with {status} and said: {log[-200:]}")
    if place.database.read_bytes() != content:
        broken.append("the damaged file was changed")
    found = "not as it has to be" if broken else "refused with status 1, file untouched"
    return Row("database: damaged, without a copy", "1 start", found, tuple(broken))


def _flip(path: Path, chance: random.Random, *, places: int) -> str:
    size = path.stat().st_size
    at = sorted(chance.randrange(size) for _ in range(places))
    with path.open("r+b") as file:
        for place in at:
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ (1 + chance.randrange(255))]))
    return f"{places} bytes of {path.name} flipped, the first at {at[0]}"


def flip_some(path: Path, chance: random.Random) -> str:
    """Flip some bytes anywhere."""
    return _flip(path, chance, places=1 + chance.randrange(64))


def overwrite_pages(path: Path, chance: random.Random) -> str:
    """Overwrite whole pages anywhere, as a dying memory card does."""
    pages = chance.sample(range(1, path.stat().st_size // PAGE), 4)
    with path.open("r+b") as file:
        for page in pages:
            file.seek(page * PAGE)
            file.write(chance.randbytes(PAGE))
    return f"pages {pages} overwritten"


def flip_log(path: Path, chance: random.Random) -> str:
    """Flip bytes in the write-ahead log."""
    return _flip(path.with_name(f"{path.name}-wal"), chance, places=8)


def cut_log(path: Path, chance: random.Random) -> str:
    """Cut the write-ahead log anywhere."""
    wal = path.with_name(f"{path.name}-wal")
    size = chance.randrange(wal.stat().st_size)
    with wal.open("r+b") as file:
        file.truncate(size)
    return f"log cut to {size} bytes"


def cut_end(path: Path, chance: random.Random) -> str:
    """Cut the database itself."""
    size = chance.randrange(PAGE, path.stat().st_size)
    with path.open("r+b") as file:
        file.truncate(size)
    return f"cut to {size} bytes"


def destroy_header(path: Path, chance: random.Random) -> str:
    """Overwrite its beginning."""
    with path.open("r+b") as file:
        file.write(chance.randbytes(100))
    return "header overwritten"


def remove(path: Path, _chance: random.Random) -> str:
    """Let it be gone, with all that belongs to it."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
    return "file removed"


HARMS: Final[dict[str, tuple[Harm, int, int]]] = {
    "bytes flipped": (flip_some, 2, 40),
    "pages overwritten": (overwrite_pages, 1, 20),
    "bytes of the log flipped": (flip_log, 1, 20),
    "log cut": (cut_log, 1, 20),
    "end cut": (cut_end, 1, 10),
    "header overwritten": (destroy_header, 1, 5),
    "file gone": (remove, 1, 5),
}
"""By name what is done, and in how many rounds of the short and of the long form."""

OF_LOG: Final = (flip_log, cut_log)
"""What needs a log: the bridge is killed before, else it is stopped in order."""
