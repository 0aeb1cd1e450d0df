"""A command of the command line, run without a program of its own."""

import contextlib
import io
import subprocess
import sys
from collections.abc import Iterator
from threading import Thread

from bridge.cli import main


def in_this_process(*arguments: str, stdin: str = "", within_s: float = 60.0) -> "subprocess.CompletedProcess[str]":
    """Run it and return what became of it. In a thread: here a loop may be running, and most commands bring their own.

    Whatever else is printed meanwhile is taken for the command's.
    """
    out, err = io.StringIO(), io.StringIO()
    status: list[int] = []
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _typed(stdin):
        thread = Thread(target=lambda: status.append(main(arguments)), daemon=True)
        thread.start()
        thread.join(within_s)
    assert status, f"{arguments} did not end, or ended with an error nobody caught: {err.getvalue()}"
    return subprocess.CompletedProcess(arguments, status[0], out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _typed(text: str) -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before
