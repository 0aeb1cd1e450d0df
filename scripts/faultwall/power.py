"""A power cut: what was written and not synced is gone, or there in parts. All that was promised must be there.

Daemons work on a disk that notes all that it is given and, in the same order, what they say to broker, IFTTT and who
asks for tokens. For many instants of that the files are put together as a disk may hold them, and opened anew.
"""

import asyncio
import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from scripts.faultwall.examining import Look, examine
from scripts.faultwall.household import OPENED, Household, household, on_disk, told
from scripts.faultwall.journal import Kind, Record, read_journal
from scripts.faultwall.platter import Platter, unnoted
from scripts.faultwall.talk import Promises
from scripts.faultwall.wall import Row, Wall
from tests.parts.disk import Disk, NoCompiler
from tests.parts.waiting import until

ALSO: Final[tuple[Look, ...]] = ()
"""What else is looked at after each cut: other things that the daemon keeps beside its database."""

PRESSES_PER_SECOND: Final = 200
SLOW_OPENINGS: Final = 5
_STRUCTURE: Final = {Kind.CREATED, Kind.REMOVED, Kind.RENAMED, Kind.FOLDER_MADE, Kind.CUT, Kind.SYNC_FAILED}
_NEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Recording:
    """What a daemon did and said, and who works out from it what is on disk and what was promised."""

    platter: Platter
    promises: Promises
    records: Sequence[Record]
    database: Path


async def power_cuts(wall: Wall) -> Sequence[Row]:
    """Cut the power at many instants of working days, in good order and with syncs that fail."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    try:
        rows = [await _days(wall, "power cut", "", times=wall.either(short=1, long=20))]
        rows.append(await _days(wall, "power cut, syncs failed before", "failing", times=wall.either(short=1, long=20)))
        rows.append(await _cuts_in_earnest(wall))
    except NoCompiler as error:
        return (Row("power cut", f"left out: {error}", "", left_out=True),)
    finally:
        structlog.reset_defaults()
    return rows


async def _days(wall: Wall, name: str, kind: str, *, times: int) -> Row:
    cuts = wall.either(short=100, long=250)
    wrong: Counter[str] = Counter()
    done = found = 0
    for number in range(times):
        chance = wall.chance(f"power {kind} {number}")
        with tempfile.TemporaryDirectory(dir=wall.folder) as folder:
            recording = await record(Path(folder), chance, trouble=kind == "failing")
            for broken in await outcomes(recording, chance, Path(folder), cuts=cuts):
                wrong.update(broken[:1])
                done += 1
            found += recording.promises.acknowledged
    told_of = tuple(f"{what} ({count} of {done} cuts)" for what, count in wrong.most_common(5))
    return Row(name, f"{done} cuts", f"{sum(wrong.values())} broke a promise; {found:,} events acknowledged", told_of)


async def record(folder: Path, chance: random.Random, *, trouble: bool = False, careless: bool = False) -> Recording:
    """Let a household work for a while on a disk that notes it, from the making of the database on.

    `trouble`: syncs fail now and then, and the daemon dies with a commit half done. `careless`: nothing is synced,
    which must break promises: the model can fail.
    """
    async with household(folder) as home:
        daemon = home.daemon
        realtime_port = int(home.realtime.url.split(":")[2].split("/")[0])
        ports = (home.broker.port, daemon.public_port, realtime_port)
        disk = Disk(folder / "disk", daemon.folder, journal=True, ports=ports)
        platter = Platter(daemon.folder, chance)
        if careless:
            disk.swallow_syncs()
        daemon.launcher = disk.launcher
        await daemon.start()
        await home.move_in()
        for number in range(1, SLOW_OPENINGS + 1):
            await home.move_door()
            await told(home, OPENED, number)
            await home.move_door()
        await _work(home, disk, chance, trouble=trouble)
        daemon.stop()
        disk.close()
        promises = Promises(home.broker.port, daemon.public_port, realtime_port)
        records = list(read_journal(disk.noted))
        strangers = unnoted(records, daemon.database.parent)
        if strangers:
            raise RuntimeError(f"{strangers[0].name} was written by somebody who is not noted: this proves nothing")
        return Recording(platter, promises, records, daemon.database)


async def _work(home: Household, disk: Disk, chance: random.Random, *, trouble: bool) -> None:
    daemon = home.daemon
    async with home.at_work(presses_per_second=PRESSES_PER_SECOND) as publisher:
        for _ in range(4 if trouble else 1):
            before = on_disk(daemon.database)
            await until(lambda before=before: on_disk(daemon.database) > before + 150, what="presses coming in")  # type: ignore[misc]
            if trouble:
                await _fail_syncs(daemon.database, disk, chance)
        if trouble:
            await _die(home, disk, chance)
            disk.be_well()
            await daemon.start(ready=False)
    await until(lambda: on_disk(daemon.database) >= home.events(publisher), what="every event on disk")
    await until(daemon.is_ready, what="being well")


async def _die(home: Household, disk: Disk, chance: random.Random) -> None:
    """Let the daemon die when a commit is written and not yet synced."""
    disk.kill_at_sync(chance.randrange(1, 40))
    await until(lambda: home.daemon.has_ended, what="the daemon's death")
    home.daemon.ended()


async def _fail_syncs(database: Path, disk: Disk, chance: random.Random) -> None:
    """Let syncs fail, while somebody reads what was true before: no checkpoint can be whole then."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM events").fetchone()
        await asyncio.sleep(chance.uniform(0.2, 0.8))
    failed = disk.seen.failed_syncs
    disk.fail_syncs(chance.choice((1, 1, 2, 5)))
    await until(lambda: disk.seen.failed_syncs > failed, what="a sync that fails")


async def outcomes(recording: Recording, chance: random.Random, folder: Path, *, cuts: int) -> list[list[str]]:
    """Cut the power at so many instants, and return what was wrong at each."""
    instants = sorted(_instants(recording, chance, cuts))
    found: list[list[str]] = []
    done = 0
    for instant in instants:
        for record in recording.records[done:instant]:
            recording.platter.take(record)
            recording.promises.take(record)
        done = instant
        with tempfile.TemporaryDirectory(dir=folder) as name:
            image = Path(name) / "image"
            recording.platter.cut(chance, image)
            found.append(await examine(image / "data" / recording.database.name, recording.promises, also=ALSO))
    return found


def _instants(recording: Recording, chance: random.Random, count: int) -> Iterator[int]:
    """Yield where to cut: anywhere, near changes of names and sizes, and right after each kind of promise."""
    promises = Promises(
        recording.promises.broker_port, recording.promises.public_port, recording.promises.realtime_port
    )
    structure = [number for number, record in enumerate(recording.records) if record.kind in _STRUCTURE]
    given: dict[str, list[int]] = {"acknowledged": [], "told": [], "commands": [], "tokens": []}
    before = (0, 0, 0, 0)
    for number, record in enumerate(recording.records, 1):
        promises.take(record)
        now = (promises.acknowledgements, promises.told.total(), promises.commands, len(promises.tokens))
        for kind, was, is_now in zip(given, before, now, strict=True):
            if is_now > was:
                given[kind].append(number)
        before = now
    missing = [kind for kind, numbers in given.items() if not numbers]
    if missing:
        raise RuntimeError(f"nothing was {missing[0]} in this recording: it proves nothing")
    for number in range(count):
        match number % 4:
            case 0:
                yield chance.randrange(len(recording.records))
            case 1:
                yield min(len(recording.records), chance.choice(structure) + chance.randrange(_NEAR))
            case _:
                yield chance.choice(given[chance.choice(list(given))])


async def _cuts_in_earnest(wall: Wall) -> Row:
    """Put the disk's remains in place, start the daemon on them, and let the broker send what was not acknowledged."""
    rounds = wall.either(short=2, long=20)
    chance = wall.chance("power in earnest")
    wrong: list[str] = []
    async with household(wall.fresh("power-in-earnest")) as home:
        daemon = home.daemon
        disk = _noting(home, wall, 0)
        platter = Platter(daemon.folder, chance)
        await daemon.start()
        await home.move_in()
        async with home.at_work(presses_per_second=PRESSES_PER_SECOND) as publisher:
            for number in range(1, rounds + 1):
                before = on_disk(daemon.database)
                await until(lambda before=before: on_disk(daemon.database) > before + 50, what="presses coming in")  # type: ignore[misc]
                await _die(home, disk, chance)
                _lose_power(platter, disk, chance, daemon.database.parent)
                disk = _noting(home, wall, number)
                platter = Platter(daemon.folder, chance)
                await daemon.start(ready=False)
        expected = home.events(publisher)
        await until(daemon.is_ready, what="being well")
        await until(lambda: on_disk(daemon.database) >= expected, what="every event on disk")
        presses = [event["kind"] for event in daemon.events() if event["kind"].startswith("button.")]
        if presses != [f"button.{word}" for word in publisher.sent]:
            wrong.append("the presses are not there exactly once and in order")
        if on_disk(daemon.database) != expected:
            wrong.append(f"{on_disk(daemon.database)} events are there, {expected} happened")
    return Row("power cut, and on from what is left", f"{rounds} cuts", f"all {expected:,} events once", tuple(wrong))


def _noting(home: Household, wall: Wall, number: int) -> Disk:
    disk = Disk(wall.folder / f"power-disk-{number}", home.daemon.folder, journal=True)
    home.daemon.launcher = disk.launcher
    return disk


def _lose_power(platter: Platter, disk: Disk, chance: random.Random, data: Path) -> None:
    for record in read_journal(disk.noted):
        platter.take(record)
    disk.close()
    with tempfile.TemporaryDirectory(dir=data.parent.parent) as name:
        platter.cut(chance, Path(name) / "image")
        shutil.rmtree(data)
        shutil.move(Path(name) / "image" / data.name, data)
