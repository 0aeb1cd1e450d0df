"""A bar for long work, where somebody looks at a terminal; nothing anywhere else."""

import sys
import time
from typing import Final, TextIO

WIDTH: Final = 30
_EVERY_S: Final = 0.1
_MIB: Final = 1024 * 1024


class Progress:
    """A bar on the terminal. `what` is being done."""

    def __init__(self, what: str, out: TextIO | None = None) -> None:
        self._what = what
        self._out = sys.stderr if out is None else out
        self._shown = self._out.isatty()
        self._drawn_s = 0.0
        self._length = 0

    def __call__(self, done: int, whole: int) -> None:
        """Show how many bytes of how many are done."""
        now_s = time.monotonic()
        if not self._shown or (now_s - self._drawn_s < _EVERY_S and done < whole):
            return
        self._drawn_s = now_s
        share = min(1.0, done / whole) if whole else 0.0
        filled = round(WIDTH * share)
        bar = "#" * filled + "." * (WIDTH - filled)
        self._draw(f"{self._what} [{bar}] {share:4.0%} of {whole / _MIB:.1f} MiB")

    def say(self, what: str) -> None:
        """Show what is done now, where nobody knows how long it takes."""
        if self._shown:
            self._draw(what)

    def end(self) -> None:
        """Leave the line empty, for what comes of it."""
        if self._length:
            self._draw("")
            self._out.write("\r")
            self._out.flush()

    def _draw(self, line: str) -> None:
        self._out.write(f"\r{line.ljust(self._length)}")
        self._out.flush()
        self._length = len(line)
