"""Where an event's processor time goes, from the broker to the request that tells of it: by thread and by function."""

import os
import signal
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from scripts.benchmarks.bench import Bench
from scripts.benchmarks.programs import cpu_us, thread_cpu_us
from scripts.benchmarks.report import Figure, shown
from scripts.benchmarks.told import EVENTS, FASTEST, PACED, WARM_UP, build_stage
from scripts.benchmarks.wire import until

MOST = 10
WRITTEN_S = 20.0
WAITING = "EpollSelector.select "
"""The loop has nothing to do: then another thread does what was counted."""


async def profile(bench: Bench) -> Sequence[Figure]:
    """Press as fast as it goes, and look what the daemon does."""
    spent: defaultdict[str, list[float]] = defaultdict(list)
    shares: list[dict[str, float]] = []
    samples = bench.folder / "samples"
    async with AsyncExitStack() as stack:
        stage = await build_stage(bench, stack, module=("scripts.benchmarks.sampled", str(samples)))
        pid = stage.daemon.pid
        await stage.press(PACED, WARM_UP)
        for _ in bench.each_run("profile"):
            before, before_us = thread_cpu_us(pid), cpu_us(pid)
            os.kill(pid, signal.SIGUSR1)
            found = await stage.press(FASTEST, EVENTS[FASTEST])
            os.kill(pid, signal.SIGUSR2)
            used = {thread: us - before.get(thread, 0) for thread, us in thread_cpu_us(pid).items()}
            spent["all"].append((cpu_us(pid) - before_us) / EVENTS[FASTEST])
            spent["loop"].append(used[pid] / EVENTS[FASTEST])
            spent["writer"].append(max(us for thread, us in used.items() if thread != pid) / EVENTS[FASTEST])
            await until(samples.exists, within_s=WRITTEN_S, what="the samples being written")
            shares.append(_shares(samples))
            bench.say(f"  {found}; {shown(spent['all'][-1])} us CPU each")
    return [
        Figure(f"CPU of the daemon at {FASTEST}/s", "us/event", tuple(spent["all"])),
        Figure("- of the event loop's thread", "us/event", tuple(spent["loop"])),
        Figure("- of the database writer's thread", "us/event", tuple(spent["writer"])),
        *_top(shares),
    ]


def _shares(samples: Path) -> dict[str, float]:
    """Return the share of each function in what the loop did, in per cent."""
    counted = msgspec.json.decode(samples.read_bytes(), type=dict[str, int])
    samples.unlink()
    worked = {name: count for name, count in counted.items() if not name.startswith(WAITING)}
    return {name: 100 * count / sum(worked.values()) for name, count in worked.items()}


def _top(shares: Sequence[dict[str, float]]) -> list[Figure]:
    added: Counter[str] = Counter()
    for each in shares:
        added.update(each)
    return [
        Figure(f"- {name}", "% of the loop", tuple(each.get(name, 0.0) for each in shares))
        for name, _ in added.most_common(MOST)
    ]
