"""`python -m bridge.settings FILE`: the child process behind `load_apart`. Writes its answer, with secrets, to a pipe.

Not for people: they ask `ifttt-bridge check-config`. It lives for a moment, and mostly loads what stays: looking for
garbage in that would take a tenth of the time.
"""

import gc
import os
import sys
from pathlib import Path


def main() -> int | str:
    """Check the file named by the only argument, together with the environment."""
    if len(sys.argv) != 2 or sys.stdout.isatty():  # noqa: PLR2004 -- the program and the file
        return "This is a part of ifttt-bridge. To check a configuration: ifttt-bridge check-config"
    gc.disable()
    try:
        sys.stdout.buffer.write(_answer(Path(sys.argv[1])))
        sys.stdout.flush()
    except BrokenPipeError:  # nobody waits for the answer any more
        os._exit(1)
    return 0


def _answer(file: Path) -> bytes:
    from bridge.errors import ConfigurationError  # noqa: PLC0415 -- while nobody looks for garbage
    from bridge.settings.checked import read_checked  # noqa: PLC0415 -- the same
    from bridge.settings.wire import problems_to_bytes, settings_to_bytes  # noqa: PLC0415 -- the same

    try:
        return settings_to_bytes(read_checked(file, os.environ))
    except ConfigurationError as error:
        return problems_to_bytes(error.problems)


sys.exit(main())
