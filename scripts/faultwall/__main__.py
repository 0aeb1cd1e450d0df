"""Breaks what may break around the bridge, and looks whether all that must hold does. Ends with 1 where it does not."""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import msgspec

from scripts.benchmarks.machine import describe
from scripts.faultwall.backlog import backlog
from scripts.faultwall.broker import broker
from scripts.faultwall.clocks import clock
from scripts.faultwall.database import database
from scripts.faultwall.disks import broken_disks
from scripts.faultwall.kills import kill
from scripts.faultwall.model import model
from scripts.faultwall.power import power_cuts
from scripts.faultwall.realtime import realtime
from scripts.faultwall.report import report
from scripts.faultwall.soak import soak
from scripts.faultwall.steps import steps
from scripts.faultwall.storm import storm
from scripts.faultwall.wall import Fault, Row, Wall

FAULTS: Final[dict[str, Fault]] = {
    "kill": kill,
    "steps": steps,
    "broker": broker,
    "realtime": realtime,
    "disk": broken_disks,
    "power": power_cuts,
    "database": database,
    "clock": clock,
    "storm": storm,
    "backlog": backlog,
    "model": model,
    "soak": soak,
}
LONG_ONLY: Final = frozenset({"clock", "soak"})
"""What takes its time: in the short form only where it is named."""

SEED: Final = 2026
ON_DISK: Final = "/var/tmp"  # noqa: S108 -- a folder of our own is made in it; /tmp is often in memory, where nothing is slow


def main() -> None:
    """Break, look and report."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up, as for Ctrl-C
    try:
        rows = _run(options)
    except KeyboardInterrupt:
        sys.exit("Interrupted: nothing is reported.")
    if any(row.broken for row in rows):
        sys.exit(1)


def _run(options: argparse.Namespace) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="ifttt-bridge-faults-", dir=options.folder) as name:
        folder = Path(name)
        machine = describe(folder)
        rows = asyncio.run(_break(options.only or _usual(long=options.long), Wall(folder, options.long, options.seed)))
    print("\n".join(f"{name}: {value}" for name, value in machine.items()))
    print(f"form: {'long' if options.long else 'short'}; seed: {options.seed}\n")
    print(report(rows))
    if options.json is not None:
        said = {"machine": machine, "long": options.long, "seed": options.seed, "rows": [asdict(row) for row in rows]}
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(said)))
    return rows


async def _break(names: Sequence[str], wall: Wall) -> list[Row]:
    rows: list[Row] = []
    for name in names:
        wall.say(f"== {name}")
        began_s = time.monotonic()
        found = await _one(name, wall)
        rows.extend(found)
        for row in found:
            wall.say(f"   {row.fault}: {row.found}: {'BROKEN' if row.broken else 'held'}")
        wall.say(f"   took {time.monotonic() - began_s:.0f} s")
    return rows


async def _one(name: str, wall: Wall) -> Sequence[Row]:
    """Break one thing. What cannot be carried out is told as broken, and does not keep the others from their turn."""
    try:
        return await FAULTS[name](wall)
    except Exception as error:  # noqa: BLE001 -- the edge of one fault
        traceback.print_exc()
        return (Row(name, "not to its end", "", tuple(_causes(error))),)


def _causes(error: BaseException) -> Iterator[str]:
    """Tell each thing that went wrong, also where several tasks ended together."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _causes(one)
    else:
        places = traceback.extract_tb(error.__traceback__)
        where = f" ({Path(places[-1].filename).name}:{places[-1].lineno})" if places else ""
        yield f"{type(error).__name__}: {error}{where}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument(
        "--only",
        type=_names,
        metavar="NAME,…",
        help=f"some of {', '.join(FAULTS)} (default: all, but {', '.join(LONG_ONLY)} only with --long)",
    )
    parser.add_argument(
        "--long", action="store_true", help="take hours instead of minutes: more rounds, longer outages"
    )
    parser.add_argument("--seed", type=int, default=SEED, help=f"where all chance starts (default: {SEED})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found there as well")
    parser.add_argument("--folder", type=Path, default=ON_DISK, help=f"on the disk to use (default: {ON_DISK})")
    return parser.parse_args()


def _usual(*, long: bool) -> list[str]:
    return [name for name in FAULTS if long or name not in LONG_ONLY]


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in FAULTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there are {', '.join(FAULTS)}")
    return names


if __name__ == "__main__":
    main()
