"""A wall clock that says what a test wants, for one program: Debian's libfaketime, loaded before everything else.

The monotonic clock stays as it is, as on a computer whose wall clock is set.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.parts.programs import false_clock_library


@dataclass(frozen=True, slots=True)
class FalseClock:
    """What the clock says stands in a file, which is read each time that somebody looks at it."""

    file: Path

    @property
    def launcher(self) -> tuple[str, ...]:
        """What to put before the command of a program."""
        return (
            "env",
            f"LD_PRELOAD={false_clock_library()}",
            f"FAKETIME_TIMESTAMP_FILE={self.file}",
            "FAKETIME_NO_CACHE=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
        )

    def be_off_by(self, seconds: float) -> None:
        """Be ahead of what is right, or behind it."""
        self._say(f"{seconds:+.0f}")

    def stand_at_the_epoch(self) -> None:
        """Begin in 1970, as a computer without a battery does, and go on from there."""
        self._say("@1970-01-01 00:00:01")

    def _say(self, what: str) -> None:
        """In one step: in a file that is being written it would read nothing, and be right for a moment."""
        new = self.file.with_suffix(".new")
        new.write_text(what)
        new.replace(self.file)
