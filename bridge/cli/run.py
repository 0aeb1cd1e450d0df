"""`ifttt-bridge run`: the daemon."""

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn, cast

from bridge.errors import BridgeError, CannotListen, ConfigurationError
from bridge.settings import Settings, load_apart, locate

READING_S: Final = 60.0
"""Files on a network that never answers must not hold up for ever what is asked next."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.add_argument(
        "--no-safe-mode",
        action="store_true",
        help="end with status 2 when the configuration is wrong, instead of showing a page that says what is",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT. A second signal leaves at once. SIGHUP: read the configuration again.

    But if the terminal was closed in which it was started, it ends: nobody would know of it any more. A wrong
    configuration is told here and on a page, until it is right.
    """
    asked_early: list[int] = []
    signal.signal(signal.SIGHUP, lambda number, _: asked_early.append(number))  # what has been read may be old already
    config = locate(arguments.config, os.environ).absolute()  # as the pages show it
    was_read = False
    try:
        settings = _read(config)
        was_read = True
        return _run(settings, config, asked_early)
    except ConfigurationError as error:
        if arguments.no_safe_mode:
            raise
        return _stay(error, config, was_read=was_read)


def _read(config: Path) -> Settings:
    """Read the configuration, and meanwhile load what the daemon needs. Raises ConfigurationError."""
    with load_apart(config, os.environ) as settings_when_read:
        with without_collecting():
            import_lean()

            from bridge import app  # noqa: F401, PLC0415 -- while the configuration is read

        return settings_when_read()


def _run(settings: Settings, config: Path, asked_early: list[int]) -> int:
    """Run the daemon. Raises ConfigurationError for what only the database shows, before anything has begun."""
    import structlog  # noqa: PLC0415 -- loaded by now, see _read

    from bridge import app  # noqa: PLC0415 -- the same
    from bridge.logs import configure_logs  # noqa: PLC0415 -- the same
    from bridge.reload import Rereading  # noqa: PLC0415 -- the same

    configure_logs(settings.log.level, settings.log.format)
    for note in settings.notes:
        structlog.get_logger("bridge.settings").warning("settings.note", note=note)

    async def until_told() -> None:
        stop, asked = asyncio.Event(), asyncio.Event()
        with _signals(stop, asked):
            if asked_early:
                asked.set()
            await app.run(settings, stop=stop, rereading=Rereading(asked, lambda: read_apart(config), str(config)))

    asyncio.run(until_told())
    return 0


def _stay(error: ConfigurationError, config: Path, *, was_read: bool) -> int:
    """Say what is wrong, here and on a page, until it is right; then begin anew. 0 if somebody ended it before.

    `was_read`: the files are right as such, so nothing gets better before they change. Raises the error where no page
    can be shown.
    """
    from bridge.logs import configure_logs  # noqa: PLC0415 -- for a wrong configuration only
    from bridge.safe_mode import Files, until_right  # noqa: PLC0415 -- the same

    print(error, file=sys.stderr, flush=True)
    configure_logs("info", "text")
    files = Files(config, os.environ, lambda: read_apart(config))

    async def until_told() -> bool:
        stop, asked = asyncio.Event(), asyncio.Event()
        with _signals(stop, asked):
            return await until_right(error, files, stop=stop, asked=asked, was_read=was_read)

    try:
        right = asyncio.run(until_told())
    except CannotListen as taken:
        raise ConfigurationError([f"There is no page that says so, either: {taken}"]) from None
    if right:
        begin_anew()
    return 0


def begin_anew() -> NoReturn:
    """Let the same program begin in this very process: who watches over it sees no end, and nothing is left over."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 -- this very program


@contextmanager
def _signals(stop: asyncio.Event, asked: asyncio.Event) -> Iterator[None]:
    """Let signals set these while the context lasts: the end, and that somebody wants the configuration read again."""
    stop_on_signals(stop, signal.SIGTERM, signal.SIGINT)
    loop, at_terminal = asyncio.get_running_loop(), has_terminal()

    def hung_up() -> None:
        (stop if at_terminal and not has_terminal() else asked).set()

    signal.signal(signal.SIGHUP, lambda *_: loop.call_soon_threadsafe(hung_up))
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # nothing is left that could follow it


def import_lean() -> None:
    """Import structlog without the coloured tracebacks that it takes along, 4 MB of them, wherever Rich is installed:
    its rule for our lines is in logs.py, and nobody looks at a daemon in colours.
    """  # noqa: D205 -- one sentence
    unwanted = [name for name in ("rich", "greenlet") if name not in sys.modules]
    loaded = cast("dict[str, object]", sys.modules)  # None there is how Python is told that it is not here
    loaded.update(dict.fromkeys(unwanted))
    try:
        import structlog  # noqa: F401, PLC0415 -- it is all that is wanted of it
    finally:
        for name in unwanted:
            del sys.modules[name]


@contextmanager
def without_collecting() -> Iterator[None]:
    """Look for no garbage while the context lasts: what is loaded there stays, and looking takes a tenth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def has_terminal() -> bool:
    """Tell whether a terminal controls this process: one that was closed does no longer."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


async def read_apart(config: Path | None, *, within_s: float = READING_S) -> Settings:
    """Read the configuration in a process of its own, while this one goes on. Raises what `load_apart` raises."""
    try:
        async with asyncio.timeout(within_s):
            with load_apart(config, os.environ) as settings_when_read:
                return await asyncio.to_thread(settings_when_read)
    except TimeoutError:
        raise BridgeError(f"reading the configuration took longer than {within_s:g} s") from None


def stop_on_signals(stop: asyncio.Event, *signals: signal.Signals) -> None:
    """Set an event on the first of the signals, and let the next one end the process as usual."""
    loop = asyncio.get_running_loop()

    def first() -> None:
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        loop.add_signal_handler(number, first)
