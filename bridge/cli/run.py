"""`ifttt-bridge run`: the daemon."""

import argparse
import asyncio
import os
import signal

from bridge.settings import load_apart


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT. A second signal leaves at once."""
    with load_apart(arguments.config, os.environ) as settings_when_read:
        import structlog  # noqa: PLC0415 -- while the configuration is read

        from bridge import app  # noqa: PLC0415 -- the same
        from bridge.logs import configure_logs  # noqa: PLC0415 -- the same

        settings = settings_when_read()
    configure_logs(settings.log.level, settings.log.format)
    for note in settings.notes:
        structlog.get_logger("bridge.settings").warning("settings.note", note=note)

    async def until_told() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop, signal.SIGTERM, signal.SIGINT)
        await app.run(settings, stop=stop)

    asyncio.run(until_told())
    return 0


def stop_on_signals(stop: asyncio.Event, *signals: signal.Signals) -> None:
    """Set an event on the first of the signals, and let the next one end the process as usual."""
    loop = asyncio.get_running_loop()

    def first() -> None:
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        loop.add_signal_handler(number, first)
