"""A program: the daemon, with a crash planted before or after one of its steps.

    python -m scripts.faultwall.crashing MODULE:NAME before|after NTH [PYTHON -m] bridge ARGUMENTS

The daemon is the real one, unchanged but for the crash that hangs on one function: at its NTH call since the signal
SIGUSR1 the process kills itself, before the function begins or when it has returned. A function that does not exist
any more ends the program at once, with an error.
"""

import asyncio
import functools
import importlib
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

ARM: Final = signal.SIGUSR1
NO_SUCH_STEP: Final = 3


@dataclass(slots=True)
class Fuse:
    """Counts calls once it is armed, and kills the process at the one that was chosen."""

    nth: int
    armed: bool = False
    calls: int = 0

    def burn(self) -> None:
        """Take note of a call."""
        if not self.armed:
            return
        self.calls += 1
        if self.calls >= self.nth:
            os.kill(os.getpid(), signal.SIGKILL)

    def arm(self, *_signal: object) -> None:
        """Count from now on."""
        self.armed = True


def plant(step: str, when: str, fuse: Fuse) -> None:
    """Hang a crash on a function. Raises LookupError where there is none of that name."""
    module_name, _, path = step.partition(":")
    *owners, name = path.split(".")
    try:
        owner: Any = importlib.import_module(module_name)
        for each in owners:
            owner = getattr(owner, each)
        function = vars(owner)[name]
    except (ImportError, AttributeError, KeyError) as error:
        raise LookupError(f"there is no step {step} to plant a crash at") from error
    setattr(owner, name, _with_crash(function, fuse, before=when == "before"))


def _with_crash(function: Callable[..., Any], fuse: Fuse, *, before: bool) -> Callable[..., Any]:
    if asyncio.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*arguments: object, **named: object) -> object:
            if before:
                fuse.burn()
            result = await function(*arguments, **named)
            if not before:
                fuse.burn()
            return result

        return awaited

    @functools.wraps(function)
    def called(*arguments: object, **named: object) -> object:
        if before:
            fuse.burn()
        result = function(*arguments, **named)
        if not before:
            fuse.burn()
        return result

    return called


def main() -> None:
    """Plant the crash and be the daemon."""
    step, when, nth, *rest = sys.argv[1:]
    fuse = Fuse(int(nth))
    try:
        plant(step, when, fuse)
    except LookupError as error:
        print(error, file=sys.stderr)
        sys.exit(NO_SUCH_STEP)
    signal.signal(ARM, fuse.arm)
    from bridge.cli import main as bridge_main  # noqa: PLC0415 -- with the crash in place

    sys.argv = rest[rest.index("bridge") :]
    sys.exit(bridge_main())


if __name__ == "__main__":
    main()
