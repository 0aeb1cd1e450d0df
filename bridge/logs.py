"""How log lines look: a dotted event name, facts as fields. Never a secret: none is ever handed to a log call.

In the journal a line carries its priority (sd-daemon(3)), so that `journalctl -p warning` works, and no time of its
own: the journal has one.
"""

import contextlib
import json
import logging
import os
import sys
from typing import Final, Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_FIRST: Final = ("timestamp", "level", "event")
_PRIORITIES: Final = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}


def configure_logs(level: str, style: Literal["text", "json"]) -> None:
    """Send log lines to standard error, one a line. What libraries log comes along from warnings upwards.

    May be called again: what is logged from then on follows.
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    in_journal = _is_journal(sys.stderr)
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        *(() if in_journal else (structlog.processors.TimeStamper(fmt="iso", utc=True),)),
        structlog.processors.format_exc_info,
    ]
    written = structlog.processors.JSONRenderer(default=str) if style == "json" else _as_text
    render = _with_priority(written) if in_journal else written
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Unfailing(sys.stderr))),
        cache_logger_on_first_use=False,  # else loggers would keep for ever the level that they found first
    )
    _take_in_libraries(max(threshold, logging.WARNING), shared, render)


def _is_journal(stream: TextIO) -> bool:
    """Tell whether a stream leads to the journal: $JOURNAL_STREAM names its device and inode, and a child inherits it
    wherever its own output goes.
    """  # noqa: D205 -- one sentence
    with contextlib.suppress(OSError, ValueError):
        place = os.fstat(stream.fileno())
        return os.environ.get("JOURNAL_STREAM") == f"{place.st_dev}:{place.st_ino}"
    return False


def _with_priority(render: Processor) -> Processor:
    """Put the priority before each line, as the journal wants it. It takes it off again."""

    def prefixed(logger: WrappedLogger, method: str, facts: EventDict) -> str:
        priority = _PRIORITIES.get(str(facts.get("level")), _PRIORITIES["info"])
        return f"<{priority}>{render(logger, method, facts)!s}"

    return prefixed


class _Unfailing:
    """A stream whose faults are nobody's business: a log on a full disk must not end what goes on without it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write if that is possible."""
        with contextlib.suppress(OSError, ValueError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        """Flush if that is possible."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


def _take_in_libraries(threshold: int, shared: list[Processor], render: Processor) -> None:
    """Let the standard library's records look like our own lines, their logger named."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.basicConfig(level=threshold, handlers=[lines], force=True)


def _as_text(_logger: WrappedLogger, _method: str, facts: EventDict) -> str:
    """Write `key=value` pairs on one line. A value that could be taken for something else is put in quotes."""
    names = (*(name for name in _FIRST if name in facts), *(name for name in facts if name not in _FIRST))
    return " ".join(f"{name}={_written(facts[name])}" for name in names)


def _written(value: object) -> str:
    text = str(value)
    if text and text.isprintable() and not any(character in text for character in ' "='):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
