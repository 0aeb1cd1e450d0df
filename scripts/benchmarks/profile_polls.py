"""What a poll costs the processor, and what of it goes where: the daemon's own profile, its ten costliest functions."""

import pstats
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmarks.bench import Bench
from scripts.benchmarks.home import DoorDaemon
from scripts.benchmarks.poll import polls, staged
from scripts.benchmarks.programs import cpu_us
from scripts.benchmarks.report import Figure

SECONDS = 5
TOP = 10
_WAITING = "select.epoll"


@dataclass
class ProfiledDaemon(DoorDaemon):
    """The daemon under the profiler, which writes what it found when it ends."""

    @property
    def profile(self) -> Path:
        """What it has found."""
        return self.folder / "daemon.profile"

    def launch(self) -> None:
        """Start it, and wait for nothing."""
        self._write_config()
        with (self.folder / "daemon.log").open("ab") as log:
            command = ["-m", "cProfile", "-o", str(self.profile), "-m", "bridge", "--config", str(self.config), "run"]
            self._process = subprocess.Popen([sys.executable, *command], stdout=log, stderr=log)


async def profile_polls(bench: Bench) -> Sequence[Figure]:
    """Measure the processor's time without the profiler, then look with it where that goes."""
    spent: list[float] = []
    async with AsyncExitStack() as stack:
        stage = await staged(bench, stack, DoorDaemon, "plain")
        for _ in bench.each_run("profile-polls"):
            before = cpu_us(stage.daemon.pid)
            done = await polls(stage, seconds=SECONDS)
            spent.append((cpu_us(stage.daemon.pid) - before) / done)
    async with AsyncExitStack() as stack:
        stage = await staged(bench, stack, ProfiledDaemon, "profiled")
        stage.daemon.stop()
        await stage.daemon.start()  # what happened before has its profile overwritten
        await polls(stage, seconds=2 * SECONDS)
        stage.daemon.stop()
        for line in costliest(stage.daemon.folder / "daemon.profile"):
            bench.say(f"  {line}")
    return [Figure("processor, per poll", "us", tuple(spent))]


def costliest(profile: Path) -> list[str]:
    """Return the functions that took most by themselves, in words, without what only waits."""
    found = pstats.Stats(str(profile)).get_stats_profile()
    entries = sorted(found.func_profiles.items(), key=lambda item: item[1].tottime, reverse=True)
    working = [(name, each) for name, each in entries if _WAITING not in name]
    return [
        f"{each.tottime:6.2f} s by itself, {each.cumtime:6.2f} s with what it calls: "
        f"{name} ({Path(each.file_name).name}:{each.line_number})"
        for name, each in working[:TOP]
    ]
