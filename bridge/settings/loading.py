"""Two ways to the settings: here, or in a process of its own that takes the weight of checking away with it.

Neither needs that weight to be imported; what checks knows nothing of this.
"""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from bridge.errors import BridgeError
from bridge.settings.files import locate
from bridge.settings.values import Settings
from bridge.settings.wire import settings_from_bytes


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read and check the configuration. Raises ConfigurationError with one line for each fault."""
    from bridge.settings.checked import read_checked  # noqa: PLC0415 -- pydantic, for who loads here only

    return read_checked(locate(path, environ), environ)


@contextmanager
def load_apart(path: Path | None, environ: Mapping[str, str]) -> Iterator[Callable[[], Settings]]:
    """Let a child process do what `load` does, for a process that lives long and should stay small.

    Gives a function that waits for the settings and raises what `load` raises, or BridgeError if the child failed; it
    is to be called once. Until then the caller may do something else.
    """
    command = [sys.executable, *_import_flags(), "-m", "bridge.settings", str(locate(path, environ))]
    # a process group of its own: Ctrl-C is for this process, which then ends the child
    with _started(command, environ) as child:
        try:
            yield partial(_settings_of, child)
        finally:
            child.kill()


def _started(command: list[str], environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603 -- this very program
            command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, process_group=0
        )
    except OSError as error:
        raise BridgeError(f"cannot start the process that checks the configuration: {error.strerror}") from error


def _import_flags() -> list[str]:
    """Let the child import from the working directory only if this process does: it may be a stranger's."""
    with suppress(FileNotFoundError):
        if {"", str(Path.cwd())} & set(sys.path):
            return []
    return ["-P"]


def _settings_of(child: "subprocess.Popen[bytes]") -> Settings:
    content, _ = child.communicate()
    if child.returncode != 0:
        raise BridgeError(f"the process that checks the configuration {_end(child.returncode)}")
    try:
        return settings_from_bytes(content)
    except (ValueError, TypeError, LookupError):
        problem = "the process that checks the configuration gave an answer that cannot be understood"
    raise BridgeError(problem)


def _end(status: int) -> str:
    if status > 0:
        return f"failed with status {status}; what it said stands above"
    return f"was ended by {signal.Signals(-status).name}"
