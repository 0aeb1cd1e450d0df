"""A disk that is full, read-only, broken or slow under a daemon at work: nothing is acknowledged, and nothing lost.

One household works on through all of it. Each trouble begins and ends while the daemon runs; in some of them it is
killed in the middle, so that the broker shows by what it sends again what it holds to be acknowledged.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec

from scripts.faultwall.full_disk import really_full
from scripts.faultwall.household import Household, household, kinds
from scripts.faultwall.journal import read_journal
from scripts.faultwall.talk import Promises
from scripts.faultwall.wall import Row, Wall
from tests.parts.disk import Disk, NoCompiler
from tests.parts.publisher import SteadyPublisher
from tests.parts.waiting import until

PRESSES_PER_SECOND: Final = 200
WINDOW: Final = 1000
FLOOD: Final = 1500
MORE_MEMORY: Final = 24 * 1024 * 1024

Begin = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with the disk. `killed`: whether the daemon is killed in the midst of it. `fits`: what is small may
    be written all the same.
    """  # noqa: D205 -- one paragraph

    name: str
    begin: Begin
    end: Begin
    killed: bool
    fits: bool = False


@dataclass
class Scene:
    """What goes on while the disk is in trouble. `wrong`: what did not hold, in words."""

    home: Household
    publisher: SteadyPublisher
    disk: Disk
    wrong: list[str] = field(default_factory=list)

    def check(self, holds: bool, otherwise: str) -> None:  # noqa: FBT001 -- reads like the sentence that it is
        """Take note of what does not hold."""
        if not holds:
            self.wrong.append(otherwise)

    async def readiness(self) -> tuple[int, dict[str, Any]]:
        """Ask how the daemon is."""
        url = f"http://127.0.0.1:{self.home.daemon.private_port}/readyz"
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return response.status, msgspec.json.decode(await response.read())

    def said(self, event: str) -> int:
        """Count in the log."""
        return self.home.daemon.log.count(f"event={event} ")

    def promises(self) -> Promises:
        """Return what was promised to the broker until now, by the bytes that went over the wire."""
        promises = Promises(self.home.broker.port, self.home.daemon.public_port, 0)
        for record in read_journal(self.disk.noted):
            promises.take(record)
        return promises

    def memory(self) -> int:
        """Return the resident memory of the daemon, bytes."""
        status = Path(f"/proc/{self.home.daemon.pid}/status").read_text(encoding="utf-8")
        return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


async def broken_disks(wall: Wall) -> Sequence[Row]:
    """Go through all the troubles."""
    try:
        rows = [row async for row in _made_up(wall)]
    except NoCompiler as error:
        rows = [Row("disk", f"left out: {error}", "", left_out=True)]
    return [*rows, await really_full(wall)]


async def _made_up(wall: Wall) -> AsyncIterator[Row]:
    async with household(wall.fresh("disk")) as home:
        daemon = home.daemon
        disk = Disk(wall.folder / "disk-orders", daemon.database.parent, journal=True, ports=(home.broker.port,))
        daemon.launcher = disk.launcher
        await daemon.start()
        await home.move_in()
        async with home.at_work(presses_per_second=PRESSES_PER_SECOND) as publisher:
            scene = Scene(home, publisher, disk)
            for _ in range(wall.either(short=1, long=10)):
                for number, trouble in enumerate(_troubles(disk, all_killed=wall.long)):
                    yield await _through(trouble, scene, flood=wall.long or not number)
                yield await _slow(scene, ms=500)
        yield await _all_there(scene)


def _troubles(disk: Disk, *, all_killed: bool) -> tuple[Trouble, ...]:
    return (
        Trouble("full", disk.be_full, disk.be_well, killed=True, fits=True),
        Trouble("nearly full", lambda: disk.be_full(room=5000), disk.be_well, killed=all_killed, fits=True),
        Trouble("read-only", disk.be_read_only, disk.be_well, killed=all_killed),
        Trouble("I/O error on write", disk.fail_writes, disk.be_well, killed=all_killed),
        Trouble("I/O error on fsync", disk.fail_syncs, disk.be_well, killed=True),
    )


async def _through(trouble: Trouble, scene: Scene, *, flood: bool) -> Row:
    """Let a trouble begin, look whether all holds, let it end, and look whether all goes on.

    `flood`: with more messages than the broker may hand over at once.
    """
    home, publisher = scene.home, scene.publisher
    scene.wrong.clear()
    before = scene.said("storage.unavailable"), scene.said("storage.available")
    memory = scene.memory()
    await _more_on_disk(scene)
    trouble.begin()
    await until(lambda: scene.said("storage.unavailable") > before[0], what=f"{trouble.name} being said")
    acknowledged, sent = scene.promises().acknowledgements, len(publisher.sent)
    on_disk = home.daemon.count_events()
    if flood:
        await home.flood(FLOOD)
        await until(lambda: scene.promises().open >= WINDOW, what="as much being taken in as may be")
    await until(lambda: len(publisher.sent) > sent + PRESSES_PER_SECOND // 2, what="presses")
    await _while_it_lasts(scene, trouble)
    promises = scene.promises()
    scene.check(promises.acknowledgements == acknowledged, "something was acknowledged that was not on disk")
    scene.check(promises.open <= WINDOW, f"{promises.open} messages were taken in at once")
    grown = scene.memory() - memory
    scene.check(grown < MORE_MEMORY, f"memory grew by {grown / 1e6:.0f} MB")
    scene.check(home.daemon.count_events() == on_disk, "something was written all the same")
    if trouble.killed:
        home.daemon.kill()
        trouble.end()
        await home.daemon.start(ready=False)
    trouble.end()
    await _well_again(scene)
    said = scene.said("storage.unavailable") - before[0], scene.said("storage.available") - before[1]
    scene.check(said == (1, 0 if trouble.killed else 1), f"said {said[0]} times, and {said[1]} times that it is over")
    how = f"under {'a flood' if flood else 'presses'}{', killed in the midst of it' if trouble.killed else ''}"
    found = f"{promises.open} taken in and held, the rest at the broker; memory {grown / 1e6:+.1f} MB"
    return Row(f"disk: {trouble.name}", how, found, tuple(scene.wrong))


async def _while_it_lasts(scene: Scene, trouble: Trouble) -> None:
    status, report = await scene.readiness()
    scene.check(status == 503 and bool(report["causes"].get("storage")), f"health says {status}, {report['causes']}")
    fields = {"triggerFields": {"door": "front-door"}, "trigger_identity": f"new when {trouble.name}"}
    token = scene.home.token["access_token"]
    new, _ = await scene.home.daemon.post("triggers/door_opened", token, fields)
    scene.check(new == 503 or (trouble.fits and new == 200), f"an Applet that could not be written down got {new}")
    known, _ = await scene.home.daemon.post("triggers/door_opened", token, {"triggerFields": {"door": "front-door"}})
    scene.check(known in {200, 503}, f"a poll got {known}")
    wish = await scene.home.wish_for_light()
    scene.check(wish == 503 or (trouble.fits and wish == 200), f"a command that could not be written down got {wish}")


async def _slow(scene: Scene, *, ms: int) -> Row:
    """Let each sync take long: nothing else may."""
    scene.wrong.clear()
    await _more_on_disk(scene)
    syncs, sent = scene.disk.seen.syncs, len(scene.publisher.sent)
    scene.disk.be_slow(ms=ms)
    await until(lambda: scene.disk.seen.syncs >= syncs + 6, what="slow syncs")
    status, report = await scene.readiness()
    scene.check(status == 200, f"health says {status}, {report['causes']}")
    promises = scene.promises()
    scene.check(promises.acknowledged <= scene.home.daemon.count_events(), "acknowledged before it was on disk")
    scene.check(promises.open <= WINDOW, f"{promises.open} messages were taken in at once")
    scene.disk.be_well()
    held = len(scene.publisher.sent) - sent
    await _well_again(scene)
    return Row("disk: slow fsync", f"{ms} ms each", f"{held} presses came meanwhile; healthy", tuple(scene.wrong))


async def _more_on_disk(scene: Scene) -> None:
    before = scene.home.daemon.count_events()
    await until(lambda: scene.home.daemon.count_events() > before + 20, what="events coming in")


async def _well_again(scene: Scene) -> None:
    """Wait until all is well, and whatever was held up is on disk; then compare."""
    daemon, publisher = scene.home.daemon, scene.publisher
    sent = len(publisher.sent)
    await until(daemon.is_ready, what="being well again")
    await until(lambda: len(kinds(daemon.database, "button")) >= sent, what="what was held up, on disk")
    pressed = kinds(daemon.database, "button")
    expected = [f"button.{word}" for word in publisher.sent[: len(pressed)]]
    scene.check(pressed == expected, "the presses are not there exactly once and in order")
    doors = kinds(daemon.database, "contact")
    alternating = ["contact.opened", "contact.closed"] * len(doors)
    scene.check(doors == alternating[: len(doors)], "an edge of the door was swallowed or doubled")


async def _all_there(scene: Scene) -> Row:
    """At the end count what happened and what is there."""
    expected = scene.home.events(scene.publisher)
    with contextlib.suppress(AssertionError):
        await until(lambda: scene.home.daemon.count_events() >= expected, what="every event on disk")
    there = scene.home.daemon.count_events()
    wrong = () if there == expected else (f"{there} events are there, {expected} happened",)
    lost, double = max(0, expected - there), max(0, there - expected)
    return Row("disk: all of these together", "", f"{lost} lost, {double} double of {expected:,}", wrong)
