"""`python -m bridge.settings FILE`: the child process behind `load_apart`. Writes its answer, with secrets, to a pipe.

Not for people: they ask `ifttt-bridge check-config`.
"""

import os
import sys
from pathlib import Path

from bridge.errors import ConfigurationError
from bridge.settings.checked import read_checked
from bridge.settings.wire import problems_to_bytes, settings_to_bytes


def main() -> int | str:
    """Check the file named by the only argument, together with the environment."""
    if len(sys.argv) != 2 or sys.stdout.isatty():  # noqa: PLR2004 -- the program and the file
        return "This is a part of ifttt-bridge. To check a configuration: ifttt-bridge check-config"
    try:
        content = settings_to_bytes(read_checked(Path(sys.argv[1]), os.environ))
    except ConfigurationError as error:
        content = problems_to_bytes(error.problems)
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    except BrokenPipeError:  # nobody waits for the answer any more
        os._exit(1)
    return 0


sys.exit(main())
