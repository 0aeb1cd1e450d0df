"""A program: the daemon, with a clock that looks every millisecond of processor time at which function is at work.

Its arguments are a file, then those of the daemon. SIGUSR1 begins, SIGUSR2 ends and writes the counts there, as JSON.
The clock counts all threads and looks at that of the event loop: while the writer's thread works that one waits.
"""

import os
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

import msgspec

from bridge.cli import main

EVERY_S = 0.001
ROOT = Path(__file__).parents[2]


class Sampler:
    """Counts functions by name and file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: Counter[tuple[str, str]] = Counter()

    def begin(self, _number: int, _frame: FrameType | None) -> None:
        """Begin anew."""
        self._seen.clear()
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)

    def look(self, _number: int, frame: FrameType | None) -> None:
        """Note what is at work."""
        if frame is not None:
            self._seen[frame.f_code.co_qualname, frame.f_code.co_filename] += 1

    def end(self, _number: int, _frame: FrameType | None) -> None:
        """Write what was seen; the file is whole as soon as it is there."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        found: Counter[str] = Counter()
        for (name, path), count in self._seen.items():
            found[f"{name} ({_place(path)})"] += count
        unfinished = self._file.with_suffix(".new")
        unfinished.write_bytes(msgspec.json.encode(found))
        unfinished.rename(self._file)


def _place(path: str) -> str:
    if path.startswith("<"):
        return path.strip("<>")
    own = os.path.relpath(path, ROOT)
    return own if own.startswith("bridge") else "/".join(Path(path).parts[-2:])


if __name__ == "__main__":
    sampler = Sampler(Path(sys.argv[1]))
    signal.signal(signal.SIGPROF, sampler.look)
    signal.signal(signal.SIGUSR1, sampler.begin)
    signal.signal(signal.SIGUSR2, sampler.end)
    sys.exit(main(sys.argv[2:]))
