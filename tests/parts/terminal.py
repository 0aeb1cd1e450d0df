"""A person at a terminal, before the real program: it asks, they type."""

import os
import pty
import sys
import time
from pathlib import Path
from typing import Final

PATIENCE_S: Final = 30.0
_CHUNK: Final = 4096


def at_a_terminal(config: Path | str, *arguments: str, typed: dict[str, str]) -> tuple[int, str]:
    """Run `ifttt-bridge` on a terminal, and return its status and its screen.

    `typed`: what is typed after which question.
    """
    child, screen = pty.fork()
    if child == 0:  # no other thread of ours is there in the child: it only becomes the program
        os.execv(sys.executable, [sys.executable, "-m", "bridge", "--config", str(config), *arguments])  # noqa: S606 -- the real program
    seen, waiting, until = "", list(typed.items()), time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            said = os.read(screen, _CHUNK)
        except OSError:  # the terminal goes with the program
            break
        if not said:
            break
        seen += said.decode()
        if waiting and waiting[0][0] in seen.rpartition("\n")[2]:
            os.write(screen, f"{waiting.pop(0)[1]}\n".encode())
    os.close(screen)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), seen
