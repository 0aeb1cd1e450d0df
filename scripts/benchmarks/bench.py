"""What every benchmark is given, and what it gives back."""

import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmarks.report import Figure


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a benchmark keeps its files, and how often it measures."""

    folder: Path
    runs: int

    def each_run(self, name: str) -> Iterator[int]:
        """Count the runs, and say which one begins."""
        for run in range(self.runs):
            self.say(f"{name}: run {run + 1} of {self.runs}")
            yield run

    def say(self, line: str) -> None:
        """Tell whoever watches how far it is."""
        print(line, file=sys.stderr, flush=True)

    def fresh(self, name: str) -> Path:
        """Make a folder."""
        path = self.folder / name
        path.mkdir()
        return path


Benchmark = Callable[[Bench], Awaitable[Sequence[Figure]]]
