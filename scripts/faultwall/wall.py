"""What every fault is given, and what it gives back. Breaks nothing itself."""

import random
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was broken how often, and what was found.

    `found` says it in figures ("0 lost, 0 double of 61,233; most memory 58 MB"), whether it held or not. `broken` names
    in a person's words each thing that had to hold and did not; empty where all of it held. `left_out`: it could not be
    done on this machine, and `done` says why.
    """

    fault: str
    done: str
    found: str
    broken: tuple[str, ...] = ()
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Wall:
    """Where a fault keeps its files, whether it takes its time (`long`), and the seed of all chance."""

    folder: Path
    long: bool
    seed: int

    def chance(self, name: str) -> random.Random:
        """Return a source of chance of its own for whoever is called so: the same with and without its neighbours."""
        return random.Random(f"{self.seed} {name}")  # noqa: S311 -- spreads instants, guards nothing

    def either(self, *, short: T, long: T) -> T:
        """Return what fits the form that was asked for."""
        return long if self.long else short

    def fresh(self, name: str) -> Path:
        """Make a folder."""
        path = self.folder / name
        path.mkdir(parents=True)
        return path

    def say(self, line: str) -> None:
        """Tell whoever watches how far it is."""
        print(line, file=sys.stderr, flush=True)


Fault = Callable[[Wall], Awaitable[Sequence[Row]]]
