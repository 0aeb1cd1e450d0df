"""A disk that is really full: a small file system of its own, filled to the last byte by somebody else's file."""

import asyncio
import errno
import os
import subprocess
from pathlib import Path
from typing import Final

from scripts.faultwall.household import Household, household, kinds
from scripts.faultwall.wall import Row, Wall
from tests.parts.waiting import until

PRESSES_PER_SECOND: Final = 200
ROOM: Final = "6m"


async def really_full(wall: Wall) -> Row:
    """Fill a small file system of its own to the last byte, by somebody else's file."""
    name = "disk: really full"
    async with household(wall.fresh("disk-really-full")) as home:
        data = home.daemon.database.parent
        data.mkdir(mode=0o700)
        if not await _mounted(data):
            return Row(name, "left out: it takes the right to mount a file system", "", left_out=True)
        try:
            return await _fill(name, home, data / "somebody-elses")
        finally:
            home.daemon.close()
            subprocess.run(["umount", "-l", data], check=True)  # noqa: ASYNC221 -- takes no time


async def _fill(name: str, home: Household, ballast: Path) -> Row:
    daemon = home.daemon
    await daemon.start()
    await home.move_in()
    async with home.at_work(presses_per_second=PRESSES_PER_SECOND) as publisher:
        await until(lambda: daemon.count_events() > 20, what="events coming in")
        _fill_up(ballast)
        await until(lambda: "event=storage.unavailable " in daemon.log, what="the full disk being said")
        ready = await daemon.is_ready()
        sent = len(publisher.sent)
        await until(lambda: len(publisher.sent) > sent + PRESSES_PER_SECOND, what="presses")
        _make_room(ballast)
        await until(daemon.is_ready, what="being well again")
    expected = home.events(publisher)
    await until(lambda: daemon.count_events() >= expected, what="every event on disk")
    there = daemon.count_events()
    pressed = kinds(daemon.database, "button") == [f"button.{word}" for word in publisher.sent]
    checks = (
        (not ready, "health stayed green"),
        (there == expected, f"{there} events are there, {expected} happened"),
        (pressed, "the presses are not there exactly once and in order"),
    )
    wrong = tuple(otherwise for holds, otherwise in checks if not holds)
    return Row(name, f"a tmpfs of {ROOM}", f"0 lost, 0 double of {expected:,}" if not wrong else "", wrong)


async def _mounted(folder: Path) -> bool:
    if os.geteuid():
        return False
    command = ("mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=0700", "tmpfs", str(folder))
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait() == 0


def _make_room(ballast: Path) -> None:
    ballast.unlink()


def _fill_up(ballast: Path) -> None:
    """Write until nothing more fits. Unbuffered: what fits in part is written in part."""
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
