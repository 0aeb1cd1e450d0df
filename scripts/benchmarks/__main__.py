"""Runs the benchmarks that are asked for and prints their table. A missed target is marked and fails nothing."""

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

import msgspec

from scripts.benchmarks.announced import announced
from scripts.benchmarks.bench import Bench, Benchmark
from scripts.benchmarks.card import card
from scripts.benchmarks.idle import idle
from scripts.benchmarks.interpreting import interpreting
from scripts.benchmarks.machine import describe
from scripts.benchmarks.pages import pages
from scripts.benchmarks.peers.beside import peers
from scripts.benchmarks.poll import poll
from scripts.benchmarks.profile import profile
from scripts.benchmarks.profile_polls import profile_polls
from scripts.benchmarks.report import Figure, table
from scripts.benchmarks.retaining import retaining
from scripts.benchmarks.scale import scale
from scripts.benchmarks.sustained import sustained
from scripts.benchmarks.told import told

BENCHMARKS: dict[str, Benchmark] = {
    "told": told,
    "sustained": sustained,
    "profile": profile,
    "card": card,
    "poll": poll,
    "profile-polls": profile_polls,
    "idle": idle,
    "announced": announced,
    "interpreting": interpreting,
    "peers": peers,
    "retaining": retaining,
    "scale": scale,
    "pages": pages,
}
ON_DEMAND = {"peers"}
"""These are measured only where they are named."""

ON_DISK = "/var/tmp"  # noqa: S108 -- a folder of our own is made in it; /tmp is often in memory, where a sync costs nothing


def main() -> None:
    """Measure and report."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up, as for Ctrl-C
    try:
        _run(options)
    except KeyboardInterrupt:
        sys.exit("Interrupted: nothing is reported.")
    except RuntimeError as error:
        sys.exit(f"This could not be measured: {error}")


def _run(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="ifttt-bridge-bench-", dir=options.folder) as name:
        folder = Path(name)
        machine = describe(folder)
        figures = asyncio.run(_measure(options.only, folder, options.runs))
    print("\n".join(f"{name}: {value}" for name, value in machine.items()))
    print(f'runs: {options.runs}; medians; "of floor" is the median of each run\'s ratio\n')
    print(table(figures))
    if options.json is not None:
        report = {"machine": machine, "runs": options.runs, "figures": [figure.as_json() for figure in figures]}
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))


async def _measure(names: list[str], folder: Path, runs: int) -> list[Figure]:
    figures: list[Figure] = []
    for name in names:
        own = folder / name
        own.mkdir()
        figures.extend(await BENCHMARKS[name](Bench(own, runs)))
    return figures


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--only",
        type=_names,
        default=[name for name in BENCHMARKS if name not in ON_DEMAND],
        metavar="NAME,…",
        help=f"some of {', '.join(BENCHMARKS)} (default: all but peers, which downloads them)",
    )
    parser.add_argument("--runs", type=_positive, default=5, help="how often each is measured (default: 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of every run there as well")
    parser.add_argument("--folder", type=Path, default=ON_DISK, help=f"on the disk to measure (default: {ON_DISK})")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    return names


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a number from 1 on")
    return int(text)


if __name__ == "__main__":
    main()
